"""Experts that look up what they noted when they saw something alike: keys and values, learned in a lifetime.

Axis letters as in `agents`; W entries of an address.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from agents.parts.experts import GRU, Expert

ADDRESS_SIZE = 12
"""Entries of an address (W): as many things as an expert can tell apart without confusion."""


class Associative(Expert):
    """A gated recurrent unit with a fast weight matrix, which is read and written at one address.

    The address, of length 1, is a linear function of what the expert takes in. It first reads what the matrix holds
    there, and takes that in too; then it replaces it, more or less, by a note of what it takes in: the delta rule of
    fast weights (Schlag, Irie, Schmidhuber 2021; fast weights: Ba et al. 2016). Their keys and queries are two
    functions. Here both are one, so what is seen again is found at once, before anything was learned: with two, Badger
    did not learn in 1,000 updates to tell two keys from each other in `Badger/Memory-v0`.

    What is private is the matrix, row after row; column h belongs to entry h of the memory.
    """

    columns_besides = 0
    """Columns that a subclass carries on besides those of the matrix."""

    def __init__(self, inputs: int, hidden_size: int) -> None:
        super().__init__(inputs, hidden_size, private_size=ADDRESS_SIZE * (hidden_size + self.columns_besides))
        self.address = nn.Linear(inputs, ADDRESS_SIZE)
        self.note = nn.Linear(inputs, hidden_size)
        self.rate = nn.Linear(inputs, 1)
        self.cell = GRU(inputs + hidden_size, hidden_size)

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        weights = private.reshape(-1, ADDRESS_SIZE, self.hidden_size)  # (N, W, H)
        address = self.address_of(inputs)  # (N, W, 1)
        found = (address * weights).sum(dim=1)  # (N, H)
        weights = self.noted(weights, address, found, inputs)  # (N, W, H)
        return self.remembering(found, inputs, memory), weights.flatten(1)  # (N, H), (N, W * H)

    def address_of(self, inputs: Tensor) -> Tensor:
        """Where things like these are noted, (N, W, 1)."""
        address: Tensor = normalize(self.address(inputs), dim=1)  # (N, W)
        return address[:, :, None]

    def noted(self, weights: Tensor, address: Tensor, there: Tensor, inputs: Tensor) -> Tensor:
        """The weights (N, W, H) with a note of the inputs more or less in place of what is there, (N, H)."""
        change = torch.sigmoid(self.rate(inputs)) * (torch.tanh(self.note(inputs)) - there)  # (N, H)
        return weights + address * change[:, None, :]  # (N, W, H)

    def remembering(self, found: Tensor, inputs: Tensor, memory: Tensor) -> Tensor:
        """The next memory, (N, H)."""
        following: Tensor = self.cell(torch.cat([inputs, found], dim=1), memory, memory[:, :0])[0]  # (N, H)
        return following


class Predictive(Associative):
    """The same, but what it notes at an address is what it takes in one step later.

    So it looks up what followed when something alike was seen: the class of an example, which is told one step after
    it. Gated recurrent units and `Associative` forget classes that others were learned after (`stream_blocks`).

    The last column of what is private is the address of the step before; it is reset with the last entry of the memory.
    """

    columns_besides = 1

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        columns = private.reshape(-1, ADDRESS_SIZE, self.hidden_size + 1)  # (N, W, H + 1)
        weights, before = columns[..., :-1], columns[..., -1:]  # (N, W, H), (N, W, 1)
        weights = self.noted(weights, before, (before * weights).sum(dim=1), inputs)  # (N, W, H)
        address = self.address_of(inputs)  # (N, W, 1)
        following = self.remembering((address * weights).sum(dim=1), inputs, memory)  # (N, H)
        return following, torch.cat([weights, address], dim=2).flatten(1)  # (N, H), (N, W * (H + 1))

    def reset(self, private: Tensor, mask: Tensor) -> Tensor:
        return super().reset(private, torch.cat([mask, mask[..., -1:]], dim=-1))  # (..., W * (H + 1))
