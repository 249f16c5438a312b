"""What sources of images have in common: pictures of 8 x 8 pixels, seen through a random projection in each lifetime.

The projection, and which class has which label, are new in every lifetime, so that knowing the alphabet does not help:
what VSML (Kirsch, Schmidhuber 2021) and GPICL (Kirsch et al. 2022) make of one data set. Axis letters as in `source`.
"""

from abc import abstractmethod
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.core.episodes import Keys, normal
from badger_envs.envs.stream.sources.source import Problem, Source, Spread

PIXELS = 64
STANDARD_DEVIATION = np.sqrt(2.0) / 3.0
"""Of the numbers shown: that of blobs."""
Floats = npt.NDArray[np.float64]


class Statistics(NamedTuple):
    """Of pictures, by which they are centred and scaled."""

    mean: Floats  # (pixels,)
    between: float
    """Variance of the mean pictures of classes, the mean over the pixels."""
    within: float
    """Variance of pictures around the mean picture of their class, the mean over the pixels."""


class Images(Source):
    """Pictures with pixels in [0, 1]: centred, projected at random and scaled to the spread of blobs."""

    @abstractmethod
    def statistics(self) -> Statistics:
        """Measured on training pictures; asked for once."""

    @abstractmethod
    def class_numbers(self, classes: int) -> int:
        """How many numbers of an episode's stream its classes are made of."""

    @abstractmethod
    def draw_classes(self, keys: Keys, classes: int) -> tuple[FloatArray, Any]:
        """A typical picture of each class, (B, C, pixels), and what pictures are made of."""

    @abstractmethod
    def pictures(self, parts: Any, keys: Keys, labels: npt.NDArray[np.int64], first: int) -> FloatArray:
        """Pictures (B, N, pixels) of these classes (B, N), made of the numbers from `first` on."""

    @cached_property
    def _measured(self) -> Statistics:
        return self.statistics()

    @property
    def _scale(self) -> float:
        return float(STANDARD_DEVIATION / np.sqrt(self._measured.between + self._measured.within))

    @property
    def spread(self) -> Spread:
        return Spread(self._measured.between * self._scale**2, self._measured.within * self._scale**2)

    @property
    def limit(self) -> float:
        mean = self._measured.mean  # (pixels,)
        longest = float(np.sqrt((np.maximum(mean, 1.0 - mean) ** 2).sum()))  # from the mean picture
        return 1.001 * longest * self._scale  # projections are shorter, but for rounding

    def numbers(self, classes: int, inputs: int) -> int:
        return self.class_numbers(classes) + 2 * PIXELS * inputs

    def problem(self, keys: Keys, classes: int, inputs: int) -> Problem:
        typical, parts = self.draw_classes(keys, classes)  # (B, C, pixels)
        drawn = normal(keys, PIXELS * inputs, first=self.class_numbers(classes))  # (B, pixels * I)
        axes = orthonormal(drawn.reshape(len(keys), PIXELS, inputs).astype(np.float64))  # (B, pixels, I)
        return Problem(self._seen(typical, axes), (axes, parts))

    def examples(self, problem: Problem, keys: Keys, labels: npt.NDArray[np.int64], first: int) -> FloatArray:
        axes, parts = problem.parts
        return self._seen(self.pictures(parts, keys, labels, first), axes)  # (B, N, I)

    def _seen(self, pictures: FloatArray, axes: Floats) -> FloatArray:
        seen: FloatArray = (((pictures - self._measured.mean) @ axes) * self._scale).astype(np.float32)  # (B, N, I)
        return seen


def orthonormal(vectors: Floats) -> Floats:
    """Vectors of length 1 at right angles, uniformly distributed if the I given are normal: (B, pixels, I), the same.

    QR with the signs that make the diagonal of R positive (Mezzadri 2007, "How to generate random matrices from the
    classical compact groups"), which makes it unique.
    """
    axes, upper = np.linalg.qr(vectors)  # (B, pixels, I), (B, I, I)
    signs = np.where(np.diagonal(upper, axis1=1, axis2=2) < 0.0, -1.0, 1.0)  # (B, I)
    turned: Floats = axes * signs[:, None, :]  # (B, pixels, I)
    return turned
