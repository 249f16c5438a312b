"""A hidden layer before an expert: what its update is made of, however few numbers it remembers. Axis letters as in
`agents`."""

import torch
from torch import Tensor, nn

from agents.parts.experts import Expert


class Encoded(Expert):
    """An expert that takes in what a layer of W units makes of its inputs and its memory.

    Without it the weights of a recurrent cell grow with the memory, so an expert that remembers two numbers has next to
    none. With it memory and parameters can be chosen apart.

    Args:
        unit: the expert behind the layer, whose inputs are the W units.
        inputs: entries of what the layer takes besides the memory.
        size: units (W).
    """

    def __init__(self, unit: Expert, inputs: int, size: int) -> None:
        super().__init__(inputs, unit.hidden_size, unit.private_size)
        self.encode = nn.Linear(inputs + unit.hidden_size, size)
        self.unit = unit

    def initial_state(
        self, batch: int, experts: int, generator: torch.Generator | None, roles: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        return self.unit.initial_state(batch, experts, generator, roles)

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        units = torch.tanh(self.encode(torch.cat([inputs, memory], dim=-1)))  # (N, W)
        following: tuple[Tensor, Tensor] = self.unit(units, memory, private)  # (N, H), (N, S)
        return following

    def reset(self, private: Tensor, mask: Tensor) -> Tensor:
        return self.unit.reset(private, mask)  # (..., S)
