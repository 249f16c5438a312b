"""What all drawings share: a page with a header and a footer, colours, and shapes with smooth edges."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from gymnasium.error import DependencyNotInstalled

WIDTH, HEIGHT = 480, 320
MARGIN = 56
HEADER = 64
"""Everything below this line belongs to the drawing."""
FOOTER = 34
"""Kept free at the bottom for the legend."""

Color = tuple[int, int, int]
PAPER, INK, FAINT, LANE = (250, 250, 247), (34, 40, 49), (130, 136, 145), (222, 224, 226)
TARGET, FAR, NEAR = (20, 120, 90), (214, 92, 56), (46, 130, 214)

_SCALE = 2  # drawn twice as large and shrunk, for smooth edges


class Canvas:
    """A picture of 480 x 320 in the making; all lengths are in its pixels.

    Args:
        title: the first line.
        line: the second one.
        done: how much of the episode is over, 0 to 1, drawn as a bar.

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """

    def __init__(self, title: str, line: str, done: float) -> None:
        try:
            from PIL import Image, ImageDraw
        except ImportError as error:
            raise DependencyNotInstalled("pictures need pillow: pip install 'badger-envs[render]'") from error

        self._image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self.text((MARGIN, 10), title, 15, INK, anchor="la")
        self.text((MARGIN, 32), line, 13, INK, anchor="la")
        right = WIDTH - MARGIN
        self.box((MARGIN, 54, right, 57), LANE)
        if done > 0.0:
            self.box((MARGIN, 54, MARGIN + (right - MARGIN) * min(done, 1.0), 57), FAINT)

    def text(self, place: tuple[float, float], words: str, size: float, color: Color, anchor: str = "mm") -> None:
        """Words at a place; the anchor in pillow's two letters."""
        from PIL import ImageFont

        font = ImageFont.load_default(size * _SCALE)
        self._draw.text(_scaled(place), words, font=font, fill=color, anchor=anchor)

    def line(self, points: Sequence[tuple[float, float]], color: Color, width: float = 1.0) -> None:
        """A line through points, with round joints."""
        scaled = [_scaled(point) for point in points]
        self._draw.line(scaled, fill=color, width=max(1, round(width * _SCALE)), joint="curve")

    def dot(self, place: tuple[float, float], radius: float, color: Color) -> None:
        """A filled circle."""
        self._draw.ellipse(_around(place, radius), fill=color)

    def ring(self, place: tuple[float, float], radius: float, color: Color, width: float = 2.0) -> None:
        """A circle that is not filled."""
        self._draw.ellipse(_around(place, radius), outline=color, width=round(width * _SCALE))

    def box(self, corners: tuple[float, float, float, float], color: Color, outline: Color | None = None) -> None:
        """A filled rectangle, with an outline or without."""
        left, top, right, bottom = (corner * _SCALE for corner in corners)
        self._draw.rectangle((left, top, right, bottom), fill=color, outline=outline, width=_SCALE)

    def key(self, y: float, entries: Sequence[tuple[float, Color, str]]) -> None:
        """Dots at some x, and beside each what its colour means."""
        for x, color, words in entries:
            self.dot((x, y), 4, color)
            self.text((x + 8, y), words, 11, FAINT, anchor="lm")

    def pixels(self) -> npt.NDArray[np.uint8]:
        """The finished picture, uint8 (320, 480, 3)."""
        from PIL import Image

        return np.array(self._image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), dtype=np.uint8)


def mix(first: Color, second: Color, share: float) -> Color:
    """`first` with a `share` in [0, 1] of `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _scaled(place: tuple[float, float]) -> tuple[float, float]:
    return place[0] * _SCALE, place[1] * _SCALE


def _around(place: tuple[float, float], radius: float) -> tuple[float, float, float, float]:
    x, y, r = place[0] * _SCALE, place[1] * _SCALE, radius * _SCALE
    return x - r, y - r, x + r, y + r
