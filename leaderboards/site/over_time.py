"""The best score by date: every entry a dot, and a line that rises where one was better than all before."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from leaderboards.site.axis import Domain, as_text, domain_of
from leaderboards.site.board import Board
from leaderboards.site.chart_parts import (
    BOTTOM,
    COLORS,
    HEIGHT,
    LEFT,
    LINE_HEIGHT,
    RIGHT,
    TOP,
    WIDTH,
    Chart,
    Line,
    Tick,
    score_ticks,
    shortened,
)
from leaderboards.site.chart_parts import points_as_text as as_points

GREY, COLOR = COLORS, 0
"""Numbers of colours: of those that were not the best, and of those that were."""
MOST_TICKS = 5
LETTERS = 20
"""Of a name above its dot, at most."""


class Scored(NamedTuple):
    """An entry in the picture."""

    day: int
    """As `date.toordinal` counts."""
    score: float
    name: str


def best_over_time(board: Board) -> Chart | None:
    """Scores of entries by the day of their submission, replaced versions among them; None before there are two days.

    Withdrawn entries, and those that were not reproduced or lack training seeds, are left out.
    """
    entries = [entry for entry in board.entries if entry.rank or entry.replaced_by]
    found = sorted(
        Scored(
            date.fromisoformat(entry.results.submission.date).toordinal(),
            entry.results.score.estimate,
            entry.results.submission.title,
        )
        for entry in entries
        if entry.results.score and entry.results.seeds >= board.benchmark.min_seeds
    )
    days = sorted({each.day for each in found})
    if len(days) < 2:
        return None
    across = Domain(days[0] - 0.02 * (days[-1] - days[0]), days[-1] + 0.02 * (days[-1] - days[0]))
    upward = domain_of((entry.results.score for entry in entries), (-1.0, 1.5))

    def place(day: float, score: float) -> tuple[float, float]:
        return across.place(day, LEFT, WIDTH - RIGHT), upward.place(score, HEIGHT - BOTTOM, TOP)

    records = _records(found)
    steps: list[tuple[float, float]] = []
    for number, each in enumerate(records):
        until = records[number + 1].day if number + 1 < len(records) else days[-1]
        steps += [place(each.day, each.score), place(until, each.score)]
    lines = [
        Line(each.name, GREY, (), (), (_dot(each, place(each.day, each.score)),))
        for each in found
        if each not in records
    ]
    lines.append(Line("the best score", COLOR, (as_points(steps),), (), ()))
    labels = _labels([(each.name, *place(each.day, each.score)) for each in records])
    for each, label in zip(records, labels, strict=True):
        lines.append(Line(each.name, COLOR, (), (), (_dot(each, place(each.day, each.score)),), label))
    ticks = tuple(_tick(across, day, said) for day, said in _days(days[0], days[-1]))
    return Chart("over-time-picture", "Best score by date", "date", "score", ticks, score_ticks(upward), tuple(lines))


def _labels(places: Sequence[tuple[str, float, float]]) -> list[tuple[str, str, str, str] | None]:
    """Names above their dots, the last one first, and none that would cover another: it is seen at its dot alone."""
    found: list[tuple[str, str, str, str] | None] = []
    taken: list[tuple[float, float]] = []
    for name, x, y in reversed(places):
        side, above = ("end" if x > WIDTH / 2 else "start"), y - 11.0
        free = all(abs(x - other) > WIDTH / 2 or abs(above - beside) > 2.0 * LINE_HEIGHT for other, beside in taken)
        if free:
            taken.append((x, above))
        found.append((as_text(x), as_text(above), side, shortened(name, LETTERS)) if free else None)
    return found[::-1]


def _tick(across: Domain, day: int, said: str) -> Tick:
    x = across.place(day, LEFT, WIDTH - RIGHT)
    return Tick(as_text(x), said, "start" if x < LEFT + 40.0 else "end" if x > WIDTH - RIGHT - 40.0 else "middle")


def _records(found: Sequence[Scored]) -> list[Scored]:
    """Those that were better than all of earlier days and of their own."""
    best: list[Scored] = []
    for each in sorted(found, key=lambda each: (each.day, -each.score, each.name)):
        if not best or each.score > best[-1].score:
            best.append(each)
    return best


def _dot(each: Scored, place: tuple[float, float]) -> tuple[str, str, str]:
    return as_text(place[0]), as_text(place[1]), f"{each.name}, {date.fromordinal(each.day)}: {each.score:.3f}"


def _days(first: int, last: int) -> list[tuple[int, str]]:
    """First days of years or of months between two days, few enough; the two days themselves where there are none."""
    begin, end = date.fromordinal(first), date.fromordinal(last)
    months = [(year, month) for year in range(begin.year, end.year + 1) for month in range(1, 13)]
    for every in (1, 3, 6, 12, 24, 60, 120):
        starts = [date(year, month, 1) for year, month in months if (12 * year + month - 1) % every == 0]
        inside = [day for day in starts if begin <= day <= end]
        if len(inside) <= MOST_TICKS:
            break
    if len(inside) < 2:
        return [(day, date.fromordinal(day).isoformat()) for day in (first, last)]
    return [(day.toordinal(), str(day.year) if every >= 12 else day.strftime("%Y-%m")) for day in inside]
