"""Handmade experts: written rules among trained experts, which learn to speak to them and what to make of them.

They have no weights. What one of them remembers is heard by the others as every memory is, through the same learned
messages. They are for experts without a port. Axis letters as in `agents`.
"""

import math

import torch
from torch import Tensor

from agents.parts.experts import Expert

OPENING, SHUT = 8.0, 4.0
"""Of the gate of a register: 0.018 at silence, 0.98 where the mean of what it is told begins with 1."""
PERIODS = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Of a clock, in rounds."""


class Handmade(Expert):
    """An expert that follows a rule over what it hears.

    Args:
        heard: where in its inputs the messages are (M entries).
        hidden_size: entries of its memory (H).
        private_size: entries of what it keeps private (S).
    """

    def __init__(self, heard: slice, hidden_size: int, private_size: int = 0) -> None:
        super().__init__(0, hidden_size, private_size)
        self.heard = heard

    def reset(self, private: Tensor, mask: Tensor) -> Tensor:
        return private.masked_fill(mask.all(dim=-1, keepdim=True), 0.0)  # (..., S) what it counted, with all of it

    def as_memory(self, values: Tensor) -> Tensor:
        """Numbers (N, any) as a memory (N, H): the first of them, and zeros where they are too few."""
        values = values[:, : self.hidden_size]
        return torch.nn.functional.pad(values, (0, self.hidden_size - values.shape[1]))  # (N, H)


class Register(Handmade):
    """Keeps what it is told until it is told to keep something else.

    The first entry of what it hears is the gate, the others are the content: a memory cell that all experts share.
    """

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        told = inputs[:, self.heard]  # (N, M)
        opened = torch.sigmoid(OPENING * told[:, :1] - SHUT)  # (N, 1)
        return memory + opened * (self.as_memory(told[:, 1:]) - memory), private  # (N, H)


class Clock(Handmade):
    """Counts rounds since its birth: sine and cosine of them, in several periods."""

    def __init__(self, heard: slice, hidden_size: int) -> None:
        super().__init__(heard, hidden_size, private_size=1)

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        now = private + 1.0  # (N, 1)
        angles = [2.0 * math.pi / period * now for period in PERIODS]
        return self.as_memory(torch.cat([turn(angle) for angle in angles for turn in (torch.sin, torch.cos)], 1)), now


class MeanKeeper(Handmade):
    """Remembers the mean of all that it has heard."""

    def __init__(self, heard: slice, hidden_size: int) -> None:
        super().__init__(heard, hidden_size, private_size=1)

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        count = private + 1.0  # (N, 1)
        return memory + (self.as_memory(inputs[:, self.heard]) - memory) / count, count  # (N, H), (N, 1)
