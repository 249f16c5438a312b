"""Parity of bits of which every port shows one, as in hidden XOR. Axis letters as in `agents.rules.rule`."""

import torch
from torch import Tensor

from agents.rules.rule import Own, Rule

BIT = 0
"""Place of the bit, -1 or 1, in what a port shows; 0 while it is hidden."""


class Parity(Rule):
    """Send your bit; answer the product of yours and all that you receive, which is 0 where anybody is silent.

    Memory: the own bit, and the product of the others'.
    """

    message_size = 1

    def memory_size(self, experts: int) -> int:
        return 2

    def observe(self, own: Own, memory: Tensor) -> Tensor:
        bit = own.observation[:, BIT]  # (N,)
        bit = torch.where(bit != 0.0, bit, memory[:, 0])  # (N,) remembered, should it flash
        return torch.stack([bit, memory[:, 1]], dim=1)  # (N, H)

    def send(self, own: Own, memory: Tensor) -> Tensor:
        return memory[:, :1]  # (N, M)

    def receive(self, own: Own, memory: Tensor, messages: Tensor) -> Tensor:
        others = messages[:, :, 0].sign().prod(dim=1)  # (N,)
        return torch.stack([memory[:, 0], others], dim=1)  # (N, H)

    def act(self, own: Own, memory: Tensor) -> Tensor:
        return memory.prod(dim=1, keepdim=True)  # (N, A)
