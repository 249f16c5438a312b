"""Distributions over actions, given an agent's outputs, for outer loops that explore.

Axis letters as in `badger_envs.core.task`; C bins.
"""

import math
from typing import Protocol

import torch
from torch import Tensor, nn

LOGIT_SCALE = 5.0
"""An agent's outputs lie in [-1, 1]; times this they are the logits of bins, so that one can be almost certain."""
INITIAL_STD = 0.5
"""Standard deviation of actions at the beginning of training."""

_LOG_ROOT_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_TINY = 1e-20


class ActionDistribution(Protocol):
    """A distribution over the actions of every port."""

    outputs: int
    """Outputs that the agent must have for each port."""

    def sample(self, outputs: Tensor, generator: torch.Generator) -> Tensor:
        """Samples (B, P, A), given the agent's outputs (B, P, outputs); `log_prob` takes them as they are."""

    def log_prob(self, outputs: Tensor, sample: Tensor) -> Tensor:
        """Log-probability of each port's sample, (B, P)."""

    def entropy(self, outputs: Tensor) -> Tensor:
        """Of each port's distribution, (B, P)."""

    def to_action(self, sample: Tensor) -> Tensor:
        """The action of a sample, float32 (B, P, A) in [-1, 1]."""

    def mode(self, outputs: Tensor) -> Tensor:
        """The action without exploration, float32 (B, P, A)."""


class Gaussian(nn.Module):
    """Normal around the agent's output, with a learned standard deviation for each of the A entries.

    Args:
        actions: entries that a port takes (A).
    """

    def __init__(self, actions: int) -> None:
        super().__init__()
        self.outputs = actions
        self.log_std = nn.Parameter(torch.full((actions,), INITIAL_STD).log())  # (A,)

    def sample(self, outputs: Tensor, generator: torch.Generator) -> Tensor:
        noise = torch.randn(outputs.shape, generator=generator, device=outputs.device)
        return outputs + self.log_std.exp() * noise  # (B, P, A)

    def log_prob(self, outputs: Tensor, sample: Tensor) -> Tensor:
        deviation = (sample - outputs) * (-self.log_std).exp()  # (B, P, A)
        return (-0.5 * deviation.square() - self.log_std - _LOG_ROOT_TWO_PI).sum(dim=-1)  # (B, P)

    def entropy(self, outputs: Tensor) -> Tensor:
        of_port = (0.5 + _LOG_ROOT_TWO_PI + self.log_std).sum()
        return of_port.expand(outputs.shape[:-1])  # (B, P)

    def to_action(self, sample: Tensor) -> Tensor:
        return sample.clamp(-1.0, 1.0)  # (B, P, A)

    def mode(self, outputs: Tensor) -> Tensor:
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

    def sample(self, outputs: Tensor, generator: torch.Generator) -> Tensor:
        # The largest of logits with Gumbel noise is distributed as their softmax says.
        uniform = torch.rand((*outputs.shape[:-1], *self._shape), generator=generator, device=outputs.device)
        noise = -(-uniform.clamp_min(_TINY).log()).log()  # (B, P, A, C)
        return (self._logits(outputs) + noise).argmax(dim=-1)  # (B, P, A)

    def log_prob(self, outputs: Tensor, sample: Tensor) -> Tensor:
        logs = self._logits(outputs).log_softmax(dim=-1)  # (B, P, A, C)
        return logs.gather(-1, sample[..., None])[..., 0].sum(dim=-1)  # (B, P)

    def entropy(self, outputs: Tensor) -> Tensor:
        logs = self._logits(outputs).log_softmax(dim=-1)  # (B, P, A, C)
        return -(logs.exp() * logs).sum(dim=(-1, -2))  # (B, P)

    def to_action(self, sample: Tensor) -> Tensor:
        return self.values[sample]  # (B, P, A)

    def mode(self, outputs: Tensor) -> Tensor:
        return self.values[self._logits(outputs).argmax(dim=-1)]  # (B, P, A)

    def _logits(self, outputs: Tensor) -> Tensor:
        return LOGIT_SCALE * outputs.view(*outputs.shape[:-1], *self._shape)  # (B, P, A, C)


def make_distribution(actions: int, bins: int | None) -> Gaussian | Categorical:
    """The distribution for A entries of any value, or of C bins."""
    return Gaussian(actions) if bins is None else Categorical(actions, bins)
