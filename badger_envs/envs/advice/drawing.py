"""Advice drawn: for every source its kind, its record, what it says, and below it what its port answers."""

import numpy as np
import numpy.typing as npt

from badger_envs.core.answer_scale import AnswerScale
from badger_envs.core.canvas import (
    FAINT,
    FAR,
    FOOTER,
    HEADER,
    HEIGHT,
    INK,
    MARGIN,
    NEAR,
    PAPER,
    TARGET,
    WIDTH,
    Canvas,
)
from badger_envs.core.questions import moment
from badger_envs.envs.advice.task import Advice, AdviceState

KIND_OF = {0.9: "expert", 0.5: "idiot", 0.1: "liar"}
TOP, BOTTOM = HEADER + 22, HEADER + 96
"""Of the records, in pixels: the newest question is at the bottom."""
MIDDLE, HALF = HEADER + 168, 34
"""Of the answers: where 0 is, and pixels from there to 1."""
MOST_SHOWN = 20
"""Questions of a record."""


def frame(title: str, task: Advice, history: list[AdviceState]) -> npt.NDArray[np.uint8]:
    """A picture of the last answers, the advice that they follow, and the records of the sources.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    now, step = history[-1], len(history) - 1
    asked, phase = moment(task.rounds, step)
    truth = float(now.truth[asked])
    line = f"step {step} of {task.horizon}     question {asked + 1}     truth: {truth:+.0f}     {phase}"
    canvas = Canvas(title, line, step / task.horizon)
    gap = (WIDTH - 2 * MARGIN) / task.sources
    half = float(np.clip(gap * 0.36, 2, 16))  # of a column's width
    canvas.text((MARGIN - 8, (TOP + BOTTOM) / 2), "record", 11, FAINT, anchor="rm")
    canvas.text((MARGIN - 8, BOTTOM + 18), "advice", 11, FAINT, anchor="rm")
    answers = AnswerScale(canvas, MIDDLE, HALF, truth)
    answers.lines("-1", "answer", "+1", beside=8)
    reliability = now.reliability[asked // task.stretch]  # (P,)
    first = max(asked - MOST_SHOWN, 0)
    height = (BOTTOM - TOP) / min(MOST_SHOWN, max(task.questions, 2))
    for port in range(task.sources):
        x = MARGIN + (port + 0.5) * gap
        kind = KIND_OF[round(float(reliability[port]), 1)]
        canvas.text((x, HEADER + 10), kind if gap > 36 else kind[0] if gap > 9 else "", 11, INK)
        for number in range(first, asked):
            right = now.advice[number, port] == now.truth[number]
            top = TOP + (number - first) * height
            canvas.box((x - half, top, x + half, top + height - 1.0), NEAR if right else FAR)
        says = float(now.advice[asked, port])
        canvas.dot((x, BOTTOM + 18), min(half, 9), NEAR if says == truth else FAR)
        if gap > 14:
            canvas.text((x, BOTTOM + 17), "+" if says > 0 else "-", 13, PAPER)
        answers.bar(float(now.last[port]) if step else 0.0, x, half, radius=min(half, 3))
    entries = ((MARGIN, NEAR, "right"), (MARGIN + 60, FAR, "wrong"), (MARGIN + 126, TARGET, "truth"))
    canvas.key(HEIGHT - FOOTER + 16, entries)
    return canvas.pixels()


def text(title: str, task: Advice, history: list[AdviceState]) -> str:
    """How often each source was right until now, what it says, and what is answered."""
    now, step = history[-1], len(history) - 1
    asked, phase = moment(task.rounds, step)
    truth = float(now.truth[asked])
    reliability = now.reliability[asked // task.stretch]  # (P,)
    hits = (now.advice[:asked] == now.truth[:asked, None]).sum(axis=0)  # (P,)
    lines = [
        f"{title}  step {step}/{task.horizon}  question {asked + 1}  truth {truth:+.0f}  {phase}",
        "source  " + " ".join(f"{KIND_OF[round(float(rate), 1)]:>6}" for rate in reliability),
        "right   " + " ".join(f"{f'{hit}/{asked}':>6}" for hit in hits),
        "advice  " + " ".join(f"{float(says):+6.0f}" for says in now.advice[asked]),
        "answer  " + " ".join(f"{float(answer):+6.2f}" for answer in now.last),
    ]
    return "\n".join(lines)
