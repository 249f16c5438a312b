"""Presence: ports that come and go in a lifetime, and what is lost with them. Axis letters as in `agents`.

A port that is absent shows nothing but 0, which a port that is there never does; so an agent sees who is there, whoever
plays it. Experts at absent ports are neither heard nor told anything, and know nothing when they come back.
"""

import torch
from torch import Tensor

from agents.parts.topology import all_others


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


def without_absent(adjacency: Tensor | None, absent: Tensor) -> Tensor:
    """Who hears whom, among those who are there.

    Args:
        adjacency: bool (B, E, E), or None where each hears all others.
        absent: bool (B, E).

    Returns:
        bool (B, E, E).
    """
    here = ~absent
    if adjacency is None:
        adjacency = all_others(absent.shape[1]).to(absent.device)  # (E, E)
    return adjacency & here[:, :, None] & here[:, None, :]
