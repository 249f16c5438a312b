"""Which steps a maze allows: a spanning tree of a square grid, and more. A batch at once, on the host.

Axis letters as in `badger_envs.core.task`; S cells of a side, cells in rows from the north-west, slots N E S W.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SLOTS = 4
"""Sides of a cell: north, east, south, west."""
MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))
"""Rows and columns that a step through each slot leads on."""


def wall_draws(side: int) -> int:
    """Uniform numbers that one maze takes."""
    return 3 * side * side + 1


@cache
def grid_neighbours(side: int) -> npt.NDArray[np.int32]:
    """The cell beyond each side of a cell, int32 (P, 4), -1 where the grid ends; read-only."""
    row, column = np.divmod(np.arange(side * side), side)  # 2 x (P,)
    rows, columns = (place[:, None] + np.asarray(MOVES).T[axis] for axis, place in enumerate((row, column)))  # (P, 4)
    inside = (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)  # (P, 4)
    neighbours = np.where(inside, rows * side + columns, -1).astype(np.int32)  # (P, 4)
    neighbours.setflags(write=False)
    return neighbours


def draw_ways(side: int, openness: float, draws: Floats) -> Floats:
    """What lies beyond each side of each cell.

    Each cell is joined to the one north or east of it by a coin, in the top row east, in the last column north: a
    spanning tree. Every other link is allowed with probability `openness`, and
    all of it is given a random quarter turn.

    Args:
        side: S, at least 2.
        openness: in [0, 1].
        draws: float32 (B, wall_draws(S)), uniform in [0, 1).

    Returns:
        float32 (B, P, 4): 1 where a step is allowed, -1 where it is forbidden, 0 where the grid ends.
    """
    batch, cells = len(draws), side * side
    by_coin, by_link, by_turn = np.split(draws, (cells, 3 * cells), axis=1)
    row, column = np.divmod(np.arange(cells), side)  # 2 x (P,)
    north = (column == side - 1) | ((row > 0) & (by_coin < 0.5))  # (B, P) the link of the tree; else it is east
    opened = by_link.reshape(batch, cells, 2) < np.float32(openness)  # (B, P, 2)
    up = ((north | opened[:, :, 0]) & (row > 0)).reshape(batch, side, side)  # (B, S, S)
    right = ((~north | opened[:, :, 1]) & (column < side - 1)).reshape(batch, side, side)  # (B, S, S)
    # A link is the same from both of its ends.
    down, left = np.zeros_like(up), np.zeros_like(right)
    down[:, :-1], left[:, :, 1:] = up[:, 1:], right[:, :, :-1]
    allowed = np.stack([up, right, down, left], axis=3)  # (B, S, S, 4)
    turns = (by_turn[:, 0] * SLOTS).astype(np.int64)  # (B,)
    for turn in range(1, SLOTS):
        some = turns == turn  # (B,)
        # A turn to the left takes what was east to the north: the slot after a slot takes its place.
        allowed[some] = np.roll(np.rot90(allowed[some], turn, axes=(1, 2)), -turn, axis=3)
    exists = grid_neighbours(side) >= 0  # (P, 4)
    ways: Floats = np.where(allowed.reshape(batch, cells, SLOTS), 1.0, -1.0 * exists).astype(np.float32)  # (B, P, 4)
    return ways


def links_of(ways: Floats) -> npt.NDArray[np.int32]:
    """The cell at the end of each allowed step, -1 elsewhere: (..., P, 4) to int32 of the same shape."""
    side = round(ways.shape[-2] ** 0.5)
    links: npt.NDArray[np.int32] = np.where(ways > 0.0, grid_neighbours(side), np.int32(-1))  # (..., P, 4)
    return links
