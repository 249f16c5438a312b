"""Split: one learner, whose every input and every output is a port. Axis letters as in `layout`.

The experiment of VSML (Kirsch, Schmidhuber 2021): what learns by messages alone runs with any number of inputs and
outputs.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from array_api_compat import device as device_of

from badger_envs.core.arrays import Array, BoolArray, Bounds, FloatArray, namespace
from badger_envs.envs.stream.layouts.layout import Layout

NUMBER, TOLD, IS_INPUT = range(3)
"""Places in what a port shows: its number of the example, whether its class is told, and 1 for an input, -1 for an
output."""
FEATURES = 5


class Split(Layout):
    """An input shows a number of the example; an output whether its class is told, and takes how probable it is.

    The order of the ports is new in each lifetime.
    """

    whole = False

    def ports(self, learners: int, classes: int, inputs: int) -> int:
        return inputs + classes

    def bounds(self, limit: float, classes: int, inputs: int) -> Bounds:
        low, high = np.zeros(FEATURES, np.float32), np.ones(FEATURES, np.float32)  # (F,), (F,)
        low[[NUMBER, IS_INPUT]], high[NUMBER] = (-limit, -1.0), limit
        return Bounds(low, high)

    def actions(self, classes: int) -> int:
        return 1

    def numbers(self, classes: int, inputs: int) -> int:
        return inputs + classes

    def max_degree(self, ports: int, inputs: int) -> int | None:
        return inputs

    def neighbours(self, observation: Array, inputs: int) -> Array:
        xp = namespace(observation)
        kind = observation[:, :, IS_INPUT]  # (B, P)
        first = xp.astype(xp.argsort(-kind, axis=1, stable=True)[:, None, :inputs], xp.int32)  # (B, 1, D) the inputs
        return xp.where(kind[:, :, None] < 0.0, first, xp.asarray(-1, dtype=xp.int32, device=device_of(first)))

    def deal(
        self, drawn: FloatArray, examples: FloatArray, told: FloatArray, scored: BoolArray, left: FloatArray
    ) -> FloatArray:
        inputs, classes = examples.shape[3], told.shape[3]
        shown = np.zeros((*examples.shape[:2], inputs + classes, FEATURES), np.float32)  # (B, S, P, F)
        shown[:, :, :inputs, NUMBER], shown[:, :, inputs:, TOLD] = examples[:, :, 0], told[:, :, 0]
        shown[..., IS_INPUT] = np.where(np.arange(inputs + classes) < inputs, 1.0, -1.0)  # (P,)
        shown[:, :, inputs:, self.counts], shown[..., self.left] = scored, left
        return np.take_along_axis(shown, _order(drawn)[:, None, :, None], axis=2)  # (B, S, P, F)

    def right_answers(self, drawn: FloatArray, truth: FloatArray) -> FloatArray:
        inputs = drawn.shape[1] - truth.shape[3]
        right = np.pad(truth[:, :, 0], ((0, 0), (0, 0), (inputs, 0)))  # (B, S, P)
        return np.take_along_axis(right, _order(drawn)[:, None], axis=2)[..., None]  # (B, S, P, A)

    def hits(self, answers: Array, right: Array, scored: Array) -> Array:
        xp, outside = namespace(answers), -2.0
        said = xp.where(scored > 0.0, answers[:, :, 0], xp.full_like(scored, outside))  # (B, P)
        best = xp.astype(said >= xp.max(said, axis=1, keepdims=True), said.dtype) * scored  # (B, P)
        count = xp.sum(best, axis=1)  # (B,) several are largest, or none counts
        return xp.sum(best * right[:, :, 0], axis=1) / xp.where(count > 0.0, count, xp.ones_like(count))  # (B,)

    def read(self, observation: FloatArray, classes: int) -> tuple[FloatArray, FloatArray]:
        inputs = observation.shape[1] - classes
        order = _inputs_first(observation)  # (B, P)
        numbers = np.take_along_axis(observation[:, :, NUMBER], order, axis=1)  # (B, P)
        told = np.take_along_axis(observation[:, :, TOLD], order, axis=1)  # (B, P)
        return numbers[:, None, :inputs], told[:, None, inputs:]

    def write(self, observation: FloatArray, answers: Any) -> FloatArray:
        actions, outputs = np.zeros(observation.shape[:2], np.float32), answers.shape[2]  # (B, P)
        places = _inputs_first(observation)[:, -outputs:]  # (B, C)
        np.put_along_axis(actions, places, answers[:, 0].astype(np.float32), axis=1)
        return actions[..., None]  # (B, P, A)

    def by_learner(self, observation: FloatArray, actions: FloatArray) -> FloatArray:
        outputs = int((observation[0, :, IS_INPUT] < 0.0).sum())
        places = _inputs_first(observation)[:, -outputs:]  # (B, C)
        numbers: FloatArray = np.take_along_axis(actions[:, :, 0], places, axis=1)[:, None]  # (B, L, C)
        return numbers


def _order(drawn: FloatArray) -> npt.NDArray[np.int64]:
    """Which input, or which output behind them, each port is, by uniform numbers (B, P): (B, P)."""
    return drawn.argsort(axis=1, kind="stable")


def _inputs_first(observation: FloatArray) -> npt.NDArray[np.int64]:
    """The ports, inputs before outputs and both as they come, (B, P)."""
    return (observation[:, :, IS_INPUT] < 0.0).argsort(axis=1, kind="stable")
