"""Topologies: adjacency matrices of experts. Entry [i, j] says whether expert i hears expert j.

No expert hears itself, but with "all_and_self". With "all", which costs nothing, no matrix is made at all: it is None.
"""

import math

import torch
from torch import Tensor

from agents.parts import TOPOLOGIES, load_part


def all_others(experts: int) -> Tensor:
    """Each expert hears all the others, bool (E, E)."""
    return ~torch.eye(experts, dtype=torch.bool)


def all_and_self(experts: int) -> Tensor:
    """Each expert hears all, itself too, bool (E, E).

    Experts whose memories are equal then count as one: three such experts at each port do exactly what one does.
    """
    return torch.ones(experts, experts, dtype=torch.bool)


def chain(experts: int) -> Tensor:
    """Each expert hears the one before it and the one after it, bool (E, E)."""
    place = torch.arange(experts)
    return (place[:, None] - place).abs() == 1  # (E, E)


def ring(experts: int) -> Tensor:
    """A chain whose ends hear each other, bool (E, E)."""
    place = torch.arange(experts)
    apart = (place[:, None] - place) % experts  # (E, E) how many steps round the ring
    return ((apart == 1) | (apart == experts - 1)) & all_others(experts)


def grid(experts: int) -> Tensor:
    """Rows of ceil(sqrt(E)) experts, the last one as long as experts last; each hears those left, right, above, below.

    Returns:
        bool (E, E).
    """
    place, width = torch.arange(experts), math.isqrt(max(experts - 1, 0)) + 1
    row, column = place // width, place % width  # 2 x (E,)
    return (row[:, None] - row).abs() + (column[:, None] - column).abs() == 1  # (E, E)


def clusters(experts: int) -> Tensor:
    """Groups of ceil(sqrt(E)) experts who all hear each other; the first of each group also hear each other.

    Returns:
        bool (E, E).
    """
    place, size = torch.arange(experts), math.isqrt(max(experts - 1, 0)) + 1
    group, leads = place // size, place % size == 0  # 2 x (E,)
    return ((group[:, None] == group) | (leads[:, None] & leads)) & all_others(experts)


def star(experts: int) -> Tensor:
    """The first expert hears all and is heard by all, bool (E, E)."""
    hub = torch.arange(experts) == 0  # (E,)
    return (hub[:, None] | hub) & all_others(experts)


def sample_topology(
    topology: str, batch: int, experts: int, *, in_degree: int, generator: torch.Generator | None
) -> Tensor | None:
    """The topology of B lifetimes with E experts.

    Args:
        topology: one of `agents.parts.TOPOLOGY_NAMES`.
        batch: number of lifetimes (B).
        experts: number of experts (E).
        in_degree: experts that each expert hears with "random", or all others where there are fewer.
        generator: samples them; on the CPU. Nothing is sampled for any other topology.

    Returns:
        bool (B, E, E) on the CPU, or None where each hears all others: with "all", and for one expert alone, unless it
        hears itself.
    """
    if topology == "all" or (experts == 1 and topology != "all_and_self"):
        return None
    if topology != "random":
        adjacency: Tensor = load_part(TOPOLOGIES[topology])(experts)  # (E, E)
        return adjacency.expand(batch, -1, -1)  # (B, E, E)
    numbers = torch.rand(batch, experts, experts, generator=generator)  # (B, E, E)
    numbers = numbers.masked_fill(~all_others(experts), 2.0)  # oneself comes last
    place = numbers.argsort(dim=-1).argsort(dim=-1)  # (B, E, E) in the order of the numbers
    return place < min(in_degree, experts - 1)  # (B, E, E)


def neighbour_mean(values: Tensor, adjacency: Tensor) -> Tensor:
    """For each expert the mean over its neighbours; 0 where it has none.

    Args:
        values: (B, E, M).
        adjacency: bool (B, E, E).

    Returns:
        (B, E, M).
    """
    weight = adjacency.to(values.dtype)  # (B, E, E)
    return weight @ values / weight.sum(dim=-1, keepdim=True).clamp(min=1.0)  # (B, E, M)


def mean_heard(values: Tensor, adjacency: Tensor | None) -> Tensor:
    """For each expert the mean over its neighbours, or without an adjacency over all others.

    Args:
        values: (B, E, M).
        adjacency: bool (B, E, E), or None.

    Returns:
        (B, E, M).
    """
    return mean_of_others(values) if adjacency is None else neighbour_mean(values, adjacency)  # (B, E, M)


def mean_of_others(values: Tensor) -> Tensor:
    """For each expert the mean over all others; 0 for one that is alone. (B, E, M) -> (B, E, M)."""
    others = max(values.shape[1] - 1, 1)
    return (values.sum(dim=1, keepdim=True) - values) / others  # (B, E, M)
