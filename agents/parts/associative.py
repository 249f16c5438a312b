"""An expert that looks up what it noted when it saw something alike: keys and values, learned in a lifetime.

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

    def __init__(self, inputs: int, hidden_size: int) -> None:
        super().__init__(inputs, hidden_size, private_size=ADDRESS_SIZE * hidden_size)
        self.address = nn.Linear(inputs, ADDRESS_SIZE)
        self.note = nn.Linear(inputs, hidden_size)
        self.rate = nn.Linear(inputs, 1)
        self.cell = GRU(inputs + hidden_size, hidden_size)

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        weights = private.reshape(-1, ADDRESS_SIZE, self.hidden_size)  # (N, W, H)
        address = normalize(self.address(inputs), dim=1)[:, :, None]  # (N, W, 1)
        found = (address * weights).sum(dim=1)  # (N, H)
        change = torch.sigmoid(self.rate(inputs)) * (torch.tanh(self.note(inputs)) - found)  # (N, H)
        weights = weights + address * change[:, None, :]  # (N, W, H)
        following, _ = self.cell(torch.cat([inputs, found], dim=1), memory, private[:, :0])  # (N, H)
        return following, weights.flatten(1)  # (N, H), (N, W * H)
