"""The bandit drawn: for every arm how often it pays, the steps in which it was pulled, and what its port puts out."""

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import BoolArray
from badger_envs.core.canvas import FAINT, FAR, FOOTER, HEADER, HEIGHT, INK, LANE, MARGIN, NEAR, TARGET, WIDTH, Canvas
from badger_envs.envs.optimisation.arms import LOST, pulled
from badger_envs.envs.optimisation.task import Optimisation, OptimisationState

PAY_LEFT, PAY_RIGHT = MARGIN - 16, MARGIN + 44
STEPS_LEFT, STEPS_RIGHT = MARGIN + 60, WIDTH - MARGIN - 74
OUTPUT_LEFT, OUTPUT_RIGHT = WIDTH - MARGIN - 58, WIDTH - MARGIN + 22
TOP = HEADER + 24
"""All in pixels."""


def frame(title: str, task: Optimisation, history: list[OptimisationState]) -> npt.NDArray[np.uint8]:
    """A lane for every arm: how often it pays, its pulls by step, the output of its port; uint8 (320, 480, 3)."""
    now, step = history[-1], len(history) - 1
    canvas = Canvas(title, f"step {step} of {task.horizon}     {_outcome(task, now, step)}", step / task.horizon)
    canvas.text(((PAY_LEFT + PAY_RIGHT) / 2, HEADER + 12), "pays (hidden)", 11, FAINT)
    canvas.text(((STEPS_LEFT + STEPS_RIGHT) / 2, HEADER + 12), "pulled, by step", 11, FAINT)
    canvas.text(((OUTPUT_LEFT + OUTPUT_RIGHT) / 2, HEADER + 12), "output", 11, FAINT)
    gap = (HEIGHT - FOOTER - TOP) / task.dims
    radius = float(np.clip(min(gap, 2.4 * (STEPS_RIGHT - STEPS_LEFT) / task.horizon) * 0.3, 1.0, 5.0))
    at_work = [worked(task, state) for state in history[1:]]
    best = int(now.hidden.argmax())
    for port in range(task.dims):
        y, half = TOP + (port + 0.5) * gap, min(gap * 0.3, 8.0)
        chance = float(now.hidden[port])
        canvas.line(((STEPS_LEFT, y), (STEPS_RIGHT, y)), LANE)
        if gap >= 11:
            canvas.text((PAY_LEFT - 8, y), str(port), 11, FAINT, anchor="rm")
        right = PAY_LEFT + chance * (PAY_RIGHT - PAY_LEFT)
        canvas.box((PAY_LEFT, y - half, PAY_RIGHT, y + half), LANE)
        canvas.box((PAY_LEFT, y - half, right, y + half), TARGET if port == best else FAINT)
        for number, (state, pulls) in enumerate(zip(history[1:], at_work, strict=True), start=1):
            x = STEPS_LEFT + number / task.horizon * (STEPS_RIGHT - STEPS_LEFT)
            if pulls[port]:
                canvas.dot((x, y), radius, NEAR if paid_off(task, state) else FAR)
            elif task.rent and state.last[port, 0] > 0.0:
                canvas.dot((x, y), radius / 2, FAINT)
        middle, output = (OUTPUT_LEFT + OUTPUT_RIGHT) / 2, float(now.last[port, 0])
        end = middle + output * (OUTPUT_RIGHT - OUTPUT_LEFT) / 2
        canvas.line(((OUTPUT_LEFT, y), (OUTPUT_RIGHT, y)), LANE)
        is_pulled = bool(at_work) and bool(at_work[-1][port])
        canvas.box((min(middle, end), y - half / 2, max(middle, end), y + half / 2), INK if is_pulled else FAINT)
    canvas.line(((middle, TOP), (middle, HEIGHT - FOOTER)), FAINT)
    y = HEIGHT - 14
    entries = [(MARGIN, NEAR, "paid"), (MARGIN + 52, FAR, "paid nothing"), (MARGIN + 146, TARGET, "best arm")]
    entries += [(MARGIN + 226, INK, "pulled"), (MARGIN + 290, FAINT, "bid, not pulled" if task.rent else "not pulled")]
    canvas.key(y, entries)
    return canvas.pixels()


def text(title: str, task: Optimisation, history: list[OptimisationState]) -> str:
    """One line per arm: how often it pays, how often it was pulled and paid, what its port puts out, `<` if pulled."""
    now, step = history[-1], len(history) - 1
    at_work = np.asarray([worked(task, state) for state in history[1:]], bool).reshape(step, task.dims)  # (steps, P)
    pays = np.asarray([paid_off(task, state) for state in history[1:]], bool)[:, None]  # (steps, 1)
    lines = [f"{title}  step {step}/{task.horizon}  bandit  {_outcome(task, now, step)}"]
    for port in range(task.dims):
        mark = "<" if step and at_work[-1, port] else ""
        lines.append(
            f"arm {port:2d}  pays {float(now.hidden[port]):.2f}  pulled {int(at_work[:, port].sum()):3d}"
            f"  paid {int((at_work & pays)[:, port].sum()):3d}  output {float(now.last[port, 0]):+.2f} {mark}".rstrip()
        )
    return "\n".join(lines)


def worked(task: Optimisation, state: OptimisationState) -> BoolArray:
    """Which arm the last outputs pulled, if any, bool (P,)."""
    output = state.last[:, 0]  # (P,)
    arm: BoolArray = pulled(output[None])[0] & (output > 0.0 if task.rent else True)
    return arm


def paid_off(task: Optimisation, state: OptimisationState) -> bool:
    """Whether the last pull paid."""
    return float(state.error) < (LOST + task.rent) / 2.0 and bool(worked(task, state).any())


def _outcome(task: Optimisation, now: OptimisationState, step: int) -> str:
    if not step:
        return "begin"
    words = "nobody bids" if not worked(task, now).any() else "paid" if paid_off(task, now) else "paid nothing"
    return f"{words}     error {float(now.error):.2f}"
