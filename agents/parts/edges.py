"""Edges: an expert at every edge of the graph that a task gives, and one at every port itself.

The pairs of `agents.parts.pairs` where not all ports have to do with all: with inputs as the neighbours of outputs the
edges are the grid of synapses of VSML (Kirsch, Schmidhuber 2021). The ends of an edge are the port that it writes to
and the port that it reads besides, int64 (B, E, 2), -1 where a lifetime has fewer edges; they stay for life. Axis
letters as in `agents`; E edges.
"""

import torch
from torch import Tensor, nn

from agents.parts.membrane import Membrane
from agents.parts.messages import Messages


def edges_of(neighbours: Tensor) -> Tensor:
    """The ends of all edges, target first, int (B, P, D) -> int64 (B, E, 2), -1 behind a lifetime's last edge."""
    batch, ports, _ = neighbours.shape
    itself = torch.arange(ports, device=neighbours.device).expand(batch, -1)[..., None]  # (B, P, 1)
    sources = torch.cat([itself, neighbours.long()], dim=2)  # (B, P, D + 1)
    ends = torch.stack([itself.expand_as(sources), sources], dim=3).flatten(1, 2)  # (B, P * (D + 1), 2)
    missing = ends[..., 1] < 0  # (B, P * (D + 1))
    order = missing.to(torch.uint8).argsort(dim=1, stable=True)[..., None].expand_as(ends)  # those there come first
    most = int((~missing).sum(dim=1).max())
    ends = ends.masked_fill(missing[..., None], -1).gather(1, order)[:, :most]  # (B, E, 2)
    return ends.contiguous()


def at(values: Tensor, ports: Tensor) -> Tensor:
    """What ports (B, E) have of (B, P, M), (B, E, M); anything where there is no port."""
    return values.gather(1, ports.clamp(min=0)[..., None].expand(-1, -1, values.shape[2]))


def summed(values: Tensor, ports: Tensor, count: int) -> Tensor:
    """The sums (B, P, M) of what edges (B, E, M) bring to ports (B, E)."""
    index = ports.clamp(min=0)[..., None].expand_as(values)  # (B, E, M)
    zeros = torch.zeros(len(values), count, values.shape[2], dtype=values.dtype, device=values.device)  # (B, P, M)
    return zeros.scatter_add(1, index, values * (ports >= 0)[..., None])


class Edges(Membrane):
    """An expert reads what both ends show, and whether they are one; it proposes a linear function of its source.

    A port takes the sum of the proposals of its edges over the square root of their number, so that it is as large as
    noise alone would make it, whatever the number.
    """

    def __init__(self, inputs: int, hidden_size: int, actions: int, key_size: int) -> None:
        super().__init__(inputs, hidden_size, actions, key_size)
        self.act = nn.Linear(hidden_size, actions * (1 + inputs))
        self.actions = actions
        self.size = 2 * inputs + 1

    def experts_for(self, ports: int, experts: int | None) -> int:
        return ports  # at least; the task says how many

    def addresses(self, batch: int, ports: int, generator: torch.Generator | None) -> Tensor:
        return torch.zeros(batch, ports, 0)

    def ends(self, neighbours: Tensor | None) -> Tensor | None:
        return None if neighbours is None else edges_of(neighbours)  # (B, E, 2)

    def read(self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None) -> Tensor:
        target, source = addresses.unbind(dim=2)  # 2 x (B, E)
        same = (target == source).to(inputs.dtype)[..., None]  # (B, E, 1)
        return torch.cat([at(inputs, source), at(inputs, target), same], dim=-1)  # (B, E, R)

    def write(
        self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None, absent: Tensor | None = None
    ) -> Tensor:
        target, source = addresses.unbind(dim=2)  # 2 x (B, E)
        slopes = self.act(memory).unflatten(2, (self.actions, -1))  # (B, E, A, 1 + inputs)
        proposal = slopes[..., 0] + (slopes[..., 1:] @ at(inputs, source)[..., None])[..., 0]  # (B, E, A)
        both = torch.cat([proposal, torch.ones_like(proposal[..., :1])], dim=2)  # (B, E, A + 1)
        total = summed(both, target, inputs.shape[1])  # (B, P, A + 1)
        return total[..., :-1] / total[..., -1:].clamp(min=1.0).sqrt()  # (B, P, A)


class AlongEdges(Messages):
    """An expert hears the mean of the others with its target, and with other words of the others with its source."""

    def __init__(self, hidden_size: int, size: int, *, itself: bool = False) -> None:
        super().__init__(hidden_size, 2 * size, itself=itself)
        self.speak = nn.Linear(hidden_size, 2 * size)

    def forward(self, memory: Tensor, neighbours: Tensor | None = None, absent: Tensor | None = None) -> Tensor:
        """As `Messages.forward`, with the ends of edges (B, E, 2) for neighbours."""
        assert neighbours is not None
        words = self.speak(memory).chunk(2, dim=-1)  # 2 x (B, E, M)
        ends = neighbours.unbind(dim=2)  # 2 x (B, E)
        return torch.cat([_mean_of_others(said, end) for said, end in zip(words, ends, strict=True)], dim=-1)


def _mean_of_others(values: Tensor, ports: Tensor) -> Tensor:
    """For each edge the mean (B, E, M) over the others at a port (B, E)."""
    both = torch.cat([values, torch.ones_like(values[..., :1])], dim=2)  # (B, E, M + 1)
    others = at(summed(both, ports, ports.shape[1]), ports) - both  # (B, E, M + 1)
    return others[..., :-1] / others[..., -1:].clamp(min=1.0)  # (B, E, M)
