"""Rows of dots with intervals, one line for each problem or entry: the first picture of every page.

The places are percentages of the width, so text beside them is as large on a phone as on a screen.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from badger_envs.statistics import Interval
from leaderboards.site.axis import Domain, as_text, domain_of, ends, round_numbers

MOST = 8
"""Dots in a row."""


class Dot(NamedTuple):
    """A score with its interval."""

    at: str
    low: str
    """Where its interval begins; empty where there is none."""
    high: str
    best: bool
    beyond: str
    """On which side it lies outside: "left", "right", or "" for inside."""
    text: str
    """Whose, and what, in words."""
    cut: tuple[str, ...] = ()
    """Sides on which its interval goes on outside."""


class Row(NamedTuple):
    """A line of a picture."""

    what: str
    href: str
    """Where its name leads; empty for nowhere."""
    winner: str
    """Name of the best; empty where the row is of one entry."""
    value: str
    note: str
    """How far the best is ahead."""
    dots: tuple[Dot, ...]
    """The best one last, which is drawn above the others."""


class Rows(NamedTuple):
    """A picture: lines that share an axis."""

    rows: tuple[Row, ...]
    ticks: tuple[tuple[str, str, str], ...]
    """Where, what is written there, and where that is anchored, so that it stays inside."""
    levels: tuple[str, ...]
    """Where lines go from above to below."""


class Given(NamedTuple):
    """What a row is made of."""

    what: str
    href: str
    scores: Sequence[tuple[str, Interval]]
    """Names and scores of entries; the best one first if `best`."""
    best: bool
    """Whether the first one is the best, and coloured."""
    named: bool = False
    """Whether the best is named, since the row is of several entries."""


def rows_of(given: Iterable[Given]) -> Rows:
    """Rows of dots for scores, with lines at chance and at the reference."""
    kept = [each._replace(scores=each.scores[:MOST]) for each in given]
    domain = domain_of(score for each in kept for _, score in each.scores)
    rows = tuple(_row(each, domain) for each in kept)
    words = {0.0: "0 chance", 1.0: "1 reference"}
    ticks = tuple(_tick(domain, value, words.get(value, f"{value:g}")) for value in (0.0, 0.5, 1.0))
    return Rows(rows, ticks, (_at(domain, 0.0), _at(domain, 1.0)))


def probabilities(given: Iterable[tuple[str, str, Interval]]) -> Rows:
    """Rows of one dot each for probabilities: what, where its name leads, and the probability."""
    domain = Domain(-0.03, 1.03)
    rows = tuple(
        Row(what, href, "", f"{found.estimate:.2f}", _span(found), (_dot(what, found, domain, found.low > 0.5),))
        for what, href, found in given
    )
    ticks = tuple(_tick(domain, value, f"{value:g}") for value in round_numbers(domain, 3))
    return Rows(rows, ticks, (_at(domain, 0.5),))


def _row(each: Given, domain: Domain) -> Row:
    if not each.scores:
        return Row(each.what, each.href, "", "", "no entry yet", ())
    name, best = each.scores[0]
    dots = [_dot(who, score, domain, each.best and place == 0) for place, (who, score) in enumerate(each.scores)]
    others = [score for _, score in each.scores[1:]]
    note = _ahead(best, others) if each.best and each.named else _span(best)
    value = f"{best.estimate:.2f}" if each.best or not each.named else ""
    return Row(each.what, each.href, name if each.best and each.named else "", value, note, tuple(reversed(dots)))


def _ahead(best: Interval, others: Sequence[Interval]) -> str:
    """How the best stands to the others, by their intervals."""
    if not others or not best.known:
        return _span(best)
    level = sum(not other.known or other.high >= best.low for other in others)
    return f"level with {level} other{'s' * (level > 1)}" if level else "ahead of the others"


def _span(score: Interval) -> str:
    return f"{score.low:.2f} to {score.high:.2f}" if score.known else "one seed, no interval"


def _dot(name: str, score: Interval, domain: Domain, best: bool) -> Dot:
    middle = domain.place(score.estimate, 0.0, 100.0)
    beyond = "left" if middle < 0.0 else "right" if middle > 100.0 else ""
    low, high = (as_text(min(max(domain.place(end, 0.0, 100.0), 0.0), 100.0)) for end in ends(score))
    bar = (low, high) if score.known else ("", "")
    outside = {"left": ends(score)[0] < domain.low, "right": ends(score)[1] > domain.high}
    cut = tuple(side for side, goes_on in outside.items() if goes_on and score.known and side != beyond)
    said = f"{name}: {score.estimate:.2f} ({_span(score)})"
    return Dot(as_text(min(max(middle, 1.0), 99.0)), *bar, best, beyond, said, cut)


def _tick(domain: Domain, value: float, said: str) -> tuple[str, str, str]:
    place = domain.place(value, 0.0, 100.0)
    return as_text(place), said, "start" if place < 12.0 else "end" if place > 88.0 else "middle"


def _at(domain: Domain, value: float) -> str:
    return as_text(domain.place(value, 0.0, 100.0))
