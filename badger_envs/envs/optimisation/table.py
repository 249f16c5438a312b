"""The table of landscapes by name, and the one that is any of the others.

Axis letters as in `badger_envs.core.task`; N numbers that a landscape is made of.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from badger_envs.core.arrays import Array, Bounds, FloatArray, namespace
from badger_envs.core.episodes import Keys, uniform
from badger_envs.envs.optimisation.arms import Arms
from badger_envs.envs.optimisation.landscapes import Ellipsoid, Landscape, Peaks, Separable

RIPPLE, RIPPLE_PERIOD = 0.15, 2.0 / 3.0
"""Height and distance of the ripples on a bowl."""


@dataclass(frozen=True)
class Mixed(Landscape):
    """One of several, equally likely. Made of the numbers of all, and a 1 at the one that it is, 0 at the others."""

    parts: tuple[Landscape, ...]

    def count(self, dims: int) -> int:
        return sum(part.count(dims) for part in self.parts) + len(self.parts)

    def draw(self, keys: Keys, dims: int, first: int) -> tuple[FloatArray, int]:
        kind = np.floor(uniform(keys, 1, first=first) * np.float32(len(self.parts)))  # (B, 1)
        drawn, place = [], first + 1
        for part in self.parts:
            numbers, place = part.draw(keys, dims, place)  # (B, N of this one)
            drawn.append(numbers)
        is_it = (kind == np.arange(len(self.parts))).astype(np.float32)  # (B, parts)
        return np.concatenate([*drawn, is_it], axis=1), place  # (B, N)

    def error(self, hidden: Array, output: Array) -> Array:
        errors, place = [], 0
        for part in self.parts:
            after = place + part.count(output.shape[1])
            errors.append(part.error(hidden[:, place:after], output))
            place = after
        xp = namespace(output)
        return xp.linalg.vecdot(xp.stack(errors, axis=1), hidden[:, place:])  # (B,)

    def best(self, hidden: FloatArray, dims: int) -> FloatArray:
        ends = np.cumsum([0, *(part.count(dims) for part in self.parts)])
        places = [part.best(hidden[:, end:], dims)[:, :dims] for part, end in zip(self.parts, ends[:-1], strict=True)]
        kind = hidden[:, ends[-1] :].argmax(axis=1)  # (B,)
        best: FloatArray = np.stack(places)[kind, np.arange(len(hidden))]  # (B, P)
        return best

    def bounds(self, dims: int) -> Bounds:
        zeros = np.zeros(len(self.parts), np.float32)  # (parts,)
        every = [*(part.bounds(dims) for part in self.parts), Bounds(zeros, zeros + 1.0)]
        return Bounds(*(np.concatenate(ends) for ends in zip(*every, strict=True)))  # 2 x (N,)

    def max_error(self, dims: int) -> float:
        return max(part.max_error(dims) for part in self.parts)


def kind_of(landscape: str, hidden: FloatArray) -> str:
    """The name of one landscape made of the numbers (N,), of which "mixed" is none."""
    return landscape if landscape != "mixed" else list(_SINGLE)[int(hidden[-len(_SINGLE) :].argmax())]


def _ripples(xp: Any, off: Array) -> Array:
    return (off * off + RIPPLE * (1.0 - xp.cos((2.0 * np.pi / RIPPLE_PERIOD) * off))) / (1.0 / 3.0 + RIPPLE)


_SINGLE: dict[str, Landscape] = {
    "sphere": Separable(lambda xp, off: 3.0 * off * off, 12.0),
    "ellipsoid": Ellipsoid(),
    "absolute": Separable(lambda xp, off: 2.0 * xp.abs(off), 4.0),
    "ripples": Separable(_ripples, (4.0 + 2.0 * RIPPLE) / (1.0 / 3.0 + RIPPLE)),
    "peaks": Peaks(),
}
LANDSCAPES: dict[str, Landscape] = {**_SINGLE, "mixed": Mixed(tuple(_SINGLE.values())), "bandit": Arms()}
"""By name."""
