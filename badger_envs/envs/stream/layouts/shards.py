"""Shards: every port is a whole learner. Axis letters as in `layout`."""

from functools import reduce
from operator import add
from typing import Any

import numpy as np

from badger_envs.core.arrays import Array, BoolArray, Bounds, FloatArray, namespace
from badger_envs.envs.stream.layouts.layout import Layout


class Shards(Layout):
    """Every port is a whole learner: it shows an example and a class, and takes a number per class."""

    def ports(self, learners: int, classes: int, inputs: int) -> int:
        return learners

    def bounds(self, limit: float, classes: int, inputs: int) -> Bounds:
        low = np.repeat(np.asarray([-limit, 0.0], np.float32), [inputs, classes + 2])  # (F,)
        return Bounds(low, np.repeat(np.asarray([limit, 1.0], np.float32), [inputs, classes + 2]))

    def actions(self, classes: int) -> int:
        return classes

    def numbers(self, classes: int, inputs: int) -> int:
        return 0

    def deal(
        self, drawn: FloatArray, examples: FloatArray, told: FloatArray, scored: BoolArray, left: FloatArray
    ) -> FloatArray:
        inputs, classes = examples.shape[3], told.shape[3]
        shown = np.empty((*examples.shape[:3], inputs + classes + 2), np.float32)  # (B, S, P, F)
        shown[..., :inputs], shown[..., inputs:-2] = examples, told
        shown[..., self.counts], shown[..., self.left] = scored, left
        return shown

    def right_answers(self, drawn: FloatArray, truth: FloatArray) -> FloatArray:
        return truth

    def hits(self, answers: Array, right: Array, scored: Array) -> Array:
        xp = namespace(answers)
        # Entry by entry, since numpy is slow to reduce a last axis that is short.
        largest = reduce(xp.maximum, _entries(answers))  # (B, P)
        best = xp.astype(answers >= largest[:, :, None], answers.dtype)  # (B, P, A)
        found = reduce(add, _entries(best * right))  # (B, P)
        hit = found / reduce(add, _entries(best))  # (B, P) shared where several are largest
        count = xp.sum(scored, axis=1)  # (B,)
        return xp.sum(hit * scored, axis=1) / xp.where(count > 0.0, count, xp.ones_like(count))  # (B,)

    def read(self, observation: FloatArray, classes: int) -> tuple[FloatArray, FloatArray]:
        inputs = observation.shape[2] - classes - 2
        return observation[:, :, :inputs], observation[:, :, inputs:-2]

    def write(self, observation: FloatArray, answers: Any) -> FloatArray:
        written: FloatArray = np.asarray(answers, np.float32)
        return written

    def by_learner(self, observation: FloatArray, actions: FloatArray) -> FloatArray:
        return actions


def _entries(values: Array) -> list[Array]:
    """Each entry of the last axis: (B, P, A) to A times (B, P)."""
    return [values[:, :, entry] for entry in range(values.shape[2])]
