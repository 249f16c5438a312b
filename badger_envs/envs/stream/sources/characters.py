"""Characters: made up on the spot, as many classes as one wants; in place of Omniglot. Axis letters as in `source`.

A class is three strokes, quadratic Bezier curves whose control points are drawn at random; an example moves the control
points, then turns, scales and shifts the character, and draws it with a round brush.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.core.episodes import Keys, episode_keys, normal, uniform
from badger_envs.envs.stream.sources.images import PIXELS, Floats, Images, Statistics

STROKES, CONTROLS, POINTS = 3, 3, 10
"""Strokes, control points of each, and points that are drawn of each."""
NUMBERS = STROKES * CONTROLS * 2
LOW, HIGH = 0.1, 0.9
"""Of control points, where the picture goes from 0 to 1."""
JITTER, TURN, SCALE, SHIFT = 0.06, 0.35, 0.15, 0.06
"""Standard deviation of control points; most radians, share of the size, and distance either way."""
BRUSH = 0.07
"""Standard deviation of its darkness."""
SIDE = 8
"""Pixels."""
SAMPLE = 400, 10
"""Classes and examples that statistics are measured on."""


class Characters(Images):
    """Classes are new in each lifetime."""

    def statistics(self) -> Statistics:
        classes, examples = SAMPLE
        keys, labels = episode_keys(0, np.arange(classes)), np.zeros((classes, examples), np.int64)
        pictures = self.pictures(self.draw_classes(keys, 1)[1], keys, labels, self.class_numbers(1))  # (B, N, pixels)
        within = float(pictures.var(axis=1, ddof=1, dtype=np.float64).mean())
        total = float(pictures.reshape(-1, PIXELS).var(axis=0, dtype=np.float64).mean())
        return Statistics(pictures.mean(axis=(0, 1), dtype=np.float64), total - within, within)

    def class_numbers(self, classes: int) -> int:
        return NUMBERS * classes

    def example_numbers(self, inputs: int) -> int:
        return 2 * NUMBERS + 4

    def draw_classes(self, keys: Keys, classes: int) -> tuple[FloatArray, Any]:
        drawn = uniform(keys, NUMBERS * classes, low=LOW, high=HIGH)  # (B, C * numbers)
        controls = drawn.reshape(len(keys), classes, STROKES, CONTROLS, 2).astype(np.float64)  # (B, C, strokes, 3, 2)
        return drawn_with_a_brush(controls), controls

    def pictures(self, parts: Any, keys: Keys, labels: npt.NDArray[np.int64], first: int) -> FloatArray:
        batch, count = labels.shape
        controls = parts[np.arange(batch)[:, None], labels]  # (B, N, strokes, 3, 2)
        jitter = normal(keys, count * NUMBERS, first=first).reshape(controls.shape)  # (B, N, strokes, 3, 2)
        drawn = uniform(keys, count * 4, low=-1.0, first=first + 2 * count * NUMBERS).astype(np.float64)  # (B, N * 4)
        turn, scale, *shift = np.moveaxis(drawn.reshape(batch, count, 1, 1, 4), 4, 0)  # 4 x (B, N, 1, 1)
        cos, sin = np.cos(TURN * turn), np.sin(TURN * turn)  # 2 x (B, N, 1, 1)
        x, y = np.moveaxis(controls + JITTER * jitter - 0.5, 4, 0) * (1.0 + SCALE * scale)  # 2 x (B, N, strokes, 3)
        places = cos * x - sin * y + SHIFT * shift[0], sin * x + cos * y + SHIFT * shift[1]  # 2 x (B, N, strokes, 3)
        return drawn_with_a_brush(np.stack(places, axis=4) + 0.5)  # (B, N, pixels)


def drawn_with_a_brush(controls: Floats) -> FloatArray:
    """Pictures of characters, by control points (B, N, strokes, 3, 2): float32 (B, N, pixels), each in [0, 1]."""
    t = np.linspace(0.0, 1.0, POINTS)[:, None]  # (points, 1)
    curve = np.concatenate([(1.0 - t) ** 2, 2.0 * t * (1.0 - t), t**2], axis=1)  # (points, 3)
    places = (curve @ controls).reshape(-1, STROKES * POINTS, 2)  # (B * N, points, 2)
    pixels = (np.arange(SIDE) + 0.5) / SIDE  # (side,)
    dark = np.exp(-0.5 * ((pixels - places[..., None]) / BRUSH) ** 2).astype(np.float32)  # (B * N, points, 2, side)
    # A round brush is as dark at a pixel as its row times its column; the darkest touch stays.
    picture = np.zeros((len(places), SIDE, SIDE), np.float32)  # (B * N, side, side)
    for point in range(places.shape[1]):
        np.maximum(picture, dark[:, point, 1, :, None] * dark[:, point, 0, None, :], out=picture)
    return picture.reshape(*controls.shape[:2], PIXELS)  # (B, N, pixels)
