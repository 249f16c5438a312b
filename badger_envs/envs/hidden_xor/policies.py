"""Handcrafted policies for hidden XOR. Axis letters as in `badger_envs.core.task`; Q questions in a lifetime."""

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.core.questions import RIGHT, SHOWN
from badger_envs.envs.hidden_xor.task import HiddenXOR


class Parity:
    """Sees all bits and knows which count, or finds it out: the reference.

    Which bits count solves linear equations over two elements, one for each question asked. They are kept in echelon
    form as whole numbers: equation j has its highest bit at j, and 0 stands for none yet.
    """

    def __init__(self, task: HiddenXOR) -> None:
        self._task = task

    def reset(self, batch: int) -> None:
        self._step = 0
        self._equations = np.zeros((batch, self._task.bits), np.int64)  # (B, P)
        self._odd = np.zeros((batch, self._task.bits), np.bool_)  # (B, P) right answers of the equations
        self._asked = np.zeros((batch, self._task.bits), np.float32)  # (B, P)

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        ports = observation.reshape(len(observation), self._task.bits, -1)  # (B, P, F)
        if self._step % (self._task.rounds + 1) == 0:
            if self._step:
                self._learn(ports[:, 0, RIGHT])
            self._asked = ports[:, :, SHOWN].copy()  # (B, P) seen once is enough, should they flash
        self._step += 1
        return np.repeat(self._answer()[:, None], self._task.bits, axis=1)  # (B, P)

    def _answer(self) -> FloatArray:
        """The right answer where it is known, 0 elsewhere, (B,)."""
        if not self._task.subset:
            product: FloatArray = self._asked.prod(axis=1)  # (B,)
            return product
        rest, odd = self._reduced()
        return np.where(rest == 0, np.where(odd, -1.0, 1.0), 0.0).astype(np.float32)

    def _learn(self, right: FloatArray) -> None:
        rest, odd = self._reduced()
        odd = odd ^ (right < 0.0)  # (B,) the right answer of what the known equations leave over
        for j in reversed(range(self._task.bits)):
            new = rest >> j == 1  # (B,) the highest bit is j
            self._equations[new, j], self._odd[new, j] = rest[new], odd[new]

    def _reduced(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """What is left of the question after taking away known equations, (B,), and the answer of those, (B,)."""
        rest = ((self._asked < 0.0) << np.arange(self._task.bits)).sum(axis=1)  # (B,)
        odd = np.zeros(len(rest), np.bool_)  # (B,)
        for j in reversed(range(self._task.bits)):
            use = (rest >> j & 1).astype(np.bool_) & (self._equations[:, j] != 0)  # (B,)
            rest = np.where(use, rest ^ self._equations[:, j], rest)  # (B,)
            odd = odd ^ (use & self._odd[:, j])  # (B,)
        return rest, odd


class AllButOnePattern(Parity):
    """Right for all patterns of bits but one (all of them 1): the local optimum where learners of parity stay."""

    def _answer(self) -> FloatArray:
        product: FloatArray = np.where(self._asked.min(axis=1) > 0.0, -1.0, self._asked.prod(axis=1))  # (B,)
        return product.astype(np.float32)
