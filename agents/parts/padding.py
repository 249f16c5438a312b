"""Padding: a network of fixed width takes fewer ports; those that are not there show zeros and are said not to be.

Each port has one of L places. Axis letters as in `agents`.
"""

import torch
from torch import Tensor, nn

from agents.parts.inputs import inputs_size, with_change


class Padding(nn.Module):
    """Puts what ports show in their places, and takes their actions from there; it has no parameters.

    Args:
        features: numbers that a port shows (F).
        max_ports: number of places (L).
        places: "in_order" or "random", as in `agents.parts.PLACES`. At random all places are trained even where ports
            are never as many; in order a port is known by its place.
    """

    def __init__(self, features: int, max_ports: int, places: str) -> None:
        super().__init__()
        self.max_ports, self.random = max_ports, places == "random"
        self.size = max_ports * (inputs_size(features) + 1)
        """Numbers that the network takes."""

    def initial_places(self, batch: int, ports: int, generator: torch.Generator | None) -> Tensor:
        """The places of B lifetimes, float32 (B, L, P) on the CPU, 1 where a port has that place."""
        order = torch.arange(self.max_ports).expand(batch, -1)  # (B, L)
        if self.random:
            order = torch.rand(batch, self.max_ports, generator=generator).argsort(dim=1)  # (B, L)
        return torch.eye(self.max_ports)[order[:, :ports]].transpose(1, 2)  # (B, L, P)

    def forward(
        self, observation: Tensor, previous: Tensor | None, places: Tensor, absent: Tensor | None = None
    ) -> Tensor:
        """What the network takes of each place: what its port shows, how that changed, and whether it is there.

        Args:
            observation: (..., B, P, F).
            previous: (..., B, P, F) of the step before, or None at the first step.
            places: (B, L, P).
            absent: bool (B, P); None where presence never changes.

        Returns:
            (..., B, L * (2F + 1)).
        """
        here = torch.ones_like(observation[..., :1]) if absent is None else (~absent[..., None]).to(observation.dtype)
        known = torch.cat([with_change(observation, previous), here], dim=-1)  # (..., B, P, 2F + 1)
        return (places @ known).flatten(-2)  # (..., B, L * (2F + 1))

    def at_ports(self, outputs: Tensor, places: Tensor) -> Tensor:
        """What the network puts out, for its ports: (..., B, L * A) and places (B, L, P) -> (..., B, P, A)."""
        by_place = outputs.view(*outputs.shape[:-1], self.max_ports, -1)  # (..., B, L, A)
        return places.transpose(1, 2) @ by_place  # (..., B, P, A)
