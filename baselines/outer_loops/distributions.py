"""What stands between an agent's outputs and the actions of an outer loop that explores: a distribution.

Axis letters as in `badger_envs.core.task`; C bins.
"""

import math
from typing import Protocol

import torch
from torch import Tensor, nn

LARGEST_SCORE = 5.0
"""An agent's outputs lie in [-1, 1]; times this they are the log-odds of bins, so that one can be almost certain."""
FIRST_SPREAD = 0.5
"""Standard deviation of actions at the beginning of training."""

_LOG_ROOT_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_TINY = 1e-20


class ActionDistribution(Protocol):
    """A distribution over the actions of every port."""

    outputs: int
    """Numbers it wants from the agent for each port."""

    def sample(self, outputs: Tensor, numbers: torch.Generator) -> Tensor:
        """Draw actions, from the agent's outputs (B, P, outputs); kept as they are for `log_prob`."""

    def log_prob(self, outputs: Tensor, drawn: Tensor) -> Tensor:
        """Log-probability of what each port drew, (B, P)."""

    def entropy(self, outputs: Tensor) -> Tensor:
        """Of each port's distribution, (B, P)."""

    def play(self, drawn: Tensor) -> Tensor:
        """What the task plays, float32 (B, P, A) in [-1, 1]."""

    def best(self, outputs: Tensor) -> Tensor:
        """The action without exploration, float32 (B, P, A)."""


class Gaussian(nn.Module):
    """Normal around the agent's output, with one learned spread for each of the A entries; cut at [-1, 1] when played.

    Args:
        actions: entries that a port takes (A).
    """

    def __init__(self, actions: int) -> None:
        super().__init__()
        self.outputs = actions
        self.log_spread = nn.Parameter(torch.full((actions,), FIRST_SPREAD).log())  # (A,)

    def sample(self, outputs: Tensor, numbers: torch.Generator) -> Tensor:
        noise = torch.randn(outputs.shape, generator=numbers, device=outputs.device)
        return outputs + self.log_spread.exp() * noise  # (B, P, A)

    def log_prob(self, outputs: Tensor, drawn: Tensor) -> Tensor:
        off = (drawn - outputs) * (-self.log_spread).exp()  # (B, P, A)
        return (-0.5 * off.square() - self.log_spread - _LOG_ROOT_TWO_PI).sum(dim=-1)  # (B, P)

    def entropy(self, outputs: Tensor) -> Tensor:
        of_port = (0.5 + _LOG_ROOT_TWO_PI + self.log_spread).sum()
        return of_port.expand(outputs.shape[:-1])  # (B, P)

    def play(self, drawn: Tensor) -> Tensor:
        return drawn.clamp(-1.0, 1.0)  # (B, P, A)

    def best(self, outputs: Tensor) -> Tensor:
        return outputs  # (B, P, A)


class Categorical(nn.Module):
    """Each of the A entries is one of C evenly spaced numbers, as with `bins` in the views.

    Args:
        actions: entries that a port takes (A).
        bins: how many values an entry has (C), at least 2.
    """

    values: Tensor

    def __init__(self, actions: int, bins: int) -> None:
        super().__init__()
        self.outputs = actions * bins
        self._shape = (actions, bins)
        self.register_buffer("values", torch.linspace(-1.0, 1.0, bins), persistent=False)  # (C,)

    def sample(self, outputs: Tensor, numbers: torch.Generator) -> Tensor:
        # The largest of scores with Gumbel noise is distributed as their softmax says.
        uniform = torch.rand((*outputs.shape[:-1], *self._shape), generator=numbers, device=outputs.device)
        noise = -(-uniform.clamp_min(_TINY).log()).log()  # (B, P, A, C)
        return (self._scores(outputs) + noise).argmax(dim=-1)  # (B, P, A)

    def log_prob(self, outputs: Tensor, drawn: Tensor) -> Tensor:
        logs = self._scores(outputs).log_softmax(dim=-1)  # (B, P, A, C)
        return logs.gather(-1, drawn[..., None])[..., 0].sum(dim=-1)  # (B, P)

    def entropy(self, outputs: Tensor) -> Tensor:
        logs = self._scores(outputs).log_softmax(dim=-1)  # (B, P, A, C)
        return -(logs.exp() * logs).sum(dim=(-1, -2))  # (B, P)

    def play(self, drawn: Tensor) -> Tensor:
        return self.values[drawn]  # (B, P, A)

    def best(self, outputs: Tensor) -> Tensor:
        return self.values[self._scores(outputs).argmax(dim=-1)]  # (B, P, A)

    def _scores(self, outputs: Tensor) -> Tensor:
        return LARGEST_SCORE * outputs.view(*outputs.shape[:-1], *self._shape)  # (B, P, A, C)


def make_distribution(actions: int, bins: int | None) -> Gaussian | Categorical:
    """The head for A entries of any number, or of C bins."""
    return Gaussian(actions) if bins is None else Categorical(actions, bins)
