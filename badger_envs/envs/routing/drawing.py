"""Routing drawn: inputs on the left, outputs on the right, and the hidden lines between them."""

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
    TARGET,
    WIDTH,
    Canvas,
    mix,
)
from badger_envs.envs.routing.task import Routing, RoutingState

BAR = 44
"""Pixels of a bar that stands for 1."""
GAUGE = MARGIN + 12 + BAR
"""Where the bars of inputs begin; those of outputs begin as far from the other side."""
HEAD = 16
"""Height of the words above the bars."""
WRONG = 0.5
"""An output this far from what was wanted is drawn as all wrong."""


def frame(title: str, task: Routing, history: list[RoutingState]) -> npt.NDArray[np.uint8]:
    """A picture of the last outputs and of the inputs that they answered.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    inputs, wanted, route, step = _answered(task, history)
    outputs = history[-1].last
    line = f"step {step} of {task.horizon}     error {float(history[-1].error):.4f}"
    if task.switch_every is not None:
        line += f"     permutation {max(step - 1, 0) // task.stretch + 1} of {len(history[-1].routes)}"
    canvas = Canvas(title, line, step / task.horizon)
    gap = (HEIGHT - HEADER - HEAD - FOOTER) / task.ports
    half = float(np.clip(gap * 0.3, 1.0, 8.0))  # of a bar's height
    left, right = GAUGE, WIDTH - GAUGE
    canvas.text((left, HEADER + 8), "inputs", 11, FAINT)
    canvas.text((right, HEADER + 8), "outputs" if step else "outputs: none yet", 11, FAINT)

    def height(port: int) -> float:
        return HEADER + HEAD + (port + 0.5) * gap

    for port in range(task.ports):
        off = min(abs(float(outputs[port] - wanted[port])) / WRONG, 1.0) if step else 1.0
        color = mix(NEAR, FAR, off) if step else FAINT
        ends = ((left + BAR + 8, height(int(route[port]))), (right - BAR - 8, height(port)))
        canvas.line(ends, color, 3.0 - 2.0 * off)
    for port in range(task.ports):
        y = height(port)
        for middle in (left, right):
            canvas.line(((middle - BAR, y), (middle + BAR, y)), LANE)
        _bar(canvas, left, y, half, float(inputs[port]))
        if step:
            _bar(canvas, right, y, half, float(outputs[port]))
        tick = right + float(wanted[port]) * BAR
        canvas.line(((tick, y - half - 2), (tick, y + half + 2)), TARGET, 2.5)
        if gap >= 11:
            canvas.text((left - BAR - 8, y), str(port), 11, FAINT, anchor="rm")
            canvas.text((right + BAR + 8, y), str(port), 11, FAINT, anchor="lm")
    y = HEIGHT - 16
    for x, color, width, words in ((MARGIN, NEAR, 3.0, "right value carried"), (186, FAR, 1.0, "wrong value")):
        canvas.line(((x, y), (x + 18, y)), color, width)
        canvas.text((x + 24, y), words, 11, FAINT, anchor="lm")
    canvas.line(((288, y - 6), (288, y + 6)), TARGET, 2.5)
    canvas.text((295, y), "wanted", 11, FAINT, anchor="lm")
    canvas.box((350, y - 4, 368, y + 4), INK)
    canvas.text((374, y), "value, -1 to 1", 11, FAINT, anchor="lm")
    return canvas.pixels()


def text(title: str, task: Routing, history: list[RoutingState]) -> str:
    """One line per output: the input that it wants, and what it gave."""
    inputs, wanted, route, step = _answered(task, history)
    lines = [f"{title}  step {step}/{task.horizon}  error {float(history[-1].error):.4f}"]
    for port in range(task.ports):
        gave = f"{float(history[-1].last[port]):+.3f}" if step else "nothing yet"
        lines.append(
            f"input {port:2d} {float(inputs[port]):+.3f}   output {port:2d} wants input {int(route[port]):2d} "
            f"{float(wanted[port]):+.3f}, gave {gave}"
        )
    return "\n".join(lines)


def _answered(
    task: Routing, history: list[RoutingState]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.int32], int]:
    """Inputs, wanted values and permutation that the last outputs answered, and the steps played."""
    step = len(history) - 1
    asked = history[max(step - 1, 0)]
    return asked.input, asked.wanted, asked.routes[max(step - 1, 0) // task.stretch], step


def _bar(canvas: Canvas, middle: float, y: float, half: float, value: float) -> None:
    end = middle + value * BAR
    canvas.box((min(middle, end), y - half, max(middle, end), y + half), INK)
