"""Curves through three points of a line, and where they are lowest. B episodes at once; N points, in order."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def parabola(points: Floats, heights: Floats) -> Floats:
    """Where the parabola through three points (N, B), in order, is lowest, (B,); far off where it bends downwards."""
    left, right = slopes(points, heights)  # 2 x (B,)
    bend = np.maximum((right - left) / (points[2] - points[0]), 1e-9)  # (B,)
    lowest: Floats = (points[0] + points[1]) / 2.0 - left / (2.0 * bend)  # (B,)
    return lowest


def wedge(points: Floats, heights: Floats) -> Floats:
    """Where two lines, equally steep, through the outer of three points (N, B), in order, meet, (B,).

    One of the points' distances does not have the corner in it, so it is as steep as they are.
    """
    steep = np.maximum(np.abs(slopes(points, heights)).max(axis=0), 1e-9)  # (B,)
    corner: Floats = (points[0] + points[2]) / 2.0 + (heights[0] - heights[2]) / (2.0 * steep)  # (B,)
    return corner


def slopes(points: Floats, heights: Floats) -> Floats:
    """Of the lines between three points (N, B), (N - 1, B)."""
    steep: Floats = np.diff(heights, axis=0) / np.diff(points, axis=0)  # (N - 1, B)
    return steep
