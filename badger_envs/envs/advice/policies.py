"""Handcrafted policies for Advice. Axis letters as in `badger_envs.core.task`; N kinds of sources."""

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.core.questions import RIGHT, SHOWN
from badger_envs.envs.advice.task import KINDS, Advice

Floats = npt.NDArray[np.float64]
UNDECIDED = 1e-9
"""Evidence that is no more is rounding."""
LEAST_WITHOUT_TRUTH = 4
"""Of fewer sources the others are too few to judge one by: a majority of 3 is worth .57, one that learned so .55."""


class Bayes:
    """Sees all advice and weighs each source by what is known of it: the reference.

    Without feedback a source is judged by what the others said, each weighed as it was known then.
    """

    def __init__(self, task: Advice) -> None:
        self._task = task
        self._rates = np.asarray(KINDS[task.kinds])  # (N,)
        self._learns = task.tells_truth or task.sources >= LEAST_WITHOUT_TRUTH

    def reset(self, batch: int) -> None:
        self._step = 0
        self._forget(batch)
        self._advice = np.zeros((batch, self._task.sources))  # (B, P) of the question that is asked
        self._answers = np.zeros((batch, self._task.sources), np.float32)  # (B, P)

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        ports = observation.reshape(len(observation), self._task.sources, -1)  # (B, P, F)
        question, talked = divmod(self._step, self._task.rounds + 1)
        if talked == 0:
            if question and self._learns:
                self._learn(ports[:, 0, RIGHT])
            if question % self._task.stretch == 0:
                self._forget(len(ports))
            self._advice = ports[:, :, SHOWN].astype(np.float64)  # (B, P)
            evidence = self.evidence(self._weighed())  # (B, P)
            self._answers = np.where(np.abs(evidence) > UNDECIDED, np.sign(evidence), 0.0).astype(np.float32)  # (B, P)
        self._step += 1
        return self._answers

    def evidence(self, weighed: Floats) -> Floats:
        """What every port answers the sign of, of the advice times the log odds that it is right, both (B, P)."""
        return np.repeat(weighed.sum(axis=1, keepdims=True), weighed.shape[1], axis=1)

    def _forget(self, batch: int) -> None:
        self._known = np.zeros((batch, self._task.sources, len(self._rates)))  # (B, P, N) log likelihoods of the kinds

    def _learn(self, truth: FloatArray) -> None:
        """Learn who was right, of the truth (B,), or of what the others said."""
        believed = np.repeat(truth.astype(np.float64)[:, None], self._task.sources, axis=1)  # (B, P) expected truth
        if not self._task.tells_truth:
            weighed = self._weighed()  # (B, P)
            believed = np.tanh((weighed.sum(axis=1, keepdims=True) - weighed) / 2.0)  # (B, P)
        right = (1.0 + self._advice * believed)[:, :, None] / 2.0  # (B, P, 1)
        self._known = self._known + np.log(self._rates * right + (1.0 - self._rates) * (1.0 - right))  # (B, P, N)

    def _weighed(self) -> Floats:
        """The advice of each source times the log odds that it is right, (B, P)."""
        return self._advice * log_odds(trust(self._known, self._rates))


class Majority(Bayes):
    """Believes all alike: a local optimum with helpful sources, and chance where some lie."""

    def evidence(self, weighed: Floats) -> Floats:
        return np.repeat(self._advice.sum(axis=1, keepdims=True), weighed.shape[1], axis=1)


class OwnSource(Bayes):
    """Every port believes its own source, as far as it has learned to: what can be done without messages."""

    def evidence(self, weighed: Floats) -> Floats:
        return weighed


class MostTrusted(Bayes):
    """All believe the one source whose record says most."""

    def evidence(self, weighed: Floats) -> Floats:
        best = np.abs(weighed).argmax(axis=1)[:, None]  # (B, 1)
        return np.repeat(np.take_along_axis(weighed, best, axis=1), weighed.shape[1], axis=1)


def trust(known: Floats, rates: Floats) -> Floats:
    """The posterior mean of a reliability that is one of `rates` (N,), by their log likelihoods (..., N)."""
    weights = np.exp(known - known.max(axis=-1, keepdims=True))  # (..., N)
    mean: Floats = (weights * rates).sum(axis=-1) / weights.sum(axis=-1)  # (...)
    return mean


def log_odds(probability: Floats) -> Floats:
    """log(p / (1 - p)) of each probability."""
    odds: Floats = np.log(probability) - np.log1p(-probability)
    return odds
