"""Stream drawn: the examples told so far, what is asked of every learner and what it answers, and the errors so far."""

from colorsys import hsv_to_rgb
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import BoolArray, FloatArray
from badger_envs.core.canvas import FAINT, HEADER, HEIGHT, INK, LANE, MARGIN, PAPER, WIDTH, Canvas, Color, mix
from badger_envs.envs.stream.task import Stream, StreamState

PLANE = (MARGIN, HEADER + 24, MARGIN + 168, HEADER + 192)
"""Where examples are, by their first two numbers: left, top, right, bottom."""
ROWS = (MARGIN + 222, HEADER + 24, WIDTH - 20, HEADER + 134)
"""Where learners are, one below the other."""
CURVE = (MARGIN + 222, HEADER + 152, WIDTH - 20, HEADER + 212)
"""Where the errors are."""
WORST = 1.5
"""Error at the top of the curve."""
LEGEND = "a colour for each class; who knows nothing mixes them all alike"
MOST_ROWS, MOST_WORDS = 16, 8
"""Learners drawn, and rows that have room for words."""


class Seen(NamedTuple):
    """What a picture shows of an episode in which so many steps were played."""

    told: FloatArray  # (N, I) examples whose classes somebody was told
    told_class: npt.NDArray[np.int64]  # (N,)
    asked: FloatArray  # (L, I) the last examples
    right: npt.NDArray[np.int64]  # (L,) their classes
    answers: FloatArray  # (L, C) the last answers
    counts: BoolArray  # (L,) whether they counted
    there: BoolArray  # (L,)
    phase: str


def frame(title: str, task: Stream, history: list[StreamState]) -> npt.NDArray[np.uint8]:
    """A picture of the last answers.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    step, seen = len(history) - 1, _seen(task, history)
    errors = [float(state.scores[0]) for state in history[1:]]
    mean = float(task.state_info(_batch(history[-1]))["error"][0])
    counted = (
        f"mean error {mean:.2f}  (blind: 1)" if task.schedule.counted(np.asarray(step)) else "no answer counts yet"
    )
    line = f"step {step} of {task.horizon}     {seen.phase}     {counted}"
    canvas = Canvas(title, line, step / task.horizon)
    colors = _colors(task.classes)
    _draw_plane(canvas, task, seen, colors)
    _draw_rows(canvas, seen, colors, begun=step > 0)
    _draw_curve(canvas, task, errors)
    canvas.text((MARGIN, HEIGHT - 16), LEGEND, 11, FAINT, "lm")
    return canvas.pixels()


def _draw_plane(canvas: Canvas, task: Stream, seen: Seen, colors: list[Color]) -> None:
    left, top, right, bottom = PLANE
    canvas.text((left, top - 10), "dots were told, rings are asked", 11, FAINT, anchor="lm")
    canvas.box(PLANE, PAPER, LANE)
    reach = 3.0 * float(np.sqrt(sum(task.source.spread)))

    def place(example: FloatArray) -> tuple[float, float]:
        x, y = np.clip(np.resize(np.append(example, 0.0), 2) / reach, -1.0, 1.0)
        return (left + right) / 2 + 0.95 * x * (right - left) / 2, (top + bottom) / 2 - 0.95 * y * (bottom - top) / 2

    for example, number in zip(seen.told, seen.told_class, strict=True):
        canvas.dot(place(example), 3.5, colors[number])
    for example, number, counts in zip(seen.asked, seen.right, seen.counts, strict=True):
        if counts:
            canvas.ring(place(example), 7, colors[number], 2.5)


def _draw_rows(canvas: Canvas, seen: Seen, colors: list[Color], *, begun: bool) -> None:
    left, top, right, bottom = ROWS
    canvas.text((left, top - 10), "class" if begun else "learners", 11, FAINT, anchor="mm")
    canvas.text((left + 18, top - 10), "answer" if begun else "", 11, FAINT, anchor="lm")
    shown = min(len(seen.right), MOST_ROWS)
    height = min((bottom - top) / shown, 22.0)
    for learner in range(shown):
        y, words = top + learner * height, f"learner {learner + 1}" if shown <= MOST_WORDS else ""
        canvas.text((left - 12, y + height / 2), words, 10, INK if seen.there[learner] else LANE, anchor="rm")
        if not seen.there[learner]:
            canvas.text((left + 18, y + height / 2), "absent" if words else "", 10, FAINT, anchor="lm")
        elif not seen.counts[learner]:
            canvas.line(((left + 18, y + height / 2), (right, y + height / 2)), LANE)
        else:
            canvas.dot((left, y + height / 2), min(height * 0.36, 7), colors[seen.right[learner]])
            weights = np.clip(seen.answers[learner], 0.0, None)  # (C,)
            ends = left + 18 + (right - left - 18) * np.cumsum(weights) / max(float(weights.sum()), 1.0)  # (C,)
            for color, begin, end in zip(colors, [left + 18, *ends[:-1].tolist()], ends.tolist(), strict=True):
                if end - begin > 0.5:
                    canvas.box((begin, y + height * 0.14, end, y + height * 0.86), color)


def _draw_curve(canvas: Canvas, task: Stream, errors: list[float]) -> None:
    left, top, right, bottom = CURVE

    def height(error: float) -> float:
        return bottom - min(error, WORST) / WORST * (bottom - top)

    for error, words in ((0.0, "0"), (1.0, "1")):
        canvas.line(((left, height(error)), (right, height(error))), LANE)
        canvas.text((left - 6, height(error)), words, 11, FAINT, anchor="rm")
    canvas.text((left, top), "error in each step", 11, FAINT, anchor="lm")
    first = task.horizon - task.schedule.counting
    points = [
        (left + (step + 0.5) * (right - left) / task.horizon, height(error))
        for step, error in enumerate(errors)
        if step >= first
    ]
    if len(points) > 1:
        canvas.line(points, INK, 1.5)
    for point in points[-1:]:
        canvas.dot(point, 3, INK)


def text(title: str, task: Stream, history: list[StreamState]) -> str:
    """For each learner the class of its last example and what it answered."""
    step, seen = len(history) - 1, _seen(task, history)
    error, accuracy = (float(part) for part in history[-1].scores)
    lines = [
        f"{title}  step {step}/{task.horizon}  {seen.phase}  {len(seen.told)} labels told",
        f"error {error:.2f} (blind: 1)  accuracy {accuracy:.2f}",
    ]
    for learner in range(len(seen.right)):
        answer = " ".join(f"{number:5.2f}" for number in seen.answers[learner])
        says = f"class {seen.right[learner]}  answer {answer}" if seen.counts[learner] else "not asked"
        lines.append(f"learner {learner + 1}  " + (says if seen.there[learner] else "absent"))
    return "\n".join(lines)


def _seen(task: Stream, history: list[StreamState]) -> Seen:
    now, step, plan = history[-1], len(history) - 1, task.schedule
    ports = now.shown[: step + 1]  # (steps, P, F)
    examples, told = task.dealt.read(ports, task.classes)  # (steps, L, I), (steps, L, C)
    before, learner, number = np.nonzero(told[1:])  # each (N,)
    last = max(step - 1, 0)
    right = task.dealt.by_learner(ports[last : last + 1], now.right[last : last + 1])[0]  # (L, C)
    answers = task.dealt.by_learner(ports[last : last + 1], now.answers[None])[0]  # (L, C)
    phase = "exam" if last >= plan.examples + plan.lesson else "lesson" if last >= plan.examples else "school"
    return Seen(
        examples[before, learner], number, examples[last], right.argmax(axis=1), answers,
        plan.scored()[last] & (step > 0), plan.there()[last], phase,
    )  # fmt: skip


def _batch(state: StreamState) -> StreamState:
    """One episode as a batch."""
    return StreamState(*(np.asarray(part)[None] for part in state))


def _colors(count: int) -> list[Color]:
    """Colours as different as so many can be, no yellow that paper swallows."""
    rgb = [hsv_to_rgb((0.58 + number / count) % 1.0, 0.75, 0.78) for number in range(count)]
    return [mix((round(255 * r), round(255 * g), round(255 * b)), INK, 0.08) for r, g, b in rgb]
