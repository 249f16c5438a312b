"""Handcrafted policies for Stream.

Axis letters as in `badger_envs.core.task`; C classes, I numbers of an example, L learners.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.envs.stream.schedule import CLASSES_OF_A_BLOCK
from badger_envs.envs.stream.sources.source import Spread
from badger_envs.envs.stream.task import Stream

Floats = npt.NDArray[np.float64]


class Bayes:
    """Pools what all learners are told and answers the probabilities of the classes: the reference.

    It holds prototypes and examples for normal, alike in all directions, with the spread that their source says.
    """

    def __init__(self, task: Stream) -> None:
        self._task = task

    def reset(self, batch: int) -> None:
        shape = (batch, self._task.schedule.learners, self._task.classes)
        self._step = 0
        self._sums = np.zeros((*shape, self._task.inputs))  # (B, L, C, I) of the examples of each class
        self._counts = np.zeros(shape)  # (B, L, C)
        self._before = np.zeros((*shape[:2], self._task.inputs))  # (B, L, I) the example of the step before

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        ports = observation.reshape(len(observation), self._task.ports, -1)  # (B, P, F)
        examples, told = self._task.dealt.read(ports, self._task.classes)  # (B, L, I), (B, L, C)
        self._sums += told[..., None] * self._before[:, :, None]  # (B, L, C, I)
        self._counts += told  # (B, L, C)
        self._before = examples.astype(np.float64)  # (B, L, I)
        sums, counts = self.known(self._sums), self.known(self._counts)  # (B, L, C, I), (B, L, C)
        logits = log_densities(self._before, sums, counts, self._task.source.spread)  # (B, L, C)
        logits[..., ~self.possible()] = -np.inf
        self._step += 1
        return self._task.dealt.write(ports, softmax(logits)).reshape(len(ports), -1)  # (B, P * A)

    def known(self, told: Floats) -> Floats:
        """What each learner goes by, of what each was told, both (B, L, ...)."""
        return np.broadcast_to(told.sum(axis=1, keepdims=True), told.shape)

    def possible(self) -> npt.NDArray[np.bool_]:
        """The classes that are answered at all, (C,)."""
        return np.ones(self._task.classes, np.bool_)


class Alone(Bayes):
    """Every learner goes by what it is told itself: what can be had without messages. Parts of one know nothing."""

    def known(self, told: Floats) -> Floats:
        return told if self._task.dealt.whole else np.zeros_like(told)


class Recency(Bayes):
    """Answers but the classes of the last block: a local optimum, and worse than blind once all are asked for."""

    def possible(self) -> npt.NDArray[np.bool_]:
        plan = self._task.schedule
        block = plan.block(min(self._step, plan.examples - 1))
        last: npt.NDArray[np.bool_] = np.arange(self._task.classes) // CLASSES_OF_A_BLOCK == block  # (C,)
        return last


class Uniform:
    """Always answers that all classes are equally likely: the best policy that sees nothing."""

    def __init__(self, task: Stream) -> None:
        self._width, self._answer = task.ports * task.port_actions, np.float32(1.0 / task.classes)

    def reset(self, batch: int) -> None:
        pass

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        return np.full((len(observation), self._width), self._answer, np.float32)  # (B, P * A)


def log_densities(examples: Floats, sums: Any, counts: Any, spread: Spread) -> Floats:
    """How likely examples are in each class, up to a constant: (..., I), (..., C, I) and (..., C) to (..., C).

    With prototypes N(0, b) and examples N(prototype, w), the next example of a class with n examples of sum s is
    N(s b / (n b + w), w + b w / (n b + w)), the conjugate prior's (Murphy 2007, "Conjugate Bayesian analysis of the
    Gaussian distribution", section 2).
    """
    between, within = spread
    certain = counts * between + within  # (..., C)
    variance = within + between * within / certain  # (..., C)
    off = examples[..., None, :] - sums * (between / certain)[..., None]  # (..., C, I)
    density: Floats = -0.5 * (off * off).sum(axis=-1) / variance - 0.5 * examples.shape[-1] * np.log(variance)
    return density  # (..., C)


def softmax(logits: Floats) -> Floats:
    """Probabilities in proportion to exp(logits), over the last axis."""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return probabilities
