"""What an agent makes of the numbers that a port shows, the same for every kind of agent.

Learning from an error signal needs its change; a network that has to remember the last value first in order to take
the difference sits on the first plateau for thousands of updates. So every agent may get the difference handed.
"""

import torch
from torch import Tensor, nn

USUAL_PORTS = 4.0
"""Divides sums over ports, so that they stay near one at usual sizes."""


class PortInputs(nn.Module):
    """Values and changes of what a port shows; with `scaled` also both as sums over ports, and 1 / P.

    Args:
        features: numbers a port shows (F).
        scaled: whether to add what stays comparable when the number of ports changes: a mean over ports
            (such as an error) times P is the sum, and moving one output changes a sum by the same at every P.
    """

    def __init__(self, features: int, *, scaled: bool) -> None:
        super().__init__()
        self.scaled = scaled
        self.size = features * 4 + 1 if scaled else features * 2
        """Numbers per port that come out."""

    def forward(self, observation: Tensor, previous: Tensor) -> Tensor:
        """Observation now and one step before, each (B, P, F) -> (B, P, size)."""
        change = observation - previous  # (B, P, F)
        if not self.scaled:
            return torch.cat([observation, change], dim=-1)  # (B, P, 2F)
        batch, ports, _ = observation.shape
        seen = torch.cat([observation, change], dim=-1)  # (B, P, 2F)
        share = observation.new_full((batch, ports, 1), 1.0 / ports)  # (B, P, 1)
        return torch.cat([seen, seen * (ports / USUAL_PORTS), share], dim=-1)  # (B, P, 4F + 1)
