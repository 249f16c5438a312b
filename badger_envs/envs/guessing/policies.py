"""Handcrafted policies for the guessing game. Axis letters as in `badger_envs.core.task`."""

from typing import Any

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.envs.guessing.returns import NUDGE, probe_size
from badger_envs.envs.guessing.task import ERROR, ERROR_SCALE, TARGET, Guessing


class _GuessingPolicy:
    """Reads the ports of the guessing game."""

    def __init__(self, task: Guessing) -> None:
        self._task = task
        self._step = 0

    def reset(self, batch: int) -> None:
        self._step = 0

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        ports = observation.reshape(len(observation), self._task.ports, self._task.port_features)  # (B, P, F)
        # Errors and their differences are worked out in double precision: a difference of large errors can be small.
        squares = ports[:, 0, ERROR].astype(np.float64) * (self._task.dims / ERROR_SCALE)  # (B,) sum over dimensions
        may_probe = self._step + 1 < self._task.horizon
        action = self._choose(squares, may_probe, ports)
        self._step += 1
        clipped: FloatArray = np.clip(action, -1.0, 1.0).astype(np.float32)  # (B, P)
        return clipped

    def _choose(self, squares: npt.NDArray[np.float64], may_probe: bool, ports: FloatArray) -> npt.NDArray[Any]:
        raise NotImplementedError


class AllEqual(_GuessingPolicy):
    """Gives all outputs the mean of the targets, from one probe of all outputs together: the first local optimum."""

    def _choose(self, squares: npt.NDArray[np.float64], may_probe: bool, ports: FloatArray) -> npt.NDArray[Any]:
        dims = self._task.dims
        if self._step == 0:
            self._at_zero = squares
            return np.full((len(squares), dims), NUDGE if may_probe else 0.0)
        if self._step == 1:
            # sum (n - t)^2 - sum t^2 = d n^2 - 2 n sum t
            self._mean = (dims * NUDGE**2 - (squares - self._at_zero)) / (2.0 * NUDGE * dims)  # (B,)
        return np.repeat(self._mean[:, None], dims, axis=1)  # (B, P)


class Probe(_GuessingPolicy):
    """Moves one output at a time and keeps what it has found: exact once dims + 1 errors were seen.

    With outputs before i solved, those after i at 0 and output i at p, the sum of squares is (p - t_i)^2 plus that of
    the targets after i. What it was at p = 0 is known from the step before, so
    t_i = (p^2 - (squares - remaining)) / (2 p).
    """

    def reset(self, batch: int) -> None:
        super().reset(batch)
        self._found = np.zeros((batch, self._task.dims))  # (B, P)

    def _choose(self, squares: npt.NDArray[np.float64], may_probe: bool, ports: FloatArray) -> npt.NDArray[Any]:
        if self._task.identity:
            return ports[:, :, TARGET]  # (B, P)
        solved, probe = self._step - 1, probe_size(self._task)
        if self._step == 0:
            self._remaining = squares  # (B,) sum of squares of the targets not yet found
        elif solved < self._task.dims:
            target = (probe**2 - (squares - self._remaining)) / (2.0 * probe)  # (B,)
            self._found[:, solved] = target
            self._remaining = self._remaining - target**2
        action = self._found.copy()  # (B, P)
        if self._step < self._task.dims and may_probe:
            action[:, self._step] = probe
        return action
