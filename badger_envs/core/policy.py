"""What a policy is, and the one that every task has.

Axis letters as in `badger_envs.core.task`.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from badger_envs.core.arrays import FloatArray, IntArray
from badger_envs.core.task import Task


class Policy(Protocol):
    """What the evaluator runs: anything with these two methods.

    A policy that also has the method `hear(neighbours)` is told before each action who is whose neighbour, int32
    (B, P, D), -1 in empty slots, as of `Task.neighbours`.
    """

    def reset(self, batch: int) -> None:
        """Begin `batch` new lifetimes; forget the old ones."""

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        """The actions (B, P * A) for observations (B, P * F) and the rewards (B,) of the previous actions."""


def tell(policy: Policy, neighbours: Callable[[], IntArray]) -> None:
    """Tell a policy who is whose neighbour now, if it wants to know; `neighbours` gives int32 (B, P, D)."""
    hear = getattr(policy, "hear", None)
    if hear is not None:
        hear(np.array(neighbours(), np.int32))


class Blind:
    """Always outputs 0: the best policy that does not listen, hence chance."""

    def __init__(self, task: Task[Any]) -> None:
        self._width = task.ports * task.port_actions

    def reset(self, batch: int) -> None:
        pass

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        return np.zeros((len(observation), self._width), np.float32)  # (B, P * A)
