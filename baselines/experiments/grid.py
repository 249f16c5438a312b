"""Tests at every size and at every value of something else: numbers of experts, or lengths of life."""

from dataclasses import dataclass
from typing import Literal

from badger_envs.core.checks import LARGEST_COUNT, in_short, require_choice, require_integer
from badger_envs.core.episodes import INDEX_BITS


@dataclass(frozen=True)
class Grid:
    """What a trained agent is tested at, far beyond what it was trained at."""

    axis: Literal["experts", "steps"]
    """What varies besides the size: the number of free experts, or the length of an episode."""
    values: tuple[int, ...]
    """Of that."""
    sizes: tuple[int, ...]
    """Of the task."""
    episodes: int = 200
    """At each point."""

    def __post_init__(self) -> None:
        require_choice("axis", self.axis, ("experts", "steps"))
        require_integer("episodes", self.episodes, 1, 1 << INDEX_BITS)
        for name in ("values", "sizes"):
            points = getattr(self, name)
            if not isinstance(points, tuple):
                raise ValueError(f"{name} must be a tuple of integers, got {in_short(points)}")
            whole = tuple(require_integer(name, point, 1, LARGEST_COUNT) for point in points)
            if not whole or list(whole) != sorted(set(whole)):
                raise ValueError(f"{name} must be rising, at least one, got {points}")
            object.__setattr__(self, name, whole)
