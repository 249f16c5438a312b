"""Handcrafted policies for the bandit. Axis letters as in `badger_envs.core.task`."""

import numpy as np

from badger_envs.core.arrays import FloatArray
from badger_envs.envs.optimisation.arms import LOST
from badger_envs.envs.optimisation.lines import Floats
from badger_envs.envs.optimisation.task import ERROR, NOT_HEARD, Optimisation

BOLDNESS = 1.2
"""Standard deviations of an arm's posterior that are added to its mean while all of the life is left."""

PATIENCE, SHORTEST = 30, 8
"""Where rent is paid: steps that must be left to pay it for half of what an unknown arm may be worth, and the shortest
life in which it is paid at all."""


class Index:
    """Pulls the arm whose index is highest, and no other port bids: the reference.

    The index is the posterior mean of what the arm pays and a bonus for what is not known of it yet, which shrinks with
    the life that is left to use it in. With a rent, nobody bids where no arm is worth more than that costs.
    """

    boldness = BOLDNESS

    def __init__(self, task: Optimisation) -> None:
        self._task = task

    def reset(self, batch: int) -> None:
        self._step = 0
        self._hits, self._misses = np.zeros((2, batch, self._task.dims))  # 2 x (B, P)
        self._pulled = np.zeros((batch, self._task.dims), bool)  # (B, P)

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        heard = observation.reshape(len(observation), self._task.dims, -1)[:, :, ERROR]  # (B, P)
        if self._task.feedback == "winner":
            self._pulled = (heard > NOT_HEARD) & (self._step > 0)  # (B, P) every port knows of itself
        else:
            heard = heard[:, :1]  # (B, 1)
        hit = heard < (LOST + self._task.rent) / 2.0  # (B, P) or (B, 1)
        self._hits, self._misses = self._hits + (self._pulled & hit), self._misses + (self._pulled & ~hit)  # 2 x (B, P)
        output = self.bids(self.index())  # (B, P)
        self._pulled = np.arange(self._task.dims) == output.argmax(axis=1)[:, None]  # (B, P)
        if self._task.rent:
            self._pulled &= output > 0.0
        self._step += 1
        return output.astype(np.float32)

    def index(self, patience: float = 1.0) -> Floats:
        """Of every arm, by its own record, (B, P)."""
        hits, misses = self._hits + 1.0, self._misses + 1.0  # 2 x (B, P)
        pulls = hits + misses  # (B, P)
        deviation = np.sqrt(hits * misses / (pulls**2 * (pulls + 1.0)))  # (B, P)
        boldness = self.boldness * np.sqrt(patience * self._left / self._task.horizon)
        index: Floats = hits / pulls + boldness * deviation  # (B, P)
        return index

    def bids(self, index: Floats) -> Floats:
        """What the ports put out, (B, P), by their indices (B, P)."""
        best = np.arange(index.shape[1]) == index.argmax(axis=1)[:, None]  # (B, P)
        if self._task.rent:
            best &= self.index(self._left / (self._left + PATIENCE)) > 0.5 + self._task.rent / (2.0 * self._task.dims)
            best &= self._task.horizon >= SHORTEST
        return np.where(best, 1.0, -1.0)  # (B, P)

    @property
    def _left(self) -> int:
        return self._task.horizon - self._step


class Greedy(Index):
    """Pulls the arm that has paid best: a local optimum."""

    boldness = 0.0


class AllBid(Index):
    """Every port bids its own index, of its own record alone: no messages. With a rent, that is paid by all."""

    def bids(self, index: Floats) -> Floats:
        return np.clip(index / 2.0, 0.0, 1.0)  # (B, P)


class Threshold(Index):
    """Every port bids its own index where that is high enough: the best of these without messages, with a rent."""

    threshold = 0.8

    def bids(self, index: Floats) -> Floats:
        return np.where(index > self.threshold, index / 2.0, -1.0)  # (B, P)
