"""What a policy is, and the one that every task has.

Axis letters as in `badger_envs.core.task`.
"""

from typing import Any, Protocol

import numpy as np

from badger_envs.core.arrays import FloatArray
from badger_envs.core.task import Task


class Policy(Protocol):
    """What the evaluator runs: anything with these two methods."""

    def reset(self, batch: int) -> None:
        """Begin `batch` new lifetimes; forget the old ones."""

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        """The actions (B, P * A) for observations (B, P * F) and the rewards (B,) of the previous actions."""


class Blind:
    """Always outputs 0: the best policy that does not listen, hence chance."""

    def __init__(self, task: Task[Any]) -> None:
        self._width = task.ports * task.port_actions

    def reset(self, batch: int) -> None:
        pass

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        return np.zeros((len(observation), self._width), np.float32)  # (B, P * A)
