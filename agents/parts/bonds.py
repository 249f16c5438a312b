"""Bonds: experts that are born anywhere find ports to serve by their identities, which are matched with addresses.

The technical report (Rosa et al. 2019, Figure 7) has experts that are tied to no port and find outputs by attention to
random addresses. With attention from memory they stay at chance. What makes them learn is that bonds are tied (an
expert writes where it reads), hard (one port for each expert) and competitive (no port is left out).
"""

import math

import torch
from torch import Tensor, nn

from agents.parts.bindings import auction, competitive, sharp, sinkhorn, soft
from agents.parts.membrane import Membrane

SMALLEST = 1e-9
"""Keeps a port without experts from dividing by 0; its action is not used."""


class Bonds(Membrane):
    """Each expert is bound to the port that it serves, as long as no expert comes or goes."""

    binding = staticmethod(competitive)
    """Makes bonds of affinities, see `agents.parts.bindings`."""

    def __init__(self, inputs: int, hidden_size: int, actions: int, key_size: int) -> None:
        super().__init__(inputs, hidden_size, actions, key_size)
        self.act = nn.Linear(hidden_size, actions)
        # An expert reads what its port shows together with whose it is.
        self.size = inputs + key_size

    def bind(
        self, identity: Tensor, addresses: Tensor, kept: Tensor | None = None, closed: Tensor | None = None
    ) -> Tensor | None:
        affinity = identity @ addresses.transpose(1, 2) / math.sqrt(self.key_size)  # (B, E, P) of about unit variance
        bonds: Tensor = self.binding(affinity, kept, closed)  # (B, E, P)
        return bonds

    def read(self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None) -> Tensor:
        assert bonds is not None
        return bonds @ torch.cat([inputs, addresses], dim=-1)  # (B, E, R)

    def write(
        self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None, absent: Tensor | None = None
    ) -> Tensor:
        assert bonds is not None
        share = bonds / bonds.sum(dim=1, keepdim=True).clamp(min=SMALLEST)  # (B, E, P) the mean of a port's experts
        action: Tensor = share.transpose(1, 2) @ self.act(memory)  # (B, P, A)
        return action


class SoftBonds(Bonds):
    """Tied, but every expert serves all ports."""

    binding = staticmethod(soft)


class SharpBonds(Bonds):
    """Tied and hard, without competition."""

    binding = staticmethod(sharp)


class SinkhornBonds(Bonds):
    """Tied and balanced, nearly hard."""

    binding = staticmethod(sinkhorn)


class AuctionBonds(Bonds):
    """Tied and balanced by prices, nearly hard."""

    binding = staticmethod(auction)
