"""Random bodies of the modular reacher: the parent of each segment, and its angle; a batch at once, on the host.

Axis letters as in `badger_envs.core.task`; D slots for the neighbours of a segment.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.episodes import Keys, uniform

MIN_SEGMENTS, MAX_SEGMENTS = 2, 64
MAX_CHILDREN = 3
"""Segments that may hang on one, so that a port never has more than four neighbours."""
SLOTS = 1 + MAX_CHILDREN
"""For the parent and the children of a segment (D)."""
UPRIGHT = math.pi / 2.0
"""Where the root points at first; angles are counted from the x axis."""
WIDEST_BRANCH = math.pi / 2.0
"""Largest angle between a branch and the segment it hangs on, while its joint is at 0."""


class Body(NamedTuple):
    """B bodies with P segments each, as the fields of the same names in the task's state."""

    base: npt.NDArray[np.float32]  # (B, P) what a joint at 0 adds to the direction of the parent
    carried: npt.NDArray[np.float32]  # (B, P, P) 1 where the second segment carries the first or is the same
    length: npt.NDArray[np.float32]  # (B, 1, 1) of every segment
    neighbour: npt.NDArray[np.int32]  # (B, P, D) parent, then children, -1 for none


def grow(episodes: Keys, segments: int, branching: float, first: int) -> Body:
    """Draw a body for each episode.

    Args:
        episodes: uint64 (B,).
        segments: how many (P).
        branching: chance that a segment hangs on a random earlier one, at a random angle.
        first: position in the streams; MOST_SEGMENTS times 3 numbers are taken from there on.
    """
    draws = [uniform(episodes, segments, first=first + number * MAX_SEGMENTS) for number in range(3)]  # each (B, P)
    branches, choice, angle = draws[0] < branching, draws[1], (2.0 * draws[2] - 1.0) * np.float32(WIDEST_BRANCH)
    base = np.where(branches, angle, np.float32(0.0))  # (B, P)
    base[:, 0] = UPRIGHT
    neighbour = np.full((len(episodes), segments, SLOTS), -1, np.int32)  # (B, P, D)
    children = np.zeros((len(episodes), segments), np.int32)  # (B, P)
    rows = np.arange(len(episodes))
    for segment in range(1, segments):
        free = np.cumsum(children[:, :segment] < MAX_CHILDREN, axis=1)  # (B, segment) free ones up to here
        wanted = np.floor(choice[:, segment] * free[:, -1])  # (B,)
        parent = np.where(branches[:, segment], np.argmax(free > wanted[:, None], axis=1), segment - 1)  # (B,)
        neighbour[:, segment, 0] = parent
        children[rows, parent] += 1
        neighbour[rows, parent, children[rows, parent]] = segment
    carried = carrier_matrix(neighbour[:, :, 0])  # (B, P, P)
    # The longest way from the root to a tip has length 1.
    length = 1.0 / carried.sum(axis=2).max(axis=1)[:, None, None]  # (B, 1, 1)
    return Body(base, carried, length, neighbour)


def carrier_matrix(parent: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Where the second segment carries the first or is the same, 1, else 0.

    Args:
        parent: int (B, P), the number of each segment's parent, smaller than its own.

    Returns:
        float32 (B, P, P).
    """
    batch, segments = parent.shape
    carried = np.repeat(np.eye(segments, dtype=np.float32)[None], batch, axis=0)  # (B, P, P)
    rows = np.arange(batch)
    for segment in range(1, segments):
        carried[:, segment] += carried[rows, parent[:, segment]]
    return carried
