"""Hidden XOR drawn: a card for each bit, and below it the answer of the port that holds it."""

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
    LANE,
    MARGIN,
    NEAR,
    PAPER,
    WIDTH,
    Canvas,
)
from badger_envs.core.questions import moment
from badger_envs.envs.hidden_xor.task import HiddenXOR, HiddenXORState

BAR = 100
"""Pixels between the answers -1 and 1."""


def frame(title: str, task: HiddenXOR, history: list[HiddenXORState]) -> npt.NDArray[np.uint8]:
    """A picture of the last answers and of the question they answer.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    now, step = history[-1], len(history) - 1
    asked, phase = moment(task.rounds, step)
    parity = float(now.parity[asked])
    right = {1.0: "even (+1)", -1.0: "odd (-1)"}[parity]
    line = f"step {step} of {task.horizon}     right answer: {right}     {phase}"
    canvas = Canvas(title, line, step / task.horizon)
    gap = (WIDTH - 2 * MARGIN) / task.bits
    card = float(np.clip(gap * 0.36, 6, 22))  # half of its width
    top, middle = HEADER + 14, HEADER + 136
    canvas.text((MARGIN - 12, top + card), "bit", 11, FAINT, anchor="rm")
    answers = AnswerScale(canvas, middle, BAR / 2, parity)
    answers.lines("odd", "", "even", beside=12)
    for port in range(task.bits):
        x, odd = MARGIN + (port + 0.5) * gap, now.bits[asked, port] < 0
        counts = bool(now.counted[port])
        ink = INK if counts else LANE
        canvas.box((x - card, top, x + card, top + 2 * card), ink if odd else PAPER, outline=ink)
        if gap > 20:
            canvas.text((x, top + card), "1" if odd else "0", 13, PAPER if odd else ink)
        answers.bar(float(now.last[port]) if step else 0.0, x, card, radius=3)
    y = HEIGHT - FOOTER + 14
    if task.subset:
        canvas.box((MARGIN, y - 5, MARGIN + 10, y + 5), PAPER, outline=LANE)
        canvas.text((MARGIN + 16, y), "pale: does not count", 11, FAINT, anchor="lm")
    canvas.key(y, ((210, NEAR, "answer, right"), (320, FAR, "answer, wrong")))
    return canvas.pixels()


def text(title: str, task: HiddenXOR, history: list[HiddenXORState]) -> str:
    """The bits, those that count in brackets, and the answers below them."""
    now, step = history[-1], len(history) - 1
    asked, phase = moment(task.rounds, step)
    parity = float(now.parity[asked])
    cards = ["1" if bit < 0 else "0" for bit in now.bits[asked]]
    marked = [f"[{card}]" if counts else card for card, counts in zip(cards, now.counted, strict=True)]
    lines = [
        f"{title}  step {step}/{task.horizon}  right answer {parity:+.0f}  {phase}",
        "bits    " + " ".join(f"{card:>6}" for card in marked),
        "answers " + " ".join(f"{float(answer):+6.2f}" for answer in now.last),
    ]
    return "\n".join(lines)
