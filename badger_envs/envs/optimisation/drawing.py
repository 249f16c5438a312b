"""Landscapes drawn: a map over the first two outputs with the way that was gone, the errors, and all outputs."""

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
from badger_envs.envs.optimisation import arms_drawing
from badger_envs.envs.optimisation.table import kind_of
from badger_envs.envs.optimisation.task import Optimisation, OptimisationState

SIDE, TOP = 204, HEADER + 6
"""Of the map, in pixels."""
CELLS, SHADES, HIGH = 51, 12, 2.0
"""Of the map along a side, its colours, and the error from which on all is of the darkest one."""
LOW_COLOR, HIGH_COLOR = (252, 248, 226), (58, 76, 110)
PLOT_LEFT, PLOT_HEIGHT = MARGIN + SIDE + 42, 82
TEXT_WIDTH = 41  # odd, so that 0 has a place of its own
Numbers = npt.NDArray[np.float64]


def frame(title: str, task: Optimisation, history: list[OptimisationState]) -> npt.NDArray[np.uint8]:
    """A picture of where the outputs are on the landscape, and how they got there.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    if task.is_bandit:
        return arms_drawing.frame(title, task, history)
    now, step = history[-1], len(history) - 1
    line = f"step {step} of {task.horizon}     error {float(now.error):.4f}     {kind_of(task.landscape, now.hidden)}"
    canvas = Canvas(title, line, step / task.horizon)
    best = task.ground.best(now.hidden[None], task.dims)[0]  # (P,)
    _map(canvas, task, history, best)
    _errors(canvas, task, history)
    _outputs(canvas, task, now, best)
    _legend(canvas, task)
    return canvas.pixels()


def _legend(canvas: Canvas, task: Optimisation) -> None:
    upwards = ", output 1 upwards" if task.dims > 1 else ""
    canvas.text((MARGIN, TOP + SIDE + 11), f"output 0 to the right{upwards}; dark is high", 11, FAINT, anchor="lm")
    y = HEIGHT - FOOTER + 24
    canvas.key(y, ((MARGIN + 4, FAR, "outputs so far"), (MARGIN + 104, NEAR, "output now")))
    canvas.ring((MARGIN + 190, y), 5, TARGET)
    canvas.text((MARGIN + 200, y), "lowest place", 11, FAINT, anchor="lm")


def _map(canvas: Canvas, task: Optimisation, history: list[OptimisationState], best: npt.NDArray[np.float32]) -> None:
    """The error by the first output to the right and the second upwards, all others as they are now."""
    now = history[-1]
    middles = ((np.arange(CELLS) + 0.5) / CELLS * 2.0 - 1.0).astype(np.float32)  # (cells,)
    outputs = np.repeat(now.last[None, :, 0], CELLS * CELLS, axis=0)  # (cells^2, P)
    outputs[:, 0] = np.tile(middles, CELLS)
    if task.dims > 1:
        outputs[:, 1] = np.repeat(-middles, CELLS)
    errors = task.ground.error(np.repeat(now.hidden[None], len(outputs), axis=0), outputs)  # (cells^2,)
    shades = np.minimum(np.floor(np.sqrt(np.clip(errors / HIGH, 0.0, 1.0)) * SHADES), SHADES - 1) / (SHADES - 1)
    for cell, shade in enumerate(shades.tolist()):
        x, y = MARGIN + cell % CELLS * SIDE / CELLS, TOP + cell // CELLS * SIDE / CELLS
        canvas.box((x, y, x + SIDE / CELLS, y + SIDE / CELLS), mix(LOW_COLOR, HIGH_COLOR, shade))
    way = [_on_map(state.last[:, 0]) for state in history]
    if len(way) > 1:
        canvas.line(way, FAR, 1)
    for place in way[:-1]:
        canvas.dot(place, 2.5, FAR)
    canvas.ring(_on_map(best), 7, TARGET, width=2.5)
    canvas.dot(way[-1], 4.5, NEAR)


def _on_map(outputs: npt.NDArray[np.float32]) -> tuple[float, float]:
    second = float(outputs[1]) if len(outputs) > 1 else 0.0
    return MARGIN + (float(outputs[0]) + 1.0) / 2.0 * SIDE, TOP + (1.0 - second) / 2.0 * SIDE


def _errors(canvas: Canvas, task: Optimisation, history: list[OptimisationState]) -> None:
    """The error by step, with a line at 1."""
    right, bottom = WIDTH - MARGIN + 24, TOP + PLOT_HEIGHT

    def place(step: int, error: float) -> tuple[float, float]:
        return PLOT_LEFT + step / task.horizon * (right - PLOT_LEFT), bottom - min(error / HIGH, 1.0) * PLOT_HEIGHT

    for height in (0.0, 1.0, 2.0):
        canvas.line((place(0, height), place(task.horizon, height)), LANE)
        canvas.text((PLOT_LEFT - 8, place(0, height)[1]), f"{height:g}", 11, FAINT, anchor="rm")
    canvas.text(((PLOT_LEFT + right) / 2, bottom + 10), "error by step", 11, FAINT)
    places = [place(step, float(state.error)) for step, state in enumerate(history)]
    if len(places) > 1:
        canvas.line(places, INK, 1.5)
    canvas.dot(places[-1], 3, NEAR)


def _outputs(canvas: Canvas, task: Optimisation, now: OptimisationState, best: npt.NDArray[np.float32]) -> None:
    """A lane from -1 to 1 for every output, with the lowest place and the output."""
    top, right = TOP + PLOT_HEIGHT + 30, WIDTH - MARGIN + 24
    gap = (TOP + SIDE - top) / task.dims
    radius = float(np.clip(gap * 0.3, 1.5, 5.0))
    for port in range(task.dims):
        y = top + (port + 0.5) * gap
        canvas.line(((PLOT_LEFT, y), (right, y)), LANE, 1)
        if gap >= 11:
            canvas.text((PLOT_LEFT - 8, y), str(port), 11, FAINT, anchor="rm")
        for value, kind in ((best[port], "best"), (now.last[port, 0], "output")):
            x = PLOT_LEFT + (float(value) + 1.0) / 2.0 * (right - PLOT_LEFT)
            if kind == "best":
                canvas.ring((x, y), radius * 1.3, TARGET)
            else:
                canvas.dot((x, y), radius * 0.8, NEAR)


def text(title: str, task: Optimisation, history: list[OptimisationState]) -> str:
    """One line per output: `o` is the lowest place, `x` the output, `*` both in one place."""
    if task.is_bandit:
        return arms_drawing.text(title, task, history)
    now, step = history[-1], len(history) - 1
    best = task.ground.best(now.hidden[None], task.dims)[0]  # (P,)
    kind = kind_of(task.landscape, now.hidden)
    lines = [f"{title}  step {step}/{task.horizon}  {kind}  error {float(now.error):.4f}"]
    for port in range(task.dims):
        output, lowest = float(now.last[port, 0]), float(best[port])
        lane = ["-"] * TEXT_WIDTH
        lane[TEXT_WIDTH // 2] = "+"
        lane[_column(lowest)] = "o"
        lane[_column(output)] = "*" if _column(output) == _column(lowest) else "x"
        lines.append(f"port {port:2d} [{''.join(lane)}]  output {output:+.3f}  lowest at {lowest:+.3f}")
    return "\n".join(lines)


def _column(value: float) -> int:
    return round((value + 1.0) / 2.0 * (TEXT_WIDTH - 1))
