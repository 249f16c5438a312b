"""Intervals of what was found when runs were drawn again, wide enough for few runs."""

import math
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from badger_envs.statistics.scores import FloatArray


class Interval(NamedTuple):
    """An estimate and what it may be; the ends are NaN where some task has one run alone, which has no interval."""

    estimate: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there are ends: whether every task has several runs."""
        return not math.isnan(self.low)


def several_runs(tasks: list[FloatArray]) -> bool:
    """Whether there are several runs of every task: drawing one run again and again tells nothing of others."""
    return all(len(task) > 1 for task in tasks)


def percentiles(values: FloatArray, confidence: float, tasks: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Ends of the expanded percentile interval along the first axis; NaN where a task has one run alone."""
    if not several_runs(tasks):
        nothing = np.full_like(values[0], np.nan)
        return nothing, nothing.copy()
    tail = expanded_tail(confidence, [len(task) for task in tasks])
    low, high = np.quantile(values, [tail, 1.0 - tail], axis=0)
    return low, high


def expanded_tail(confidence: float, runs: list[int]) -> float:
    """How much of the values of runs drawn again lies beyond each end of their interval.

    Percentiles as they are make an interval that is too narrow for few runs: what is drawn again spreads too little, by
    a factor of sqrt((n - 1) / n), and has the tails of a normal instead of a t distribution. So outer percentiles are
    taken (Hesterberg 2015): with five runs of one task, and a confidence of .95, those of .1 and 99.9.

    Args:
        confidence: in (0, 1).
        runs: of each task, at least 2.
    """
    freedom = sum(runs) - len(runs)
    return NormalDist().cdf(-math.sqrt(sum(runs) / freedom) * student_quantile((1.0 + confidence) / 2.0, freedom))


@cache
def student_quantile(probability: float, freedom: int) -> float:
    """Quantile of Student's t distribution with whole degrees of freedom, for a probability in [.5, 1).

    Its distribution function is a sum (Abramowitz, Stegun 1964, 26.7.3 and 26.7.4), inverted by bisection of the angle
    whose tangent is t / sqrt(freedom). Above 1,000 degrees of freedom it is the normal one with the first term of the
    expansion 26.7.5, right to 7 digits.
    """
    if freedom > 1000:
        normal = NormalDist().inv_cdf(probability)
        return normal + (normal**3 + normal) / (4.0 * freedom)
    low, high = 0.0, math.pi / 2.0
    odd = freedom % 2
    for _ in range(60):
        angle = (low + high) / 2.0
        sine, square = math.sin(angle), math.cos(angle) ** 2
        term, total = (math.cos(angle) if odd else 1.0), 0.0
        for order in range(2 + odd, freedom + 1, 2):
            total += term
            term *= square * (order - 1.0) / order
        within = 2.0 / math.pi * (angle + sine * total) if odd else sine * total
        low, high = (angle, high) if within < 2.0 * probability - 1.0 else (low, angle)
    return math.tan(low) * math.sqrt(freedom)
