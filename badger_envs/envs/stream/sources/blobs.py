"""Blobs: normal prototypes, and examples scattered around them as widely as prototypes are."""

from typing import Any

import numpy as np

from badger_envs.core.arrays import FloatArray
from badger_envs.core.episodes import LARGEST_NORMAL, Keys, normal
from badger_envs.envs.stream.sources.source import Problem, Source, Spread

SHRINK = np.float32(1.0 / 3.0)
"""Of all numbers, so that most lie in [-1, 1]."""


class Blobs(Source):
    """Prototypes N(0, 1) in each number, examples N(prototype, 1), all shown as a third of that."""

    exact = True

    @property
    def spread(self) -> Spread:
        return Spread(between=1.0 / 9.0, within=1.0 / 9.0)

    @property
    def limit(self) -> float:
        return 2.0 * LARGEST_NORMAL / 3.0

    def numbers(self, classes: int, inputs: int) -> int:
        return 2 * classes * inputs

    def example_numbers(self, inputs: int) -> int:
        return 2 * inputs

    def problem(self, keys: Keys, classes: int, inputs: int) -> Problem:
        prototypes = SHRINK * normal(keys, classes * inputs).reshape(len(keys), classes, inputs)  # (B, C, I)
        return Problem(prototypes, None)

    def examples(self, problem: Problem, keys: Keys, labels: Any, first: int) -> FloatArray:
        (batch, count), inputs = labels.shape, problem.prototypes.shape[2]
        scatter = normal(keys, count * inputs, first=first).reshape(batch, count, inputs)  # (B, N, I)
        prototypes = problem.prototypes[np.arange(batch)[:, None], labels]  # (B, N, I)
        shown: FloatArray = prototypes + SHRINK * scatter  # (B, N, I)
        return shown
