"""Pairs: an expert at every pair of ports, which hears its row and its column, and votes.

VSML (Kirsch, Schmidhuber 2021) has one small recurrent network, always the same, at every synapse: what a layer learns
lies in P * P memories, and the shared weights are a learning algorithm. SymLA (Kirsch et al. 2022) does the same for
reinforcement learning. An expert at port i has to find out whom among all others to listen to; here that is what pair
(i, j) remembers, so nothing has to be told apart by an id, and the weights know no number of ports.

Experts are in rows: expert i * P + j brings what input j shows to output i. Axis letters as in `agents`; E = P * P.
"""

import math

import torch
from torch import Tensor, nn

from agents.parts.hearing import mean_heard
from agents.parts.membrane import Membrane
from agents.parts.messages import Messages


class PortPairs(Membrane):
    """Membranes with an expert at every pair of ports, which is absent where one of its ports is."""

    def experts_for(self, ports: int, experts: int | None) -> int:
        if experts not in (None, ports**2):
            raise ValueError(f"experts must equal the {ports**2} pairs of {ports} ports, got {experts}")
        return ports**2

    def roles(self, ports: int, experts: int) -> Tensor:
        return torch.eye(ports, dtype=torch.int64).flatten()  # (E,) 1 between a port and itself

    def addresses(self, batch: int, ports: int, generator: torch.Generator | None) -> Tensor:
        return torch.zeros(batch, ports, 0)

    def absent_experts(self, absent: Tensor, experts: int, bonds: Tensor | None) -> Tensor:
        return (absent[:, :, None] | absent[:, None]).flatten(1)  # (B, E)


class Pairs(PortPairs):
    """Expert (i, j) reads what ports j and i show, and whether they are one; it proposes an action of port i.

    It proposes it from what j shows and from what it knows about the pair. Of the proposals of a row the port takes the
    mean, each weighed by the softmax of its expert's vote: a plain mean would be less, the more ports there are.
    """

    def __init__(self, inputs: int, hidden_size: int, actions: int, key_size: int) -> None:
        super().__init__(inputs, hidden_size, actions, key_size)
        self.act = nn.Linear(hidden_size + inputs, actions)
        self.vote = nn.Linear(hidden_size, 1, bias=False)  # the same for all votes of a row changes nothing
        self.size = 2 * inputs + 1

    def read(self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None) -> Tensor:
        batch, ports, _ = inputs.shape
        source = inputs[:, None].expand(-1, ports, -1, -1)  # (B, P, P, inputs) of j
        target = inputs[:, :, None].expand(-1, -1, ports, -1)  # (B, P, P, inputs) of i
        same = torch.eye(ports, dtype=inputs.dtype, device=inputs.device)  # (P, P)
        same = same.expand(batch, -1, -1)[..., None]  # (B, P, P, 1)
        return torch.cat([source, target, same], dim=-1).flatten(1, 2)  # (B, E, R)

    def write(
        self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None, absent: Tensor | None = None
    ) -> Tensor:
        ports = inputs.shape[1]
        known = memory.reshape(-1, ports, ports, memory.shape[2])  # (B, P, P, H)
        source = inputs[:, None].expand(-1, ports, -1, -1)  # (B, P, P, inputs)
        proposal: Tensor = self.act(torch.cat([known, source], dim=-1))  # (B, P, P, A)
        vote: Tensor = self.vote(known)  # (B, P, P, 1)
        if absent is not None:
            # With -inf the row of an absent port would be NaN; nobody uses what is written there.
            gone = absent.reshape(-1, ports, ports, 1)  # (B, P, P, 1)
            vote = vote.masked_fill(gone, torch.finfo(vote.dtype).min)
        return (vote.softmax(dim=2) * proposal).sum(dim=2)  # (B, P, A)


class RowsAndColumns(Messages):
    """Each expert hears the mean of the others in its row, and with other words the mean of those in its column.

    So (i, j) hears what all inputs are to output i, and what input j is to all outputs. Messages have M entries each
    way.
    """

    def __init__(self, hidden_size: int, size: int, *, itself: bool = False) -> None:
        super().__init__(hidden_size, 2 * size, itself=itself)
        self.speak = nn.Linear(hidden_size, 2 * size)

    def forward(self, memory: Tensor, neighbours: Tensor | None = None, absent: Tensor | None = None) -> Tensor:
        along_row, along_column = self.speak(memory).chunk(2, dim=-1)  # 2 x (B, E, M)
        if neighbours is None:
            return self._of_all(along_row, along_column, absent)  # (B, E, 2M)
        ports, experts = math.isqrt(memory.shape[1]), torch.arange(memory.shape[1], device=memory.device)[:, None]
        other_row = neighbours // ports != experts // ports  # (B, E, D)
        other_column = neighbours % ports != experts % ports  # (B, E, D)
        from_row = mean_heard(along_row, neighbours.masked_fill(other_row, -1), absent)  # (B, E, M)
        from_column = mean_heard(along_column, neighbours.masked_fill(other_column, -1), absent)  # (B, E, M)
        return torch.cat([from_row, from_column], dim=-1)  # (B, E, 2M)

    def _of_all(self, along_row: Tensor, along_column: Tensor, absent: Tensor | None) -> Tensor:
        ports = math.isqrt(along_row.shape[1])
        grid = (len(along_row), ports, ports, -1)
        in_rows, in_columns = along_row.reshape(grid), along_column.reshape(grid).transpose(1, 2)  # 2 x (B, P, P, M)
        gone = None if absent is None else absent.view(grid[:3])  # (B, P, P)
        from_row = self._mean_heard(in_rows, gone)  # (B, P, P, M)
        gone = None if gone is None else gone.transpose(1, 2)  # (B, P, P)
        from_column = self._mean_heard(in_columns, gone).transpose(1, 2)  # (B, P, P, M)
        return torch.cat([from_row, from_column], dim=-1).flatten(1, 2)  # (B, E, 2M)

    def _mean_heard(self, values: Tensor, absent: Tensor | None) -> Tensor:
        """`mean_heard` within each of the rows of (B, P, P, M); absent is bool (B, P, P), or None."""
        gone = None if absent is None else absent.flatten(0, 1)  # (B * P, P)
        return mean_heard(values.flatten(0, 1), None, gone, itself=self.itself).view_as(values)  # (B, P, P, M)
