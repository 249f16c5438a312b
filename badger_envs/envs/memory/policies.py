"""Handcrafted policies for Memory.

Axis letters as in `badger_envs.core.task`; N pairs of a cycle, S signs of a value.
"""

import numpy as np

from badger_envs.core.arrays import BoolArray, FloatArray
from badger_envs.envs.memory.lots import KEY_SIGNS
from badger_envs.envs.memory.task import FLAGS, KEY, VALUE, Memory


class Keepers:
    """Some ports keep each pair until they are lost; whoever of them is there tells the others what is asked for.

    Keys, values and who is there are taken from what the ports show.
    """

    def __init__(self, task: Memory) -> None:
        self._task = task

    def reset(self, batch: int) -> None:
        self._step = 0
        self._failed = np.zeros((batch, self._task.ports), np.bool_)  # (B, P) lost at any time before
        self._begin(batch)

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        ports = observation.reshape(len(observation), self._task.ports, -1)  # (B, P, F)
        at = self._step % (self._task.horizon // self._task.cycles)
        self._step += 1
        if at == 0:
            self._begin(len(ports))
        here: BoolArray = np.any(ports, axis=2)  # (B, P)
        self._failed |= ~here
        written, asked = ports[:, :, FLAGS][:, :, 0] > 0.0, ports[:, :, FLAGS][:, :, 1] > 0.0  # 2 x (B, P)
        if at < self._task.load:
            self._keys[:, at] = ports[:, :, KEY].sum(axis=1)  # (B, KEY_SIGNS)
            self._values[:, at] = ports[:, :, VALUE].sum(axis=1)  # (B, S)
            self._kept[:, at] = self.keepers(written, self._failed)  # (B, P)
        self._kept[~np.broadcast_to(here[:, None, :], self._kept.shape)] = False  # (B, N, P) who goes forgets
        key = np.take_along_axis(ports[:, :, KEY], asked.argmax(axis=1)[:, None, None], axis=1)  # (B, 1, KEY_SIGNS)
        agree: FloatArray = (self._keys * key).sum(axis=2) * np.any(asked, axis=1, keepdims=True)  # (B, N)
        found = self.matches(agree)  # (B, N)
        knows = np.any(self._kept & found[:, :, None], axis=1)  # (B, P)
        value = np.sign((self._values * found[:, :, None]).sum(axis=1))  # (B, S)
        answers: FloatArray = self.told(knows)[:, :, None] * value[:, None, :]  # (B, P, S)
        return answers.reshape(len(ports), -1)  # (B, P * S)

    def keepers(self, shown: BoolArray, failed: BoolArray) -> BoolArray:
        """Who keeps a pair, of who is shown it and who was lost before; all bool (B, P)."""
        return shown

    def told(self, knows: BoolArray) -> BoolArray:
        """Who answers, of who knows the answer; both bool (B, P)."""
        return np.repeat(knows.any(axis=1, keepdims=True), knows.shape[1], axis=1)

    def matches(self, agree: FloatArray) -> BoolArray:
        """Which pairs (B, N) are meant, by the signs of their keys that agree with what is asked for, less the rest."""
        return agree > KEY_SIGNS - 1

    def _begin(self, batch: int) -> None:
        pairs = self._task.load
        self._keys = np.zeros((batch, pairs, KEY_SIGNS), np.float32)  # (B, N, KEY_SIGNS)
        self._values = np.zeros((batch, pairs, self._task.signs), np.float32)  # (B, N, S)
        self._kept = np.zeros((batch, pairs, self._task.ports), np.bool_)  # (B, N, P)


class OneCopy(Keepers):
    """Whoever was shown a pair keeps it, and tells it when it is asked for."""


class NoMessages(Keepers):
    """Every port answers by what it was shown itself: what can be done without messages."""

    def told(self, knows: BoolArray) -> BoolArray:
        return knows


class TwoCopies(Keepers):
    """The port after the one that was shown a pair keeps it too."""

    def keepers(self, shown: BoolArray, failed: BoolArray) -> BoolArray:
        return shown | np.roll(shown, 1, axis=1)


class MovedCopy(Keepers):
    """One copy of each pair, kept by the next port that was never lost before: learns which ports are fragile."""

    def keepers(self, shown: BoolArray, failed: BoolArray) -> BoolArray:
        places = np.arange(self._task.ports)
        candidates = (shown.argmax(axis=1)[:, None] + places) % self._task.ports  # (B, P)
        sound = ~np.take_along_axis(failed, candidates, axis=1)  # (B, P)
        chosen = np.take_along_axis(candidates, sound.argmax(axis=1)[:, None], axis=1)  # (B, 1)
        return np.asarray(chosen == places)  # (B, P)


class TellAll(Keepers):
    """Everybody is told everything: the reference."""

    def keepers(self, shown: BoolArray, failed: BoolArray) -> BoolArray:
        return np.ones_like(shown)


class ValuesAlone(TellAll):
    """Everybody is told every value and heeds no key: the values are added up, and the sign of that is the answer."""

    def matches(self, agree: FloatArray) -> BoolArray:
        return np.ones(agree.shape, np.bool_)
