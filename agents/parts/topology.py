"""Topologies: which experts each expert hears, as lists of their numbers with -1 in slots left empty.

The format is that of `Task.neighbours`. No expert hears itself, but with "all_and_self". Where each hears all, lists
would have E * E entries, so none are made: the topology of such a lifetime is None.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import pad

from agents.parts import TOPOLOGIES, load_part

WITHOUT_LISTS = ("all", "all_and_self", "learned")
"""Topologies for which no lists are made, unless others take turns with them."""


def all_others(experts: int) -> Tensor:
    """Each expert hears all the others, int64 (E, E - 1), where slot s of expert e holds expert (e + 1 + s) mod E."""
    place = torch.arange(experts)
    return (place[:, None] + place[1:]) % experts  # (E, E - 1)


def all_and_self(experts: int) -> Tensor:
    """Each expert hears all, itself too, int64 (E, E).

    Experts whose memories are equal then count as one: three such experts at each port do exactly what one does.
    """
    return torch.arange(experts).expand(experts, -1)  # (E, E)


def chain(experts: int) -> Tensor:
    """Each expert hears the one before it and the one after it, int64 (E, 2)."""
    place = torch.arange(experts)
    beside = torch.stack([place - 1, place + 1], dim=1)  # (E, 2)
    return _only(beside, (beside >= 0) & (beside < experts))


def ring(experts: int) -> Tensor:
    """A chain whose ends hear each other, int64 (E, 2)."""
    place = torch.arange(experts)
    beside = torch.stack([place - 1, place + 1], dim=1) % experts  # (E, 2)
    return _only(beside, torch.tensor([experts > 1, experts > 2]))  # where there are two, both are the same one


def grid(experts: int) -> Tensor:
    """Rows of ceil(sqrt(E)) experts, the last one as long as experts last; each hears those left, right, above, below.

    Returns:
        int64 (E, 4).
    """
    place, width = torch.arange(experts)[:, None], _root(experts)  # (E, 1)
    beside = place + torch.tensor([-width, -1, 1, width])  # (E, 4)
    near = (beside // width == place // width) | (beside % width == place % width)  # (E, 4) in its row or column
    return _only(beside, near & (beside >= 0) & (beside < experts))


def clusters(experts: int) -> Tensor:
    """Both "groups" and "leaders" at once, int64 (E, about 2 sqrt(E))."""
    return torch.cat([groups(experts), leaders(experts)], dim=1)


def groups(experts: int) -> Tensor:
    """Groups of ceil(sqrt(E)) experts, the last one as large as experts last, who all hear each other.

    Returns:
        int64 (E, size of a group).
    """
    place, size = torch.arange(experts)[:, None], _root(experts)  # (E, 1)
    members = place // size * size + torch.arange(size)  # (E, size)
    return _only(members, (members < experts) & (members != place))


def leaders(experts: int) -> Tensor:
    """The first of each group hears those of all others, int64 (E, number of groups)."""
    place, size = torch.arange(experts)[:, None], _root(experts)  # (E, 1)
    leading = torch.arange(0, experts, size)  # (groups,)
    return _only(leading.expand(experts, -1), (place % size == 0) & (leading != place))


def star(experts: int) -> Tensor:
    """The first expert hears all and is heard by all, int64 (E, E - 1): its own list has as many slots."""
    place = torch.arange(experts)[:, None]  # (E, 1)
    hub = torch.full((experts, max(experts - 1, 1)), -1)  # (E, E - 1), or (1, 1)
    hub[1:, 0] = 0
    hub[0] = torch.arange(1, experts) if experts > 1 else -1
    return hub[:, : len(place) - 1]  # (E, E - 1)


def _root(experts: int) -> int:
    """ceil(sqrt(E)), at least 1."""
    return math.isqrt(max(experts - 1, 0)) + 1


def _only(lists: Tensor, there: Tensor) -> Tensor:
    """The lists, with -1 where nobody is there."""
    return torch.where(there, lists, -1)


def random(batch: int, experts: int, in_degree: int, generator: torch.Generator | None) -> Tensor:
    """Each expert hears others that are drawn uniformly without replacement.

    Returns:
        int64 (B, E, D) with D = in_degree, or E - 1 where there are fewer others.
    """
    degree = min(in_degree, experts - 1)
    drawn = torch.zeros(batch, experts, 0, dtype=torch.int64)
    for slot in range(degree):
        # The nth of those who are left: whoever was drawn with a number up to it is skipped, the lowest first.
        nth = torch.randint(experts - 1 - slot, (batch, experts, 1), generator=generator)  # (B, E, 1)
        for before in drawn.sort(dim=2).values.unbind(dim=2):
            nth = nth + (nth >= before[..., None])
        drawn = torch.cat([drawn, nth], dim=2)  # (B, E, slot + 1)
    return drawn + (drawn >= torch.arange(experts)[:, None])  # (B, E, D) oneself is skipped too


def sample_topology(
    topology: str, batch: int, experts: int, *, in_degree: int, generator: torch.Generator | None
) -> Tensor | None:
    """A topology of B lifetimes with E experts.

    Args:
        topology: one of `agents.parts.TOPOLOGIES`, "random" or "learned".
        batch: number of lifetimes (B).
        experts: number of experts (E).
        in_degree: experts that each expert hears with "random", or all others where there are fewer.
        generator: samples them; on the CPU. Nothing is sampled for any other topology.

    Returns:
        int64 (B, E, D) on the CPU, or None with `WITHOUT_LISTS` and for one expert alone.
    """
    if topology in WITHOUT_LISTS or experts == 1:
        return None
    if topology == "random":
        return random(batch, experts, in_degree, generator)
    lists: Tensor = load_part(TOPOLOGIES[topology])(experts)  # (E, D)
    return lists.expand(batch, -1, -1)  # (B, E, D)


def renumbered(neighbours: Tensor, stay: Tensor, experts: int) -> Tensor:
    """The lists of those who stay, int64 (B, E, D), by their new numbers; `stay` are their old ones of `experts`."""
    new = torch.full((experts + 1,), -1, device=neighbours.device)  # the last one is that of empty slots
    new[stay] = torch.arange(len(stay), device=neighbours.device)
    return _packed(new[neighbours])  # (B, E, D)


def joined(old: Tensor, new: Tensor) -> Tensor:
    """Lists of more experts, of which those there were keep whom they hear and also hear added ones.

    Args:
        old: int64 (B, E, D).
        new: int64 (B, E + C, D), drawn anew for all.

    Returns:
        int64 (B, E + C, D), with as many slots as are needed.
    """
    experts = old.shape[1]
    added = _only(new, new >= experts)[:, :experts]  # (B, E, D)
    both = torch.cat([old, added], dim=2)  # (B, E, slots)
    fresh = pad(new[:, experts:], (0, both.shape[2] - new.shape[2]), value=-1)  # (B, C, slots)
    return _packed(torch.cat([both, fresh], dim=1))  # (B, E + C, D)


def _packed(lists: Tensor) -> Tensor:
    """The same lists with empty slots at the end, and without slots that are empty for all."""
    lists = lists.sort(dim=-1, descending=True).values
    return lists[..., : max(int((lists >= 0).sum(dim=-1).max()), 1)]
