"""The guessing game drawn: one lane per output, from -1 to 1, with the target as a ring and the output as a dot."""

import numpy as np
import numpy.typing as npt
from gymnasium.error import DependencyNotInstalled

from badger_envs.tasks.guessing import Guessing, GuessingState

WIDTH, HEIGHT = 480, 320
MARGIN = 56
HEADER = 64
TEXT_WIDTH = 41  # odd, so that 0 has a place of its own

PAPER, INK, FAINT, LANE = (250, 250, 247), (34, 40, 49), (130, 136, 145), (222, 224, 226)
TARGET, FAR, NEAR = (20, 120, 90), (214, 92, 56), (46, 130, 214)


def frame(title: str, task: Guessing, history: list[GuessingState]) -> npt.NDArray[np.uint8]:
    """A picture of the last state, with the outputs before it as a fading trail.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError as error:
        raise DependencyNotInstalled("pictures need pillow: pip install 'badger-envs[render]'") from error

    scale = 2  # drawn twice as large and shrunk, for smooth edges
    image = Image.new("RGB", (WIDTH * scale, HEIGHT * scale), PAPER)
    draw = ImageDraw.Draw(image)

    def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        return ImageFont.load_default(size * scale)

    def place(value: float) -> float:
        return (MARGIN + (float(np.clip(value, -1.0, 1.0)) + 1.0) / 2.0 * (WIDTH - 2 * MARGIN)) * scale

    def ring(x: float, y: float, radius: float, color: tuple[int, ...], width: float = 0.0) -> None:
        box = (x - radius * scale, y - radius * scale, x + radius * scale, y + radius * scale)
        if width:
            draw.ellipse(box, outline=color, width=int(width * scale))
        else:
            draw.ellipse(box, fill=color)

    now, step = history[-1], len(history) - 1
    draw.text((MARGIN * scale, 10 * scale), title, font=font(15), fill=INK)
    draw.text(
        (MARGIN * scale, 32 * scale),
        f"step {step} of {task.horizon}     error {float(now.error):.4f}",
        font=font(13),
        fill=INK,
    )
    bar = (MARGIN * scale, 54 * scale, (WIDTH - MARGIN) * scale, 57 * scale)
    draw.rectangle(bar, fill=LANE)
    draw.rectangle((bar[0], bar[1], bar[0] + (bar[2] - bar[0]) * step / task.horizon, bar[3]), fill=FAINT)

    gap = (HEIGHT - HEADER - 34) / task.dims
    radius = float(np.clip(gap * 0.3, 2.0, 9.0))
    for port in range(task.dims):
        y = (HEADER + (port + 0.5) * gap) * scale
        draw.line((place(-1.0), y, place(1.0), y), fill=LANE, width=2 * scale)
        draw.line((place(0.0), y - radius * scale, place(0.0), y + radius * scale), fill=LANE, width=scale)
        if gap >= 11:
            draw.text(((MARGIN - 12) * scale, y), str(port), font=font(11), fill=FAINT, anchor="rm")
        target = float(now.target[port])
        trail = [float(state.last[port]) for state in history[-6:]]
        for age, value in enumerate(reversed(trail[:-1]), start=1):
            fade = 1.0 - 0.8 / age
            ring(place(value), y, radius * 0.55, _mix(FAR, PAPER, fade))
        ring(place(target), y, radius * 1.25, TARGET, width=2.5)
        distance = abs(trail[-1] - target)
        ring(place(trail[-1]), y, radius * 0.8, _mix(NEAR, FAR, min(1.0, distance / 0.5)))
    y = (HEIGHT - 20) * scale
    for value in (-1, 1):
        draw.text((place(value), y), f"{value:+d}", font=font(11), fill=FAINT, anchor="mm")
    ring(place(-0.76), y, 5, TARGET, width=2)
    draw.text((place(-0.72), y), "target", font=font(11), fill=FAINT, anchor="lm")
    ring(place(0.34), y, 4, NEAR)
    draw.text((place(0.38), y), "output, close", font=font(11), fill=FAINT, anchor="lm")
    ring(place(-0.26), y, 4, FAR)
    draw.text((place(-0.22), y), "output, far", font=font(11), fill=FAINT, anchor="lm")
    return np.asarray(image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), dtype=np.uint8)


def text(title: str, task: Guessing, history: list[GuessingState]) -> str:
    """One line per output: `o` is the target, `x` the output, `*` both in one place."""
    now = history[-1]
    lines = [f"{title}  step {len(history) - 1}/{task.horizon}  error {float(now.error):.4f}"]
    for port in range(task.dims):
        output, target = float(now.last[port]), float(now.target[port])
        lane = ["-"] * TEXT_WIDTH
        lane[TEXT_WIDTH // 2] = "+"
        lane[_column(target)] = "o"
        lane[_column(output)] = "*" if _column(output) == _column(target) else "x"
        lines.append(f"port {port:2d} [{''.join(lane)}]  output {output:+.3f}  target {target:+.3f}")
    return "\n".join(lines)


def _column(value: float) -> int:
    return round((float(np.clip(value, -1.0, 1.0)) + 1.0) / 2.0 * (TEXT_WIDTH - 1))


def _mix(first: tuple[int, int, int], second: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    """`first` with a `share` in [0, 1] of `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
