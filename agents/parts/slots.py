"""Slots: an expert serves as many ports as there are for it, from all of them down to a share of one.

At one end of the number of experts is a monolith, one expert with every port in a slot of its own; at the other are
free experts, several at each port. Axis letters as in `agents`; S slots of an expert.
"""

from typing import Any, Self

import torch
from torch import Tensor

from agents.parts.bindings import dealt
from agents.parts.bonds import SMALLEST, Bonds


class Slots(Bonds):
    """Ports are dealt to experts by affinity, as evenly as can be, and each lies in a slot of its expert.

    An expert reads all its slots side by side, each with whether there is a port in it, and writes to each. Which port
    of an expert is in which slot goes by the order of ports.

    Args:
        inputs: numbers that a port offers to read.
        hidden_size: entries of an expert's memory (H).
        actions: entries that a port takes (A).
        key_size: entries of addresses and identities.
        slots: ports that one expert can serve (S).
    """

    binding = staticmethod(dealt)

    def __init__(self, inputs: int, hidden_size: int, actions: int, key_size: int, slots: int) -> None:
        super().__init__(inputs, hidden_size, slots * actions, key_size)
        self.slots = slots
        self.size = slots * (inputs + 1)

    @classmethod
    def of(cls, config: Any, inputs: int) -> Self:
        return cls(inputs, config.hidden_size, config.port_actions, config.key_size, config.slots)

    def accepts(self, ports: int, experts: int) -> bool:
        return ports <= self.slots * experts

    def read(self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None) -> Tensor:
        known = torch.cat([inputs, torch.ones_like(inputs[..., :1])], dim=-1)  # (B, P, inputs + 1)
        return (self._places(bonds) @ known[:, None]).flatten(2)  # (B, E, R)

    def write(
        self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None, absent: Tensor | None = None
    ) -> Tensor:
        places = self._places(bonds)  # (B, E, S, P)
        outputs = self.act(memory).unflatten(2, (self.slots, -1))  # (B, E, S, A)
        served = places.sum(dim=(1, 2))[..., None].clamp(min=SMALLEST)  # (B, P, 1) experts at each port
        said: Tensor = (places.transpose(2, 3) @ outputs).sum(dim=1)  # (B, P, A)
        return said / served

    def _places(self, bonds: Tensor | None) -> Tensor:
        """Which port is in which slot, (B, E, P) -> (B, E, S, P); in none where an expert has more ports than slots."""
        assert bonds is not None
        number = bonds.cumsum(dim=2) * bonds  # (B, E, P) 1 for an expert's first port, 0 where it does not serve
        slots = torch.arange(1, self.slots + 1, device=bonds.device, dtype=bonds.dtype)  # (S,)
        return (number[:, :, None] == slots[:, None]).to(bonds.dtype)  # (B, E, S, P)
