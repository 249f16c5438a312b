"""The bandit: every port is an arm, the one with the largest output is pulled. Axis letters as in
`badger_envs.core.task`."""

import numpy as np
from array_api_compat import device

from badger_envs.core.arrays import Array, Bounds, FloatArray, namespace
from badger_envs.core.episodes import Keys, uniform
from badger_envs.envs.optimisation.landscapes import Landscape

LOST = 2.0
"""The error of a pull that pays nothing; one that pays errs 0. So one arm like another errs 1 in the mean."""


class Arms(Landscape):
    """Arms that pay with probabilities uniform in [0, 1), which they are made of. The error is that to be expected."""

    def count(self, dims: int) -> int:
        return dims

    def draw(self, keys: Keys, dims: int, first: int) -> tuple[FloatArray, int]:
        return uniform(keys, dims, first=first), first + dims

    def error(self, hidden: Array, output: Array) -> Array:
        xp = namespace(output)
        return LOST * (1.0 - xp.sum(hidden * xp.astype(pulled(output), hidden.dtype), axis=1))  # (B,)

    def best(self, hidden: FloatArray, dims: int) -> FloatArray:
        best: FloatArray = np.where(pulled(hidden), np.float32(1.0), np.float32(-1.0))  # (B, P)
        return best

    def bounds(self, dims: int) -> Bounds:
        return Bounds(np.zeros(dims, np.float32), np.ones(dims, np.float32))

    def max_error(self, dims: int) -> float:
        return LOST


def pulled(output: Array) -> Array:
    """The arm with the largest output, the first of them, bool (B, P)."""
    xp = namespace(output)
    largest = output >= xp.max(output, axis=1)[:, None]  # (B, P)
    numbers = xp.arange(output.shape[1], device=device(output))  # (P,)
    first = xp.min(xp.where(largest, numbers, output.shape[1]), axis=1)  # (B,)
    return numbers == first[:, None]  # (B, P)


def paid(expected: Array, luck: Array, output: Array, rent: float) -> Array:
    """The error (B,) of one pull, of what is expected of it and a number uniform in [0, 1), both (B,): large, it pays.

    With a rent, outputs above 0 are bids: the share of ports that bid costs the rent, and where nobody does, nothing is
    pulled and the error is 1.
    """
    xp = namespace(output)
    error = LOST * xp.astype(luck < expected / LOST, expected.dtype)  # (B,)
    if not rent:
        return error
    bids = xp.astype(output > 0.0, expected.dtype)  # (B, P)
    return xp.where(xp.max(bids, axis=1) > 0.0, error + rent * xp.mean(bids, axis=1), xp.ones_like(error))  # (B,)
