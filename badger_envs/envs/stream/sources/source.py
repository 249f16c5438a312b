"""What a source of examples offers to Stream.

Axis letters as in `badger_envs.core.task`; C classes, I numbers of an example, N examples of an episode.
"""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from badger_envs.core.arrays import FloatArray
from badger_envs.core.episodes import Keys


class Problem(NamedTuple):
    """What is hidden, the same for all learners and in all inner episodes of a lifetime."""

    prototypes: FloatArray
    """What is typical of each class, (B, C, I), in the units of examples."""
    parts: Any
    """What else the source makes examples of."""


class Spread(NamedTuple):
    """Of the numbers of examples: the reference takes both for normal and alike in all directions."""

    between: float
    """Variance of prototypes around 0."""
    within: float
    """Variance of examples around the prototype of their class."""


class Source(ABC):
    """Draws problems, and examples of their classes."""

    exact: bool = False
    """Whether `spread` says all there is to know, so that levels follow from it."""
    most_classes: int = 64
    most_inputs: int = 64

    @property
    @abstractmethod
    def spread(self) -> Spread:
        """How far classes are apart and examples scattered."""

    @property
    @abstractmethod
    def limit(self) -> float:
        """No number of an example, and none of a prototype, is further from 0."""

    @abstractmethod
    def numbers(self, classes: int, inputs: int) -> int:
        """How many numbers of an episode's stream a problem is made of."""

    @abstractmethod
    def example_numbers(self, inputs: int) -> int:
        """How many numbers of an episode's stream an example is made of."""

    @abstractmethod
    def problem(self, keys: Keys, classes: int, inputs: int) -> Problem:
        """The problems of these episodes (B,), of the first numbers of their streams."""

    @abstractmethod
    def examples(self, problem: Problem, keys: Keys, labels: Any, first: int) -> FloatArray:
        """Examples of these classes, int64 (B, N), made of the numbers from `first` on: float32 (B, N, I)."""
