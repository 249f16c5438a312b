"""Handcrafted policies for ranking. Axis letters as in `badger_envs.core.task`; I items.

Nothing new is shown after the first step, so all answer then and repeat it.
"""

from abc import abstractmethod

import numpy as np

from badger_envs.core.arrays import FloatArray
from badger_envs.envs.ranking.agreement import OWN_WEIGHTS, mean_agreement, vote_factor_and_explained
from badger_envs.envs.ranking.beliefs import (
    Floats,
    expected_positions,
    expected_positions_by_opinions,
    posterior,
)
from badger_envs.envs.ranking.task import SHOWN, Ranking


class _Group:
    """Sees all opinions, and gives every port the same answer."""

    def __init__(self, task: Ranking) -> None:
        self._task = task

    def reset(self, batch: int) -> None:
        self._answer: FloatArray | None = None

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        if self._answer is None:
            ports = observation.reshape(len(observation), self._task.members, -1).astype(np.float64)  # (B, P, F)
            opinions, known = ports[:, :, : self._task.items] / SHOWN, ports[:, :, self._task.items : -2]  # 2x(B, P, I)
            positions = self.positions(opinions, known)  # (B, I) or (B, P, I)
            if positions.ndim == 2:
                positions = np.repeat(positions[:, None], self._task.members, axis=1)  # (B, P, I)
            self._answer = positions.reshape(len(observation), -1).astype(np.float32)  # (B, P I)
        return self._answer

    @abstractmethod
    def positions(self, opinions: Floats, known: Floats) -> Floats:
        """Answers for the group (B, I), or for each port (B, P, I), of opinions and who knows what, (B, P, I)."""


class Bayes(_Group):
    """Expects the right positions by all opinions: the reference."""

    def positions(self, opinions: Floats, known: Floats) -> Floats:
        if self._task.confidence:
            return expected_positions(*posterior(opinions, known, self._task.shared))
        return expected_positions_by_opinions(self._task, opinions)


class Alone(Bayes):
    """Every port expects the right positions by its own opinions: what can be done without messages."""

    def positions(self, opinions: Floats, known: Floats) -> Floats:
        own = [array.reshape(-1, 1, array.shape[2]) for array in (opinions, known)]  # 2 x (B P, 1, I)
        return super().positions(*own).reshape(opinions.shape)  # (B, P, I)


class Vote(_Group):
    """The mean of the ranks that members would give alone, the count of Borda (1781), shrunk: a local optimum."""

    def positions(self, opinions: Floats, known: Floats) -> Floats:
        factor, _ = vote_factor_and_explained(self._task)
        return np.asarray(factor * ranks(opinions).mean(axis=1))


class MeanOpinion(_Group):
    """Ranks by the mean of all opinions, shrunk: a local optimum."""

    weights = (1.0, 1.0)
    """Of opinions about what a member knows, and of guesses."""

    def positions(self, opinions: Floats, known: Floats) -> Floats:
        if_known, if_guessed = self.weights
        weighted = opinions * (if_guessed + (if_known - if_guessed) * known)  # (B, P, I)
        return mean_agreement(self._task, self.weights, self._task.members) * ranks(weighted.mean(axis=1))


class MeanBelief(MeanOpinion):
    """Ranks by the mean of what each member expects by its own opinions, shrunk: a local optimum.

    Where nobody is shown what is known it is the mean of opinions.
    """

    def __init__(self, task: Ranking) -> None:
        super().__init__(task)
        self.weights = OWN_WEIGHTS if task.confidence else MeanOpinion.weights


def ranks(values: Floats) -> Floats:
    """Positions from -1 for the smallest of the values (..., I) to 1 for the largest, (..., I)."""
    places = values.argsort(axis=-1, kind="stable").argsort(axis=-1)  # (..., I)
    return np.asarray(places * (2.0 / (values.shape[-1] - 1)) - 1.0)
