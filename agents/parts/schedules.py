"""Schedules: topologies that take turns in the rounds of a step, such as within groups and then among their leaders.

The lists of L topologies lie behind one another in one tensor, (B, E, L * D), each padded to D slots. Axis letters as
in `agents`; G slots of what a task gives.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from agents.parts import TOPOLOGIES, load_part


def in_turn(topologies: tuple[str, ...], batch: int, experts: int, given: Tensor | None) -> Tensor:
    """The lists of topologies that take turns.

    Args:
        topologies: names in `agents.parts.IN_TURN` (L).
        batch: number of lifetimes (B).
        experts: number of experts (E).
        given: int64 (B, E, G), whom the task says that experts hear; only used by "given".

    Returns:
        int64 (B, E, L * D).
    """
    made: list[Any] = [given if name == "given" else load_part(TOPOLOGIES[name])(experts) for name in topologies]
    slots = max(lists.shape[-1] for lists in made)
    padded = (pad(lists, (0, slots - lists.shape[-1]), value=-1) for lists in made)  # each (..., E, D)
    return torch.cat([lists.expand(batch, experts, slots) for lists in padded], dim=2)  # (B, E, L * D)


def of_round(topologies: tuple[str, ...], neighbours: Tensor, number: int) -> Tensor:
    """The lists of a round, which is counted from 0, int64 (B, E, L * D) -> (B, E, D)."""
    slots = neighbours.shape[2] // len(topologies)
    return neighbours.narrow(2, number % len(topologies) * slots, slots)  # (B, E, D)


def with_given(topologies: tuple[str, ...], neighbours: Tensor, given: Tensor) -> Tensor:
    """The lists of topologies that take turns, with what the task says now, int64 (B, E, G) -> (B, E, L * D)."""
    slots = neighbours.shape[2] // len(topologies)
    padded = pad(given, (0, slots - given.shape[2]), value=-1)  # (B, E, D)
    lists = [
        padded if name == "given" else of_round(topologies, neighbours, number)
        for number, name in enumerate(topologies)
    ]  # each (B, E, D)
    return torch.cat(lists, dim=2)  # (B, E, L * D)
