"""The modular reacher drawn: the arm as it stands, its goals as rings, and where the tips have come from."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from badger_envs.core.canvas import (
    FAINT,
    FAR,
    FOOTER,
    HEADER,
    HEIGHT,
    LANE,
    MARGIN,
    NEAR,
    PAPER,
    TARGET,
    WIDTH,
    Canvas,
    Color,
    mix,
)
from badger_envs.envs.modular_reacher.task import ModularReacher, ModularReacherState

REACH = (HEIGHT - HEADER - FOOTER) / 2 - 4
"""Pixels for the length 1."""
CENTRE = (WIDTH / 2, HEADER + REACH + 4)
BONE, JOINT = (92, 104, 120), (176, 184, 194)
TRAIL = 24
"""Steps that the trail goes back."""
FAR_AWAY = 0.5
"""From this distance to its goal on, a tip has the colour for far."""
TEXT_ROWS, TEXT_COLUMNS = 21, 41  # odd, so that the origin has a place of its own


def frame(title: str, task: ModularReacher, history: list[ModularReacherState]) -> npt.NDArray[np.uint8]:
    """A picture of the arm now, with the way of its tips as a fading trail.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    now, step = history[-1], len(history) - 1
    canvas = Canvas(title, f"step {step} of {task.horizon}     error {float(now.error):.4f}", step / task.horizon)
    ring = [_place(point) for point in _circle()]
    canvas.line(ring, LANE)
    canvas.text((CENTRE[0] + REACH + 8, CENTRE[1]), "1", 11, FAINT, anchor="lm")
    canvas.line((_place((-1.0, 0.0)), _place((1.0, 0.0))), LANE)
    thick = float(np.clip(40.0 / task.segments, 2.0, 7.0))
    aiming = np.flatnonzero(now.weight[:, 0] > 0.0).tolist()
    for port in aiming:
        way = [_place(state.end[port]) for state in history[-TRAIL:]]
        for age, (one, other) in enumerate(pairwise(way), start=1):
            canvas.line((one, other), mix(PAPER, NEAR, 0.7 * age / len(way)), 2)
        canvas.line((_place(now.end[port]), _place(now.goal[port])), mix(PAPER, TARGET, 0.5), 1)
    origin = now.end - now.length[0] * now.direction  # (P, 2)
    for port in range(task.segments):
        start, end = _place(origin[port]), _place(now.end[port])
        canvas.line((start, end), BONE, thick)
        canvas.dot(end, thick / 2, BONE)
    for port in range(task.segments):
        canvas.dot(_place(origin[port]), thick / 3, JOINT)
    x, y = CENTRE
    canvas.box((x - 9, y, x + 9, y + 5), BONE)
    canvas.dot((x, y), thick / 2 + 1, JOINT)
    for port in aiming:
        canvas.ring(_place(now.goal[port]), 7, TARGET, 2.5)
        canvas.dot(_place(now.end[port]), 4, _tip_color(now, port))
    _legend(canvas, task)
    return canvas.pixels()


def text(title: str, task: ModularReacher, history: list[ModularReacherState]) -> str:
    """The plane from above left to below right: `#` the arm, `x` tips that have a goal, `o` goals, `*` both."""
    now, step = history[-1], len(history) - 1
    field = [["."] * TEXT_COLUMNS for _ in range(TEXT_ROWS)]
    origin = now.end - now.length[0] * now.direction  # (P, 2)
    for share in np.linspace(0.0, 1.0, 9):
        for point in origin + share * (now.end - origin):
            _mark(field, point, "#")
    _mark(field, (0.0, 0.0), "+")
    aiming = np.flatnonzero(now.weight[:, 0] > 0.0).tolist()
    for port in aiming:
        _mark(field, now.goal[port], "o")
    for port in aiming:
        row, column = _cell(now.end[port])
        field[row][column] = "*" if field[row][column] in "o*" else "x"
    header = f"{title}  step {step}/{task.horizon}  error {float(now.error):.4f}"
    return "\n".join([header, *("".join(row) for row in field), "+ origin  # arm  x tip  o goal  * both"])


def _legend(canvas: Canvas, task: ModularReacher) -> None:
    y = HEIGHT - FOOTER + 18
    seen = {"all": "goal, seen by all", "last": "goal, seen by the last", "tips": "goal, seen by its tip"}
    canvas.ring((MARGIN + 6, y), 5, TARGET, 2)
    canvas.text((MARGIN + 16, y), seen[task.goal], 11, FAINT, anchor="lm")
    canvas.key(y, ((MARGIN + 150, NEAR, "tip, close"), (MARGIN + 226, FAR, "tip, far")))
    canvas.line(((MARGIN + 292, y), (MARGIN + 308, y)), mix(PAPER, NEAR, 0.7), 2)
    canvas.text((MARGIN + 314, y), "its way here", 11, FAINT, anchor="lm")


def _tip_color(state: ModularReacherState, port: int) -> Color:
    distance = float(np.hypot(*(state.end[port] - state.goal[port])))
    return mix(NEAR, FAR, min(1.0, distance / FAR_AWAY))


def _circle() -> npt.NDArray[np.float64]:
    turn = np.linspace(0.0, 2.0 * np.pi, 73)
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)


def _place(point: npt.ArrayLike) -> tuple[float, float]:
    """Pixels of a place in the plane."""
    x, y = np.asarray(point, np.float64)
    return CENTRE[0] + REACH * float(x), CENTRE[1] - REACH * float(y)


def _cell(point: npt.ArrayLike) -> tuple[int, int]:
    """Row and column of a place in the text."""
    x, y = np.clip(np.asarray(point, np.float64), -1.0, 1.0)
    return round((1.0 - float(y)) / 2.0 * (TEXT_ROWS - 1)), round((1.0 + float(x)) / 2.0 * (TEXT_COLUMNS - 1))


def _mark(field: list[list[str]], point: npt.ArrayLike, sign: str) -> None:
    row, column = _cell(point)
    field[row][column] = sign
