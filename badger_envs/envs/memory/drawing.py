"""Memory drawn: which port was shown which pair, who is lost, what is asked for, and below it how right answers are."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.answer_scale import AnswerScale
from badger_envs.core.arrays import BoolArray, FloatArray
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
    WIDTH,
    Canvas,
    mix,
)
from badger_envs.envs.memory.moment import moment
from badger_envs.envs.memory.task import Memory, MemoryState

TOP, BOTTOM = HEADER + 22, HEADER + 128
"""Of the table of pairs, in pixels."""
MIDDLE, HALF = HEADER + 176, 30
"""Of the answers: where no idea is, and pixels from there to right."""
LEFT, RIGHT = 84, WIDTH - 48
"""Of the columns of ports."""
GONE = mix(PAPER, FAR, 0.35)


class Seen(NamedTuple):
    """What is drawn of a history; S signs of a value."""

    pair: int | None
    """Number of the pair that was written or asked for."""
    phase: str
    """What happened, in words."""
    first: int
    """Number of the first pair of the cycle."""
    written: int
    """Pairs of the cycle that were written until now."""
    lost: BoolArray  # (P,)
    right: npt.NDArray[np.float64]  # (P,) how right each answer was, from -1 to 1
    recalled: dict[int, float]
    """The mean of that over the ports by pair, once it counted."""


def frame(title: str, task: Memory, history: list[MemoryState]) -> npt.NDArray[np.uint8]:
    """A picture of the last step: a row for every pair of the cycle, a column for every port.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    now, step, seen = history[-1], len(history) - 1, _seen(task, history)
    line = f"step {step} of {task.horizon}     cycle {seen.first // task.load + 1} of {task.cycles}     {seen.phase}"
    canvas = Canvas(title, line, step / task.horizon)
    gap, height = (RIGHT - LEFT) / task.ports, (BOTTOM - TOP) / task.load
    half = min(gap * 0.36, 16)
    for words, middle in (("key", 28), ("value", 64), ("recall", RIGHT + 22)):
        canvas.text((middle, HEADER + 12), words, 11, FAINT)
    for port in range(task.ports):
        x = LEFT + (port + 0.5) * gap
        if seen.lost[port]:
            canvas.box((x - gap / 2 + 1, TOP - 2, x + gap / 2 - 1, MIDDLE + HALF + 6), GONE)
            canvas.text((x, HEADER + 12), "lost" if gap > 26 else "x", 11, FAR)
        elif gap > 12:
            canvas.text((x, HEADER + 12), str(port + 1), 11, INK)
    for row in range(seen.written):
        pair, top = seen.first + row, TOP + row * height
        low = top + max(height - 2.0, height * 0.8)
        if pair == seen.pair:
            canvas.box((6, top - 1, RIGHT + 40, low + 1), mix(PAPER, TARGET, 0.25))
        _signs(canvas, 12, 6, (top, low), now.keys[pair])
        _signs(canvas, 58, min(6.0, 22 / task.signs), (top, low), now.values[pair])
        for port in range(task.ports):
            x = LEFT + (port + 0.5) * gap
            color = (INK if not seen.lost[port] else FAR) if now.shown_to[pair, port] else None
            if color:
                canvas.box((x - half, top, x + half, low), color)
            elif not seen.lost[port] and height > 3:
                canvas.line(((x - half, (top + low) / 2), (x + half, (top + low) / 2)), LANE)
        if pair in seen.recalled:
            color = mix(FAR, NEAR, (1.0 + seen.recalled[pair]) / 2.0)
            canvas.box((RIGHT + 12, top, RIGHT + 32, low), color)
    answers = AnswerScale(canvas, MIDDLE, HALF, 1.0)
    answers.lines("wrong", "no idea", "right", beside=8)
    for port in np.flatnonzero(~seen.lost).tolist():
        answers.bar(float(seen.right[port]), LEFT + (port + 0.5) * gap, half, radius=min(half, 3))
    shown, asked = (MARGIN, INK, "was shown the pair"), (MARGIN + 276, TARGET, "written or asked now")
    entries = (shown, (MARGIN + 128, FAR, "is lost; wrong"), (MARGIN + 226, NEAR, "right"), asked)
    canvas.key(HEIGHT - FOOTER + 18, entries)
    return canvas.pixels()


def text(title: str, task: Memory, history: list[MemoryState]) -> str:
    """Who was shown which pair, who is lost, and how right the answers are."""
    now, step, seen = history[-1], len(history) - 1, _seen(task, history)
    cycle = f"cycle {seen.first // task.load + 1}/{task.cycles}"
    lines = [f"{title}  step {step}/{task.horizon}  {cycle}  {seen.phase}"]
    ports = " ".join("   lost" if lost else f"{port + 1:>7}" for port, lost in enumerate(seen.lost))
    lines.append(f"  {'key':<7}{'value':<{max(task.signs, 5)}} {ports}  recall")
    for pair in range(seen.first, seen.first + seen.written):
        mark = ">" if pair == seen.pair else " "
        held = " ".join(f"{'shown' if shown else '.':>7}" for shown in now.shown_to[pair])
        recalled = f"{seen.recalled[pair]:+.2f}" if pair in seen.recalled else ""
        value = f"{_plus_minus(now.values[pair]):<{max(task.signs, 5)}}"
        lines.append(f"{mark} {_plus_minus(now.keys[pair])} {value} {held}  {recalled}".rstrip())
    rights = (" " * 7 if lost else f"{right:+7.2f}" for right, lost in zip(seen.right, seen.lost, strict=True))
    lines.append(f"{'  right':<{10 + max(task.signs, 5)}}{' '.join(rights)}".rstrip())
    return "\n".join(lines)


def _seen(task: Memory, history: list[MemoryState]) -> Seen:
    """What the last step was about, and what came of the steps before."""
    steps, load = np.arange(len(history) - 1), task.load
    order = np.broadcast_to(history[-1].order, (len(steps), len(history[-1].order)))  # (steps, Q)
    past = moment(steps, order, pairs=load, rounds=task.rounds, cycles=task.cycles)
    nobody = np.zeros(task.ports)
    if not len(steps):
        return Seen(None, "begin", 0, 0, nobody > 0.0, nobody, {})
    first = int(past.cycle[-1]) * load
    recalled = {int(past.pair[step]): float(history[step + 1].payoff) for step in steps if past.counts[step]}
    pair, writes, asks = int(past.pair[-1]), bool(past.writes[-1]), bool(past.asks[-1])
    written = pair - first + 1 if writes else load
    if not asks:
        phase = f"port {int(history[-1].shown_to[pair].argmax()) + 1} is shown a pair" if writes else "a quiet step"
        return Seen(pair if writes else None, phase, first, written, nobody > 0.0, nobody, recalled)
    phase = "answers counted" if past.counts[-1] else "a pair is asked for, ports talk"
    right = (history[-1].last * history[-1].values[pair]).mean(axis=1)  # (P,)
    return Seen(pair, phase, first, written, history[-1].lost[past.cycle[-1]], right, recalled)


def _signs(canvas: Canvas, left: float, width: float, rows: tuple[float, float], signs: FloatArray) -> None:
    """A row of signs: dark for 1, faint for -1."""
    for place, sign in enumerate(signs):
        x = left + place * width
        canvas.box((x, rows[0], x + max(width - 1.5, 0.5), rows[1]), INK if sign > 0 else LANE)


def _plus_minus(signs: FloatArray) -> str:
    return "".join("+" if sign > 0 else "-" for sign in signs)
