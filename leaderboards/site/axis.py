"""The part of an axis that is shown, and round numbers to write beside it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from badger_envs.statistics import Interval

WIDEST = (-0.25, 1.25)
"""Scores beyond these do not stretch the axis of rows of dots; the dot becomes an arrow."""
STEPS = (1.0, 2.0, 5.0)
"""Between round numbers, times a power of ten."""


@dataclass(frozen=True)
class Domain:
    """The part of an axis that is shown."""

    low: float
    high: float

    def place(self, value: float, start: float, end: float) -> float:
        """Where a value lies between the ends of an axis; beyond them where it is not shown."""
        return start + (end - start) * (value - self.low) / (self.high - self.low)


def domain_of(intervals: Iterable[Interval | None], widest: tuple[float, float] = WIDEST) -> Domain:
    """From chance or less to the reference or more, so that all intervals are seen as far as `widest` allows."""
    found = [interval for interval in intervals if interval]
    low = min([0.0, *(min(ends(interval)) for interval in found)])
    high = max([1.0, *(max(ends(interval)) for interval in found)])
    return Domain(max(low, widest[0]) - 0.05, min(high, widest[1]) + 0.05)


def ends(interval: Interval) -> tuple[float, float]:
    """Where a bar begins and ends: at its dot for one run alone, which has no interval."""
    return (interval.low, interval.high) if interval.known else (interval.estimate, interval.estimate)


def round_numbers(domain: Domain, most: int = 6) -> list[float]:
    """Round numbers within a domain, evenly spaced, as many as `most` allows."""
    power = 10.0 ** math.floor(math.log10((domain.high - domain.low) / most))
    for step in (part * scale for scale in (power, 10.0 * power) for part in STEPS):
        numbers = range(math.ceil(domain.low / step - 1e-9), math.floor(domain.high / step + 1e-9) + 1)
        if len(numbers) <= most:
            break
    return [round(step * number, 12) for number in numbers]


def as_text(value: float) -> str:
    """A coordinate, with as many digits as are visible."""
    return f"{value:.1f}"
