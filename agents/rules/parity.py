"""Parity of bits of which every port shows one, as in hidden XOR. Axis letters as in `agents.rules.rule`."""

import torch
from torch import Tensor

from agents.rules.rule import Own, Rule

BIT = 0
"""Place of the bit, -1 or 1, in what a port shows; 0 while it is hidden."""


class Parity(Rule):
    """Say your bit; answer the product of yours and all that you hear, which is 0 where anybody is silent.

    Memory: the own bit, and the product of the others'.
    """

    message = 1

    def memory(self, experts: int) -> int:
        return 2

    def see(self, own: Own, memory: Tensor) -> Tensor:
        shown = own.shown[:, BIT]  # (N,)
        bit = torch.where(shown != 0.0, shown, memory[:, 0])  # (N,) remembered, should it flash
        return torch.stack([bit, memory[:, 1]], dim=1)  # (N, H)

    def say(self, own: Own, memory: Tensor) -> Tensor:
        return memory[:, :1]  # (N, M)

    def hear(self, own: Own, memory: Tensor, heard: Tensor) -> Tensor:
        others = heard[:, :, 0].sign().prod(dim=1)  # (N,)
        return torch.stack([memory[:, 0], others], dim=1)  # (N, H)

    def act(self, own: Own, memory: Tensor) -> Tensor:
        return memory.prod(dim=1, keepdim=True)  # (N, A)
