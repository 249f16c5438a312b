"""Presence: ports that come and go in a lifetime, and what is lost with them. Axis letters as in `agents`.

A port that is absent shows nothing but 0, which a port that is there never does; so an agent sees who is there, whoever
plays it. Experts at absent ports are neither heard nor told anything, and know nothing when they come back.
"""

import torch
from torch import Tensor


def absent_ports(observation: Tensor) -> Tensor:
    """Which ports are absent, of what all show, (B, P, F) -> bool (B, P)."""
    return (observation == 0.0).all(dim=-1)


def dealt_out(absent: Tensor, count: int) -> Tensor:
    """Which of `count` things are lost with absent ports, to which they are dealt out in order as evenly as can be.

    Args:
        absent: bool (B, P).
        count: experts that are tied to no port, or entries of the memory of an agent that is one.

    Returns:
        bool (B, count).
    """
    ports = absent.shape[1]
    return absent[:, torch.arange(count, device=absent.device) * ports // count]


def bound_to(absent: Tensor, bonds: Tensor) -> Tensor:
    """Which experts are absent with the port that they serve most, bool (B, P) and bonds (B, E, P) -> bool (B, E)."""
    return absent.gather(1, bonds.argmax(dim=2)) & (bonds.sum(dim=2) > 0.0)
