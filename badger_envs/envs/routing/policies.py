"""Handcrafted policies for routing along a permutation. Axis letters as in `badger_envs.core.task`.

There is no rule here that ports run for themselves: inputs are fresh at every step and a message takes a step, so what
an input sends about itself always comes too late.
"""

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.envs.routing.returns import PROBE, sign_groups, sign_probes
from badger_envs.envs.routing.task import FEEDBACK, INPUT, Routing

Float64Array = npt.NDArray[np.float64]


class Mean:
    """Gives all outputs the mean of the inputs: all that can be done without knowing the permutation."""

    def __init__(self, task: Routing) -> None:
        self._task = task

    def reset(self, batch: int) -> None:
        pass

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        inputs = observation.reshape(len(observation), self._task.ports, -1)[:, :, INPUT]  # (B, P)
        return np.repeat(inputs.mean(axis=1, keepdims=True), self._task.ports, axis=1)  # (B, P)


class Elimination:
    """Answers with the mean of the inputs that an output can still belong to, and strikes out those it cannot.

    From the reward alone, outputs are moved by probes p off their answers a. The error tells sum (a + p - w)^2, where
    the squares of the wanted w sum to those of the inputs. Outputs that share their candidates want just these in
    some order, so sum a w = sum a^2. What remains is sum p w, and the probes are such that it tells each w.
    """

    def __init__(self, task: Routing) -> None:
        self._task = task
        if task.values == "binary":
            self._groups, self._sizes = sign_groups(task.ports), sign_probes(task.ports)  # (P,)
        else:
            self._groups, self._sizes = np.arange(task.ports), np.full(task.ports, PROBE)  # (P,) one after the other
        self._step = 0

    def reset(self, batch: int) -> None:
        self._step = 0
        self._candidates = np.ones((batch, self._task.ports, self._task.ports), np.bool_)  # (B, outputs, inputs)

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        ports = observation.reshape(len(observation), self._task.ports, -1)  # (B, P, F)
        known = self._step % self._task.stretch  # steps that this permutation was seen for
        if known == 0:
            self._candidates[:] = True  # and the feedback, if any, speaks of another permutation
        elif self._task.feedback == "supervised":
            self._strike_out(ports[:, :, FEEDBACK])
        else:
            self._learn_from_error(ports[:, 0, FEEDBACK].astype(np.float64))
        self._inputs = ports[:, :, INPUT]  # (B, P)
        counts = self._candidates.sum(axis=2)  # (B, P)
        answer = (self._candidates @ self._inputs[:, :, None].astype(np.float64))[:, :, 0] / counts  # (B, P)
        self._answer, self._probes = answer, np.zeros_like(answer)
        self._step += 1
        goes_on = known + 1 < self._task.stretch and self._step < self._task.horizon
        if goes_on and self._task.feedback == "reward":
            self._probe(known, counts)
        output: FloatArray = np.clip(self._answer + self._probes, -1.0, 1.0).astype(np.float32)  # (B, P)
        self._output = output.astype(np.float64)
        return output

    def _probe(self, known: int, counts: npt.NDArray[np.int64]) -> None:
        """Move the outputs of a group that are not sure what is wanted, towards 0 and so never out of [-1, 1]."""
        groups = self._groups[-1] + 1
        if self._task.values == "continuous":
            unsure, turn = counts > 1, self._groups == known  # (B, P), (P,)
        else:
            unsure, turn = np.abs(self._answer) < 1.0, self._groups == known % groups  # (B, P), (P,)
            if groups > 1:  # candidates are not shared beyond the group, so only answers that are sure or 0 sum up
                self._answer = np.where(unsure, 0.0, self._answer)
        self._probes = np.where(unsure & turn, np.where(self._answer > 0.0, -self._sizes, self._sizes), 0.0)  # (B, P)

    def _learn_from_error(self, error: Float64Array) -> None:
        squares = error * (self._task.ports / self._task.error_scale)  # (B,) sum (y - w)^2
        own = (self._output**2).sum(axis=1) + (self._inputs.astype(np.float64) ** 2).sum(axis=1)  # (B,)
        revealed = (own - squares) / 2.0 - (self._answer**2).sum(axis=1)  # (B,) sum p w
        if self._task.values == "continuous":
            self._find_one(revealed)
            return
        # A sign is either that of its probe or the opposite: a binary number of steps of twice the smallest probe.
        sizes = np.abs(self._probes)  # (B, P)
        whole = np.rint((revealed + sizes.sum(axis=1)) / (2.0 * self._sizes[0])).astype(np.int64)  # (B,)
        alike = (whole[:, None] // np.rint(self._sizes / self._sizes[0]).astype(np.int64)) % 2  # (B, P)
        signs = np.sign(self._probes) * (2 * alike - 1)  # (B, P) 0 where nothing was moved
        self._strike_out(signs.astype(np.float32), sizes > 0.0)

    def _find_one(self, revealed: Float64Array) -> None:
        """Give the output that was moved the one of its candidates that is nearest to what it wants."""
        rows, moved = np.nonzero(self._probes)  # (R,) one output in each episode that is not done yet
        if not len(rows):
            return
        wanted = revealed[rows] / self._probes[rows, moved]  # (R,)
        distance = np.abs(self._inputs[rows] - wanted[:, None])  # (R, P)
        found = np.where(self._candidates[rows, moved], distance, np.inf).argmin(axis=1)  # (R,)
        self._candidates[rows, :, found] = False
        self._candidates[rows, moved] = False
        self._candidates[rows, moved, found] = True

    def _strike_out(self, wanted: FloatArray, where: npt.NDArray[np.bool_] | None = None) -> None:
        agrees = wanted[:, :, None] == self._inputs[:, None, :]  # (B, outputs, inputs)
        self._candidates &= agrees if where is None else agrees | ~where[:, :, None]
