"""What a layout is: how a lifetime of Stream is dealt out to ports.

Axis letters as in `badger_envs.core.task`; C classes, I numbers of an example, L learners, S steps and one behind.
"""

from abc import ABC, abstractmethod
from typing import Any

from badger_envs.core.arrays import Array, BoolArray, Bounds, FloatArray


class Layout(ABC):
    """Says what ports show and what they should answer, of what learners are shown, and the other way round.

    The last two numbers that a port shows are whether its answer counts now, and the fraction of the lifetime left.
    """

    counts, left = -2, -1
    """Their places."""
    whole = True
    """Whether a port sees all that a learner sees, so that it can learn without messages."""

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

    def max_degree(self, ports: int, inputs: int) -> int | None:
        """Most neighbours of a port (D), where not all are neighbours of all; None otherwise."""
        return None

    def neighbours(self, observation: Array, inputs: int) -> Array:
        """The neighbours of every port, int32 (B, P, D), of what ports show (B, P, F); where not all are."""
        raise NotImplementedError

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
