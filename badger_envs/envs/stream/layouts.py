"""How a lifetime of Stream is dealt out to ports: exchangeable parts, by name.

Axis letters as in `badger_envs.core.task`; C classes, I numbers of an example, L learners, S steps and one behind.
"""

from abc import ABC, abstractmethod
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from badger_envs.core.arrays import Array, BoolArray, Bounds, FloatArray, namespace


class Layout(ABC):
    """Says what ports show and what they should answer, of what learners are shown, and the other way round.

    The last two numbers that a port shows are whether its answer counts now, and the fraction of the lifetime left.
    """

    counts, left = -2, -1
    """Their places."""

    @abstractmethod
    def ports(self, learners: int, classes: int, inputs: int) -> int:
        """Number of ports (P)."""

    @abstractmethod
    def bounds(self, limit: float, classes: int, inputs: int) -> Bounds:
        """Ends of what a port shows, each (F,), where no number of an example is further than `limit` from 0."""

    @abstractmethod
    def actions(self, classes: int) -> int:
        """Numbers a port takes (A)."""

    @abstractmethod
    def numbers(self, classes: int, inputs: int) -> int:
        """How many numbers of an episode's stream a layout is made of."""

    @abstractmethod
    def deal(
        self, drawn: FloatArray, examples: FloatArray, told: FloatArray, scored: BoolArray, left: FloatArray
    ) -> FloatArray:
        """What ports show in each step.

        Args:
            drawn: uniform numbers that the layout is made of, (B, numbers).
            examples: (B, S, L, I), 0 where none is shown.
            told: the classes that are told, as ones and zeros, (B, S, L, C).
            scored: whose answers count, (S, L).
            left: of the lifetime, (S, L) or (S, 1).

        Returns:
            float32 (B, S, P, F).
        """

    @abstractmethod
    def right_answers(self, drawn: FloatArray, truth: FloatArray) -> FloatArray:
        """The right answers (B, S, P, A), of the classes of the examples as ones and zeros (B, S, L, C)."""

    @abstractmethod
    def hits(self, answers: Array, right: Array, scored: Array) -> Array:
        """The fraction of learners that are scored whose largest number is the right one, (B,).

        Args:
            answers: (B, P, A).
            right: ones and zeros, (B, P, A).
            scored: ones and zeros, (B, P).
        """

    @abstractmethod
    def read(self, observation: FloatArray, classes: int) -> tuple[FloatArray, FloatArray]:
        """Examples (B, L, I) and classes told (B, L, C), of what ports show (B, P, F)."""

    @abstractmethod
    def write(self, observation: FloatArray, answers: Any) -> FloatArray:
        """Actions (B, P, A), of the answers of learners (B, L, C) and what ports show (B, P, F)."""

    @abstractmethod
    def by_learner(self, observation: FloatArray, actions: FloatArray) -> FloatArray:
        """The numbers per class (B, L, C) that actions (B, P, A) are; the other way round than `write`."""


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


LAYOUTS: dict[str, Layout] = {"shards": Shards()}
