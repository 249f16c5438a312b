"""Synapses: plastic weights between ports, which one shared rule changes in a lifetime.

Najarro and Risi (2020) evolve a Hebbian rule for every synapse, and weights start at random in each life; Pedersen and
Risi (2021) let synapses share rules. Here all share ONE, so a handful of numbers is the whole learning algorithm, and
everything else is learned in the lifetime. Axis letters as in `agents`; E = P * P, as in `agents.parts.pairs`.
"""

import torch
from torch import Tensor, nn

from agents.parts.experts import Expert
from agents.parts.pairs import PortPairs

SOURCE = 3
"""Numbers that an expert reads of its source: what it passes on, the sum of squares, and one part in P."""
LARGEST_SUM = 0.999
"""Of what a port is given, so that the inverse of tanh stays finite."""
SMALLEST_ENERGY = 0.05
"""Keeps a change finite that is divided by how much was shown."""


class Synapses(PortPairs):
    """Expert (i, j) passes on the first number that port j shows; what the experts of a row put out is added up.

    It reads that number, the sum of its squares over all ports, one part in P, and what port i shows. The membrane has
    no parameters.
    """

    def __init__(self, inputs: int, hidden_size: int, actions: int, key_size: int) -> None:
        super().__init__(inputs, hidden_size, actions, key_size)
        self.shown = inputs // 2
        """Of what a port offers, the first half is what it shows, and the second how that changed."""
        self.size = SOURCE + self.shown

    def read(self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None) -> Tensor:
        ports = inputs.shape[1]
        signal = inputs[..., :1]  # (B, P, 1)
        energy = signal.square().sum(dim=1, keepdim=True).expand(-1, ports, -1)  # (B, P, 1)
        source = torch.cat([signal, energy, torch.ones_like(signal) / ports], dim=-1)  # (B, P, SOURCE) of j
        source = source[:, None].expand(-1, ports, -1, -1)  # (B, P, P, SOURCE)
        target = inputs[:, :, None, : self.shown].expand(-1, -1, ports, -1)  # (B, P, P, shown) of i
        return torch.cat([source, target], dim=-1).flatten(1, 2)  # (B, E, R)

    def write(
        self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None, absent: Tensor | None = None
    ) -> Tensor:
        ports = inputs.shape[1]
        put_out = memory.reshape(-1, ports, ports, memory.shape[2])  # (B, P, P, A)
        total = put_out.sum(dim=2).clamp(-LARGEST_SUM, LARGEST_SUM)  # (B, P, A)
        return torch.atanh(total)  # (B, P, A) a sum, and not what tanh makes of it


class Plastic(Expert):
    """A weight for each action that changes by (post pre + B pre + C post + D) / (energy + .05), and decays.

    `pre` is what the synapse passed on one step before, `energy` the sum of its squares over all sources, as in the
    normalised delta rule (Widrow, Hoff 1960), and `post` a linear function of what the target shows now, which may be
    what was wrong with its answer. A, the fourth number of the rule, is in the scale of `post`. At birth, and when all
    has decayed, weights are one learned number, divided by the sources.

    Its memory is what it puts out, so that H = A; private are the weights without those of birth, `pre` and `energy`.
    Rounds beyond the first are of no use.
    """

    def __init__(self, inputs: int, hidden_size: int) -> None:
        super().__init__(inputs, hidden_size, private_size=hidden_size + 2)
        self.post = nn.Linear(inputs - SOURCE, hidden_size, bias=False)
        self.rule = nn.Parameter(torch.empty(3).uniform_(-0.5, 0.5))  # B, C, D
        self.birth = nn.Parameter(torch.empty(()).uniform_(-0.5, 0.5))
        self.kept = nn.Parameter(torch.tensor(3.0))  # in a step; its sigmoid

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        signal, share, target = inputs[:, :1], inputs[:, 2:SOURCE], inputs[:, SOURCE:]  # 2 x (N, 1), (N, shown)
        learned, pre, energy = private[:, :-2], private[:, -2:-1], private[:, -1:]  # (N, A), 2 x (N, 1)
        change = self.scaled(self.change(pre, self.post(target)), energy)  # (N, A)
        change = change * (energy > 0.0)  # (N, A) none before anything was shown
        learned = torch.sigmoid(self.kept) * learned + change  # (N, A)
        following = torch.cat([learned, inputs[:, :2]], dim=1)  # (N, A + 2)
        return (self.birth * share + learned) * signal, following  # (N, A), (N, A + 2)

    def change(self, pre: Tensor, post: Tensor) -> Tensor:
        """What the rule asks for, (N, 1) and (N, A) -> (N, A)."""
        by_pre, by_post, always = self.rule.unbind()
        return post * pre + by_pre * pre + by_post * post + always

    def scaled(self, change: Tensor, energy: Tensor) -> Tensor:
        """A change (N, A) made smaller where much was shown, (N, 1)."""
        return change / (energy + SMALLEST_ENERGY)

    def reset(self, private: Tensor, mask: Tensor) -> Tensor:
        shown = mask.all(dim=-1, keepdim=True)  # (..., 1)
        return private.masked_fill(torch.cat([mask, shown, shown], dim=-1), 0.0)  # (..., A + 2)


class Product(Plastic):
    """The product of pre and post alone (A), without B, C and D: the ablation of the rule."""

    def __init__(self, inputs: int, hidden_size: int) -> None:
        super().__init__(inputs, hidden_size)
        self.register_parameter("rule", None)

    def change(self, pre: Tensor, post: Tensor) -> Tensor:
        return post * pre


class Unscaled(Plastic):
    """The whole rule, but changes are not divided by how much was shown."""

    def scaled(self, change: Tensor, energy: Tensor) -> Tensor:
        return change
