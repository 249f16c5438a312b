"""Handcrafted policies for landscapes. Axis letters as in `badger_envs.core.task`; N points on a line."""

import numpy as np

from badger_envs.core.policy import Policy
from badger_envs.envs.optimisation.gamblers import Index
from badger_envs.envs.optimisation.lines import Floats, parabola, wedge
from badger_envs.envs.optimisation.searcher import Search, Searcher
from badger_envs.envs.optimisation.table import LANDSCAPES, RIPPLE, RIPPLE_PERIOD
from badger_envs.envs.optimisation.task import Optimisation

SOLVED = 1e-4
"""An error that is no larger is not worth another step of a search."""
CURVES = {"sphere": 3.0, "ripples": 1.0 / (1.0 / 3.0 + RIPPLE)}
"""Curvature of the landscapes whose curve is one that a single move of an output tells the target of."""
WIDTHS = {"absolute": (1.0,), "mixed": (RIPPLE_PERIOD, RIPPLE_PERIOD / 2.0)}
"""Of the steps of a line search to both sides, for each time that all outputs are tried; all else as with mixed."""
FIRST_STEP, LONGER = 0.3, 1.5
"""Of evolution: the standard deviation at first, and by how much it grows with a success."""
LINE_STEPS, WORTH_IT = 4, 4
"""Steps of a search along a line, and steps that must be left after it for that to pay, where every step counts."""


class Probe(Searcher):
    """Of a curve that is known: moves one output at a time, and keeps what it finds, as in the guessing game.

    On a bowl of curvature c, an output moved from 0 to p changes the error by c (p^2 - 2 p t). On ripples too, where p
    is as long as their period.
    """

    def search(self, error: Floats) -> Search:
        dims, size = self._task.dims, probe_size(self._task)
        scale, curve = CURVES[self._task.landscape] / dims, LANDSCAPES[self._task.landscape].error
        self._found, unsolved = np.zeros((len(error), dims)), error  # (B, P), (B,)
        for port in range(dims):
            moved = self._found.copy()  # (B, P)
            moved[:, port] = size
            change = (yield moved) - unsolved  # (B,)
            target = (size - change / (scale * size)) / 2.0  # (B,)
            unsolved = unsolved - curve(target[:, None], np.zeros((len(error), 1))) / dims  # (B,)
            self._found[:, port] = target

    def answer(self) -> Floats:
        return self._found


class LineSearch(Searcher):
    """One output after the other: a step to both sides, and to where a curve through the three errors is lowest.

    The first steps are as wide as the distance of ripples, which such steps do not feel. The curve is a parabola or a
    wedge, whichever was right about the first output. A second time round, steps are half as wide.
    """

    def search(self, error: Floats) -> Search:
        self._x, self._here = np.zeros((len(error), self._task.dims)), error  # (B, P), (B,)
        self._wedge = np.zeros(len(error), bool)  # (B,)
        first = True
        exactly = self._task.landscape if not self._task.noise else "mixed"
        for width in WIDTHS.get(exactly, WIDTHS["mixed"]):
            for direction in self.directions():
                if not pays(self._task, self._task.horizon - self._step):
                    return
                yield from self._line(direction, width, first)
                first = False

    def directions(self) -> Floats:
        """The lines that are searched, (lines, P)."""
        return np.eye(self._task.dims)

    def _line(self, direction: Floats, width: float, first: bool) -> Search:
        at = self._x @ direction / direction.sum()  # (B,)
        low = np.where(
            at - width < -1.0, 2.0 * width, -width
        )  # (B,) where one side is out of reach, twice to the other
        high = np.where(at + width > 1.0, -2.0 * width, width)  # (B,)
        offsets, errors = [np.zeros_like(at), low, high], [self._here]  # 3 x (B,)
        for offset in offsets[1:]:
            errors.append((yield self._moved(offset, direction)))
        order = np.argsort(offsets, axis=0)  # (N, B)
        points, heights = (
            np.take_along_axis(np.stack(both), order, axis=0) for both in (offsets, errors)
        )  # 2 x (N, B)
        lowest = [parabola(points, heights), wedge(points, heights)]  # 2 x (B,)
        if not first:
            lowest = [np.where(self._wedge, lowest[1], lowest[0])]
        for offset in lowest:
            offsets.append(np.clip(offset, -1.0 - at, 1.0 - at))
            errors.append((yield self._moved(offsets[-1], direction)))
        if first:
            self._wedge = errors[-1] < errors[-2]  # (B,)
        best = np.argmin(errors, axis=0)[None]  # (1, B)
        self._here = np.take_along_axis(np.stack(errors), best, axis=0)[0]  # (B,)
        self._x = self._moved(np.take_along_axis(np.stack(offsets), best, axis=0)[0], direction)  # (B, P)

    def _moved(self, offset: Floats, direction: Floats) -> Floats:
        solved = (self._least <= SOLVED) & (self._task.noise == 0.0)  # (B,)
        return np.where(solved[:, None], self._best, self._x + offset[:, None] * direction)  # (B, P)


class AllEqual(LineSearch):
    """The same search with all outputs alike: a local optimum."""

    def directions(self) -> Floats:
        return np.ones((1, self._task.dims))


class FirstAlone(LineSearch):
    """The same search for the first output, all others at 0: what can be done without messages where one port hears."""

    def directions(self) -> Floats:
        return np.eye(self._task.dims)[:1]


class Evolution(Searcher):
    """A (1+1) evolution strategy: a random step from the best output seen, longer after a success, else shorter.

    With the rule that one step in five should succeed (Rechenberg 1973). What a search without any model comes to.
    """

    def search(self, error: Floats) -> Search:
        rng, size = np.random.default_rng(0), np.full((len(error), 1), FIRST_STEP)  # (B, 1)
        while True:
            before = self._least  # (B,)
            yield self._best + size * rng.standard_normal(self._best.shape)
            size = size * np.where(self._least < before, LONGER, LONGER**-0.25)[:, None]  # (B, 1)


def reference(task: Optimisation) -> Policy:
    """The best of these for the landscape."""
    if task.is_bandit:
        return Index(task)
    return Probe(task) if known_curve(task) else LineSearch(task)


def pays(task: Optimisation, left: int) -> bool:
    """Whether so many steps are enough to search along another line."""
    return left > LINE_STEPS + (WORTH_IT if task.objective == "every_step" else 0)


def known_curve(task: Optimisation) -> bool:
    """Whether a single move of an output tells its target."""
    return task.landscape in CURVES and not task.noise


def probe_size(task: Optimisation) -> float:
    """How far an output is moved where one move tells all; in the guessing game's words."""
    return RIPPLE_PERIOD if task.landscape == "ripples" else min(max(task.dims / 16, 1 / 8), 3 / 4)
