"""A score as a dot with a bar, in a line of a table: numbers for templates/macros.html, which draws them as SVG."""

from collections.abc import Iterable
from dataclasses import dataclass

from badger_envs.statistics import Interval

AXIS = 140.0
"""Length of the axis."""
WIDEST = (-0.25, 1.25)
"""Scores beyond these do not stretch the axis; the dot becomes an arrow."""


@dataclass(frozen=True)
class Domain:
    """The part of an axis that is shown."""

    low: float
    high: float

    def place(self, value: float, start: float, end: float) -> float:
        """Where a value lies between the ends of an axis; beyond them where it is not shown."""
        return start + (end - start) * (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class ErrorBar:
    """A dot with a bar, on an axis of AXIS units."""

    dot: str
    low: str
    width: str
    chance: str
    reference: str
    beyond: str
    """On which side the dot lies outside: "left", "right", or "" for inside."""


def domain_of(intervals: Iterable[Interval | None], widest: tuple[float, float] = WIDEST) -> Domain:
    """From chance or less to the reference or more, so that all intervals are seen as far as `widest` allows."""
    found = [interval for interval in intervals if interval]
    low = min([0.0, *(min(_ends(interval)) for interval in found)])
    high = max([1.0, *(max(_ends(interval)) for interval in found)])
    return Domain(max(low, widest[0]) - 0.05, min(high, widest[1]) + 0.05)


def error_bar(interval: Interval | Domain, domain: Domain) -> ErrorBar:
    """The dot and bar of one line of a table; where an axis is given as interval, its middle and ends."""
    middle = interval.estimate if isinstance(interval, Interval) else (interval.low + interval.high) / 2.0
    dot, low, high = (domain.place(value, 0.0, AXIS) for value in (middle, *_ends(interval)))
    beyond = "left" if dot < 0.0 else "right" if dot > AXIS else ""
    low, high = min(max(low, 0.0), AXIS - 1.0), min(max(high, 1.0), AXIS)
    chance, reference = (domain.place(value, 0.0, AXIS) for value in (0.0, 1.0))
    return ErrorBar(
        as_text(dot), as_text(low), as_text(max(high - low, 1.0)), as_text(chance), as_text(reference), beyond
    )


def _ends(interval: Interval | Domain) -> tuple[float, float]:
    """Where a bar begins and ends: at its dot for one run alone, which has no interval."""
    if isinstance(interval, Interval) and not interval.known:
        return interval.estimate, interval.estimate
    return interval.low, interval.high


def as_text(value: float) -> str:
    """A coordinate, with as many digits as are visible."""
    return f"{value:.1f}"
