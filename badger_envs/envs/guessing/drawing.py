"""The guessing game drawn: one lane per output, from -1 to 1, with the target as a ring and the output as a dot."""

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
    mix,
)
from badger_envs.envs.guessing.task import Guessing, GuessingState

TEXT_WIDTH = 41  # odd, so that 0 has a place of its own


def frame(title: str, task: Guessing, history: list[GuessingState]) -> npt.NDArray[np.uint8]:
    """A picture of the last state, with the outputs before it as a fading trail.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    now, step = history[-1], len(history) - 1
    line = f"step {step} of {task.horizon}     error {float(now.error):.4f}"
    canvas = Canvas(title, line, step / task.horizon)

    def place(value: float) -> float:
        return MARGIN + (float(np.clip(value, -1.0, 1.0)) + 1.0) / 2.0 * (WIDTH - 2 * MARGIN)

    gap = (HEIGHT - HEADER - FOOTER) / task.dims
    radius = float(np.clip(gap * 0.3, 2.0, 9.0))
    for port in range(task.dims):
        y = HEADER + (port + 0.5) * gap
        canvas.line(((place(-1.0), y), (place(1.0), y)), LANE, 2)
        canvas.line(((place(0.0), y - radius), (place(0.0), y + radius)), LANE)
        if gap >= 11:
            canvas.text((MARGIN - 12, y), str(port), 11, FAINT, anchor="rm")
        target = float(now.target[port])
        trail = [float(state.last[port, 0]) for state in history[-6:]]
        for age, value in enumerate(reversed(trail[:-1]), start=1):
            fade = 1.0 - 0.8 / age
            canvas.dot((place(value), y), radius * 0.55, mix(FAR, PAPER, fade))
        canvas.ring((place(target), y), radius * 1.25, TARGET, width=2.5)
        distance = abs(trail[-1] - target)
        canvas.dot((place(trail[-1]), y), radius * 0.8, mix(NEAR, FAR, min(1.0, distance / 0.5)))
    y = HEIGHT - 20
    for value in (-1, 1):
        canvas.text((place(value), y), f"{value:+d}", 11, FAINT)
    canvas.ring((place(-0.76), y), 5, TARGET)
    canvas.text((place(-0.72), y), "target", 11, FAINT, anchor="lm")
    canvas.dot((place(0.34), y), 4, NEAR)
    canvas.text((place(0.38), y), "output, close", 11, FAINT, anchor="lm")
    canvas.dot((place(-0.26), y), 4, FAR)
    canvas.text((place(-0.22), y), "output, far", 11, FAINT, anchor="lm")
    return canvas.pixels()


def text(title: str, task: Guessing, history: list[GuessingState]) -> str:
    """One line per output: `o` is the target, `x` the output, `*` both in one place."""
    now = history[-1]
    lines = [f"{title}  step {len(history) - 1}/{task.horizon}  error {float(now.error):.4f}"]
    for port in range(task.dims):
        output, target = float(now.last[port, 0]), float(now.target[port])
        lane = ["-"] * TEXT_WIDTH
        lane[TEXT_WIDTH // 2] = "+"
        lane[_column(target)] = "o"
        lane[_column(output)] = "*" if _column(output) == _column(target) else "x"
        lines.append(f"port {port:2d} [{''.join(lane)}]  output {output:+.3f}  target {target:+.3f}")
    return "\n".join(lines)


def _column(value: float) -> int:
    return round((float(np.clip(value, -1.0, 1.0)) + 1.0) / 2.0 * (TEXT_WIDTH - 1))
