"""The landscapes that are searched for their lowest place, as parts that can be exchanged.

Each is drawn anew for every episode and scaled so that the output 0 errs 1 in the mean (but for peaks). Another one is
a class with these methods and a row in `badger_envs.envs.optimisation.table`. Axis letters as in
`badger_envs.core.task`; N numbers that a landscape is made of.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from badger_envs.core.arrays import Array, Bounds, FloatArray, namespace
from badger_envs.core.episodes import Keys, normal, uniform

MAX_DECADES = 2.0
"""The longest axis of an ellipsoid is at most 10 times as long as the shortest: curvatures go with the square."""
CENTRES, LOWEST_PEAK, HIGHEST_PEAK, PEAK_WIDTH = 8, 0.3, 0.8, 0.35
"""Peaks, the heights of all but the highest, which is 1, and their width in one dimension."""


class Landscape(ABC):
    """How wrong an output is, as a function of the numbers that were drawn for an episode."""

    @abstractmethod
    def count(self, dims: int) -> int:
        """Numbers that it is made of (N)."""

    @abstractmethod
    def draw(self, keys: Keys, dims: int, first: int) -> tuple[FloatArray, int]:
        """These numbers (B, N), made of an episode's stream from place `first` on, and the place after the last."""

    @abstractmethod
    def error(self, hidden: Array, output: Array) -> Array:
        """The error (B,) of outputs (B, P) on landscapes made of the numbers `hidden` (B, N)."""

    @abstractmethod
    def best(self, hidden: FloatArray, dims: int) -> FloatArray:
        """The lowest place of each landscape, (B, P), for pictures."""

    @abstractmethod
    def bounds(self, dims: int) -> Bounds:
        """Ends of the numbers, each (N,)."""

    @abstractmethod
    def max_error(self, dims: int) -> float:
        """No error is larger."""


@dataclass(frozen=True)
class Separable(Landscape):
    """The mean over the dimensions of a curve over output - target; targets are uniform in [-1, 1)."""

    curve: Callable[[Any, Array], Array]
    """Of a namespace and distances, element by element; its mean over (-1, 1) is 1."""
    highest: float
    """The curve at 2, or above it."""

    def count(self, dims: int) -> int:
        return dims

    def draw(self, keys: Keys, dims: int, first: int) -> tuple[FloatArray, int]:
        return uniform(keys, dims, low=-1.0, high=1.0, first=first), first + dims

    def error(self, hidden: Array, output: Array) -> Array:
        xp = namespace(output)
        return xp.mean(self.curve(xp, output - hidden), axis=1)  # (B,)

    def best(self, hidden: FloatArray, dims: int) -> FloatArray:
        return hidden

    def bounds(self, dims: int) -> Bounds:
        return Bounds(-np.ones(dims, np.float32), np.ones(dims, np.float32))

    def max_error(self, dims: int) -> float:
        return self.highest


class Ellipsoid(Landscape):
    """3/d z' Q' L Q z of z = output - target, with a random rotation Q and curvatures L of which the sum is d.

    They fall geometrically over a random number of decades. Made of the target and of the matrix sqrt(L) Q.
    """

    def count(self, dims: int) -> int:
        return dims + dims * dims

    def draw(self, keys: Keys, dims: int, first: int) -> tuple[FloatArray, int]:
        target = uniform(keys, dims, low=-1.0, high=1.0, first=first)  # (B, P)
        decades = uniform(keys, 1, high=MAX_DECADES, first=first + dims)  # (B, 1)
        # The directions of normal vectors that were made orthogonal, one after the other, are a random rotation.
        vectors = normal(keys, dims * dims, first=first + dims + 1).reshape(-1, dims, dims)  # (B, P, P)
        rotation = np.linalg.qr(vectors.astype(np.float64))[0]  # (B, P, P)
        scaled = rotation * np.sqrt(curvatures(decades, dims))[:, None, :]  # (B, P, P)
        rows = scaled.transpose(0, 2, 1).reshape(len(keys), -1).astype(np.float32)  # (B, P * P)
        return np.concatenate([target, rows], axis=1), first + dims + 1 + 2 * dims * dims  # (B, N)

    def error(self, hidden: Array, output: Array) -> Array:
        xp, dims = namespace(output), output.shape[1]
        rows = xp.reshape(hidden[:, dims:], (-1, dims, dims))  # (B, P, P)
        turned = xp.linalg.vecdot(rows, (output - hidden[:, :dims])[:, None, :])  # (B, P)
        return (3.0 / dims) * xp.linalg.vecdot(turned, turned)  # (B,)

    def best(self, hidden: FloatArray, dims: int) -> FloatArray:
        return hidden[:, :dims]  # (B, P)

    def bounds(self, dims: int) -> Bounds:
        longest = np.sqrt(largest_curvature(dims)) * (1.0 + 1e-6)
        high = np.repeat(np.asarray([1.0, longest], np.float32), [dims, dims * dims])  # (N,)
        return Bounds(-high, high)

    def max_error(self, dims: int) -> float:
        return 12.0 * largest_curvature(dims) * (1.0 + 1e-5)  # float32 rounds


class Peaks(Landscape):
    """1 minus the highest of 8 bumps, of which only one reaches 1. Made of their centres, then their heights."""

    def count(self, dims: int) -> int:
        return CENTRES * (dims + 1)

    def draw(self, keys: Keys, dims: int, first: int) -> tuple[FloatArray, int]:
        centres = uniform(keys, CENTRES * dims, low=-1.0, high=1.0, first=first)  # (B, 8 P)
        after = first + CENTRES * dims
        lower = uniform(keys, CENTRES - 1, low=LOWEST_PEAK, high=HIGHEST_PEAK, first=after)  # (B, 7)
        return np.concatenate([centres, np.ones_like(lower[:, :1]), lower], axis=1), after + CENTRES - 1  # (B, N)

    def error(self, hidden: Array, output: Array) -> Array:
        xp, dims = namespace(output), output.shape[1]
        centres = xp.reshape(hidden[:, : CENTRES * dims], (-1, CENTRES, dims))  # (B, 8, P)
        off = output[:, None, :] - centres  # (B, 8, P)
        near = xp.exp(xp.linalg.vecdot(off, off) / (-2.0 * PEAK_WIDTH**2 * dims))  # (B, 8)
        return 1.0 - xp.max(hidden[:, CENTRES * dims :] * near, axis=1)  # (B,)

    def best(self, hidden: FloatArray, dims: int) -> FloatArray:
        return hidden[:, :dims]  # (B, P) the first peak is the highest

    def bounds(self, dims: int) -> Bounds:
        low = np.repeat(np.asarray([-1.0, LOWEST_PEAK], np.float32), [CENTRES * dims, CENTRES])  # (N,)
        return Bounds(low, np.ones_like(low))

    def max_error(self, dims: int) -> float:
        return 1.0


def curvatures(decades: FloatArray, dims: int) -> Any:
    """Of an ellipsoid's axes, (B, P): falling geometrically over so many `decades` (B, 1), of sum `dims`."""
    falling = 10.0 ** (-decades.astype(np.float64) * np.linspace(0.0, 1.0, dims))  # (B, P)
    return dims * falling / falling.sum(axis=1, keepdims=True)  # (B, P)


def largest_curvature(dims: int) -> float:
    """No axis of an ellipsoid is curved more."""
    return float(curvatures(np.full((1, 1), MAX_DECADES, np.float32), dims).max())
