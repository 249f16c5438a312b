"""Digits: scanned handwriting, 8 x 8 pixels; `digits.txt` says whose. Axis letters as in `source`."""

import hashlib
import io
import zipfile
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.core.episode_sets import is_for_training
from badger_envs.core.episodes import Keys, uniform
from badger_envs.envs.stream.sources.images import PIXELS, Images, Statistics

FILE = "digits.npz"
SHA_256 = "af104d81e7cd419be5f343d23c6ca2e4e4ff847b06636260802df8e903c6183f"
COUNT, DIGITS, WHITE = 1797, 10, 16
"""Images, kinds, and the highest grey level."""
FOR_TRAINING = 1400
"""The first so many are shown in episodes for training and validation, the others in all else: they are by others."""


class Digits(NamedTuple):
    """Images of training (0) and of testing (1), sorted by the digit."""

    images: FloatArray  # (images, pixels) in [0, 1]
    first: npt.NDArray[np.int64]  # (2, digits) where those of a digit begin
    counts: npt.NDArray[np.int64]  # (2, digits) how many there are
    mean: FloatArray  # (2, digits, pixels)


class HandwrittenDigits(Images):
    """Which digits, and which label each has, are drawn for each lifetime."""

    most_classes = DIGITS

    def statistics(self) -> Statistics:
        known = digits()
        images = known.images[:FOR_TRAINING].astype(np.float64)  # (images, pixels)
        means = known.mean[0].astype(np.float64)  # (digits, pixels)
        within = (images - means.repeat(known.counts[0], axis=0)).var(axis=0).mean()
        return Statistics(images.mean(axis=0), float(means.var(axis=0).mean()), float(within))

    def class_numbers(self, classes: int) -> int:
        return DIGITS

    def example_numbers(self, inputs: int) -> int:
        return 1

    def draw_classes(self, keys: Keys, classes: int) -> tuple[FloatArray, Any]:
        chosen = uniform(keys, DIGITS).argsort(axis=1, kind="stable")[:, :classes]  # (B, C)
        part = np.where(is_for_training(keys), 0, 1)[:, None]  # (B, 1)
        return digits().mean[part, chosen], (part, chosen)

    def pictures(self, parts: Any, keys: Keys, labels: npt.NDArray[np.int64], first: int) -> FloatArray:
        (part, chosen), known = parts, digits()
        digit = np.take_along_axis(chosen, labels, axis=1)  # (B, N)
        drawn = uniform(keys, labels.shape[1], first=first)  # (B, N)
        number = np.floor(drawn * known.counts[part, digit].astype(np.float32)).astype(np.int64)  # (B, N)
        pictures: FloatArray = known.images[known.first[part, digit] + number]  # (B, N, pixels)
        return pictures


@cache
def digits() -> Digits:
    """The digits of the package.

    Raises:
        ValueError: The file is not the one that came with the package.
    """
    held = files("badger_envs.envs.stream.sources").joinpath(FILE).read_bytes()
    if hashlib.sha256(held).hexdigest() != SHA_256:
        raise ValueError(f"{FILE} must be the file that the package came with, got another one; install it again")
    images, labels = read(held)  # (images, pixels), (images,)
    for_testing = np.arange(COUNT) >= FOR_TRAINING  # (images,)
    order = np.lexsort((labels, for_testing))  # (images,)
    count = np.asarray([np.bincount(labels[for_testing == part], minlength=DIGITS) for part in (False, True)])
    first = (count.reshape(-1).cumsum() - count.reshape(-1)).reshape(count.shape)  # (2, digits)
    sorted_images = images[order].astype(np.float32) / np.float32(WHITE)  # (images, pixels)
    means = [
        sorted_images[begin : begin + some].mean(axis=0) for begin, some in zip(first.flat, count.flat, strict=True)
    ]
    return Digits(sorted_images, first, count, np.asarray(means).reshape(2, DIGITS, PIXELS))


def read(held: bytes) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Images (images, pixels) and digits (images,) of a file's bytes, which can hold nothing but numbers.

    Raises:
        ValueError: It holds something else.
    """
    arrays = []
    with zipfile.ZipFile(io.BytesIO(held)) as archive:
        for name, shape, highest in (("images", (COUNT, PIXELS), WHITE), ("labels", (COUNT,), DIGITS - 1)):
            array = np.lib.format.read_array(io.BytesIO(archive.read(f"{name}.npy")))  # refuses pickled objects
            if array.dtype != np.uint8 or array.shape != shape or array.max() > highest:
                raise ValueError(f"{name} must be uint8 {shape} up to {highest}, got {array.dtype} {array.shape}")
            arrays.append(array)
    return arrays[0], arrays[1]
