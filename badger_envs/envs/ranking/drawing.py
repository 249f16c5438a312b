"""Ranking drawn: what members think and what they answer, items side by side in the right order.

In the right order colours run evenly from one to the other, as in the row at the top.
"""

import numpy as np
import numpy.typing as npt

from badger_envs.core.canvas import (
    FAINT,
    FAR,
    FOOTER,
    HEADER,
    HEIGHT,
    INK,
    MARGIN,
    NEAR,
    WIDTH,
    Canvas,
    Color,
    mix,
)
from badger_envs.envs.ranking.points import points
from badger_envs.envs.ranking.policies import ranks
from badger_envs.envs.ranking.task import Ranking, RankingState

MIDDLE: Color = (240, 238, 230)
LEFT, RIGHT = MARGIN + 34, WIDTH - MARGIN
"""Of the items, in pixels."""
RIGHT_ORDER, OPINIONS, ANSWERS, BOTTOM = HEADER + 20, HEADER + 42, HEADER + 140, HEIGHT - FOOTER - 2
"""Where the parts begin, in pixels."""


def frame(title: str, task: Ranking, history: list[RankingState]) -> npt.NDArray[np.uint8]:
    """A picture of the right order, what each member thinks of the items, and what its port answers.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    now, step = history[-1], len(history) - 1
    line = f"step {step} of {task.horizon}     {_moment(task, step)}     {_outcome(now, step)}"
    canvas = Canvas(title, line, step / task.horizon)
    order = np.argsort(-now.target)  # (I,) the item that is worth most comes first
    gap = (RIGHT - LEFT) / task.items
    for number in range(task.items):
        canvas.text((LEFT + (number + 0.5) * gap, HEADER + 10), str(number + 1), 11, FAINT)
    sure = np.ones(task.items, np.float32)
    _row(canvas, RIGHT_ORDER, 14, now.target[order], sure)
    canvas.text((LEFT - 8, RIGHT_ORDER + 7), "right order", 11, INK, anchor="rm")
    parts = (
        ("opinions", OPINIONS, ANSWERS - 8, ranks(now.opinions), now.known),
        ("answers", ANSWERS, BOTTOM, now.positions, np.ones_like(now.known)),
    )
    for words, top, bottom, values, known in parts:
        height = min((bottom - top) / task.members, 18.0)
        canvas.text((LEFT - 8, top + height * task.members / 2), words, 11, INK, anchor="rm")
        for port in range(task.members):
            _row(canvas, top + port * height, height, values[port, order], known[port, order])
    entries = ((MARGIN, NEAR, "first places"), (MARGIN + 96, FAR, "last places"))
    canvas.key(HEIGHT - FOOTER + 16, entries)
    canvas.text((MARGIN + 190, HEIGHT - FOOTER + 16), "large: knows     small: guesses", 11, FAINT, anchor="lm")
    return canvas.pixels()


def text(title: str, task: Ranking, history: list[RankingState]) -> str:
    """The places that members would give to the items and that ports do give them, items in the right order."""
    now, step = history[-1], len(history) - 1
    order = np.argsort(-now.target)  # (I,)
    opinions, answers = _places(ranks(now.opinions)), _places(ranks(now.positions))  # 2 x (P, I)
    lines = [
        f"{title}  step {step}/{task.horizon}  {_moment(task, step)}  {_outcome(now, step)}",
        "right place     " + " ".join(f"{number + 1:>3}" for number in range(task.items)),
    ]
    for port in range(task.members):
        marked = (
            f"{place}{'!' if known else '?'}"
            for place, known in zip(opinions[port, order], now.known[port, order], strict=True)
        )
        lines.append(f"member {port:<2} thinks" + " ".join(f"{mark:>3}" for mark in marked))
    if step:
        for port in range(task.members):
            lines.append(f"port {port:<2} answers  " + " ".join(f"{place:>3}" for place in answers[port, order]))
    return "\n".join([*lines, "! knows, ? guesses"])


def _row(
    canvas: Canvas, top: float, height: float, values: npt.NDArray[np.float32], sure: npt.NDArray[np.float32]
) -> None:
    """A box for each value from -1 to 1, in its colour; a small one where it is not sure."""
    gap = (RIGHT - LEFT) / len(values)
    for number, (value, known) in enumerate(zip(values.tolist(), sure.tolist(), strict=True)):
        color = mix(MIDDLE, NEAR if value > 0.0 else FAR, abs(value))
        half = (0.46 if known else 0.24) * np.asarray([gap, height])
        x, y = LEFT + (number + 0.5) * gap, top + height / 2
        canvas.box((x - half[0], y - half[1], x + half[0], y + half[1]), color)


def _places(positions: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Places from 1, for the largest, of evenly spaced positions (..., I)."""
    items = positions.shape[-1]
    return np.asarray(np.round(items - (positions + 1.0) * (items - 1) / 2.0), np.int64)


def _moment(task: Ranking, step: int) -> str:
    """In words whether the last answers counted."""
    counted = task.objective == "every_step" or step == task.horizon
    return "begin" if step == 0 else "answers counted" if counted else "talking"


def _outcome(now: RankingState, step: int) -> str:
    if step == 0:
        return "no answers yet"
    return f"error {float(now.error):.3f}     {float(points(now.positions[None], now.target[None])[0]):.1f} points"
