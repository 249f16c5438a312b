"""The maze drawn: walls between cells, the walker with its trail, the goal."""

import itertools

import numpy as np
import numpy.typing as npt

from badger_envs.core.canvas import (
    FAINT,
    FAR,
    FOOTER,
    HEADER,
    HEIGHT,
    INK,
    LANE,
    MARGIN,
    NEAR,
    PAPER,
    TARGET,
    Canvas,
    mix,
)
from badger_envs.envs.maze.task import Maze, MazeState

WALKER = (236, 168, 32)
TRAIL = 12
"""Latest steps that are drawn."""
EAST, SOUTH = 1, 2
TOP = HEADER + 10
SIZE = HEIGHT - FOOTER - TOP - 4
"""Pixels of the maze, both ways."""
LEGEND = MARGIN + SIZE + 40


def frame(title: str, task: Maze, history: list[MazeState]) -> npt.NDArray[np.uint8]:
    """A picture of the maze now, with the latest steps as a fading trail and touches of walls as bars.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    now, step = history[-1], len(history) - 1
    canvas = Canvas(title, _line(task, now, step, gap="     "), step / task.horizon)
    cell = SIZE / task.side

    def middle(number: int) -> tuple[float, float]:
        row, column = divmod(number, task.side)
        return MARGIN + (column + 0.5) * cell, TOP + (row + 0.5) * cell

    for number in range(task.ports):
        x, y = middle(number)
        near = 1.0 - float(now.hops[number]) / max(float(now.hops.max()), 1.0)
        corners = (x - cell / 2, y - cell / 2, x + cell / 2, y + cell / 2)
        canvas.box(corners, mix(PAPER, TARGET, 0.04 + 0.26 * near))
    for number in range(task.ports):
        x, y = middle(number)
        right, bottom = x + cell / 2, y + cell / 2
        for side, ends in (
            (EAST, ((right, y - cell / 2), (right, bottom))),
            (SOUTH, ((x - cell / 2, bottom), (right, bottom))),
        ):
            if now.ways[number, side] < 0.0:
                canvas.line(ends, INK, 3)
            elif now.ways[number, side] > 0.0:
                canvas.line(ends, LANE, 1)
    corner = MARGIN + SIZE, TOP + SIZE
    border = ((MARGIN, TOP), (corner[0], TOP), corner, (MARGIN, corner[1]), (MARGIN, TOP))
    canvas.line(border, INK, 3)
    goal = middle(int(now.goal))
    canvas.ring(goal, cell * 0.34, TARGET, 3)
    moves = [pair for pair in itertools.pairwise(history) if float(pair[1].gain) != 0.0][-TRAIL:]
    for number, (before, after) in enumerate(moves, start=1):
        color = mix(NEAR if float(after.gain) > 0.0 else FAR, PAPER, (len(moves) - number) / (TRAIL + 1))
        start = middle(int(before.walker))
        end = goal if after.arrivals > before.arrivals else middle(int(after.walker))
        if start != end:
            canvas.line((start, end), color, 4)
        else:  # it ran into something
            canvas.ring(start, cell * 0.27, color, 3)
    canvas.dot(middle(int(now.walker)), cell * 0.2, WALKER)
    canvas.ring(middle(int(now.walker)), cell * 0.2, INK, 1)
    for place, (color, words) in enumerate(
        (
            (WALKER, "walker"),
            (TARGET, "goal; darker is nearer"),
            (NEAR, "step nearer: +1"),
            (FAR, "step away, or touch: -3"),
        )
    ):
        y = TOP + 20 + 26 * place
        canvas.dot((LEGEND, y), 5, color)
        canvas.text((LEGEND + 14, y), words, 12, FAINT, anchor="lm")
    canvas.line(((LEGEND - 6, TOP + 124), (LEGEND + 6, TOP + 124)), INK, 3)
    canvas.text((LEGEND + 14, TOP + 124), "wall: forbidden step", 12, FAINT, anchor="lm")
    return canvas.pixels()


def text(title: str, task: Maze, history: list[MazeState]) -> str:
    """The maze in characters: `@` the walker, `*` the goal, `|` and `--` walls."""
    now, step = history[-1], len(history) - 1
    lines = [f"{title}  {_line(task, now, step, gap='  ')}", "+" + "---+" * task.side]
    for row in range(task.side):
        cells, below = "|", "+"
        for number in range(row * task.side, (row + 1) * task.side):
            mark = "@" if number == int(now.walker) else "*" if number == int(now.goal) else " "
            cells += f" {mark} " + (" " if now.ways[number, EAST] > 0.0 else "|")
            below += ("   " if now.ways[number, SOUTH] > 0.0 else "---") + "+"
        lines += [cells, below]
    return "\n".join(lines)


def _line(task: Maze, now: MazeState, step: int, gap: str) -> str:
    left = int(now.hops[int(now.walker)])
    phase = "thinking" if step < task.think else f"arrivals {int(now.arrivals)}"
    parts = (f"step {step} of {task.horizon}", phase, f"steps to the goal {left}", f"return {float(now.total):.0f}")
    return gap.join(parts)
