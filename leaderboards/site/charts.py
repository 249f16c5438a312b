"""Where the lines of a picture go: numbers for templates/macros.html, which draws them as SVG."""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from badger_envs.statistics import Interval, Profile
from leaderboards.site.error_bars import Domain, as_text, domain_of

WIDTH, HEIGHT = 360.0, 230.0
"""Of a picture, in its own units; the page stretches it."""
LEFT, RIGHT, TOP, BOTTOM = 38.0, 12.0, 22.0, 36.0
"""Margins."""
COLORS = 10
"""Colours that the style sheet has."""
WIDEST = (-1.0, 1.5)
"""Scores beyond these do not stretch an axis; lines leave the picture there."""


@dataclass(frozen=True)
class Tick:
    """A label of an axis."""

    at: str
    label: str


@dataclass(frozen=True)
class Line:
    """One entry in a picture."""

    name: str
    color: int
    """Number of its colour."""
    dashed: bool
    pieces: tuple[str, ...]
    """Points of its polylines; a gap where the entry has nothing."""
    bands: tuple[str, ...]
    """Points of the polygons of its intervals."""
    dots: tuple[tuple[str, str, str], ...]
    """x, y and a text for each."""
    ring: tuple[str, str] | None = None
    """Where it was trained."""


@dataclass(frozen=True)
class Chart:
    """A picture with two axes."""

    id: str
    title: str
    across: str
    """What lies along the x axis."""
    upward: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    marked: str | None = None
    """x of a vertical line."""
    marked_label: str = ""
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def size_curves(
    id: str,
    title: str,
    size_name: str,
    sizes: Sequence[int],
    train_size: int,
    entries: Sequence[tuple[str, Mapping[int, Interval]]],
) -> Chart:
    """Scores over the sizes of a problem; sizes lie side by side, evenly.

    Args:
        id: unique in the page.
        title: above the chart.
        size_name: what a size is called.
        sizes: all of the problem, ascending.
        train_size: the one that is marked.
        entries: name and score by size of each; sizes may be missing.
    """
    domain = domain_of((score for _, scores in entries for score in scores.values()), WIDEST)
    step = (WIDTH - LEFT - RIGHT) / len(sizes)
    place = {size: LEFT + step * (number + 0.5) for number, size in enumerate(sizes)}

    def y(value: float) -> float:
        return domain.place(value, HEIGHT - BOTTOM, TOP)

    lines = []
    for number, (name, scores) in enumerate(entries):
        runs = [list(run) for known, run in itertools.groupby(sizes, key=scores.__contains__) if known]  # without gaps
        intervals = {size: score for size, score in scores.items() if score.known}
        pieces = [[(place[size], y(scores[size].estimate)) for size in run] for run in runs]
        wide = [list(run) for known, run in itertools.groupby(sizes, key=intervals.__contains__) if known]
        bands = [
            [(place[size], y(intervals[size].low)) for size in run]
            + [(place[size], y(intervals[size].high)) for size in reversed(run)]
            for run in wide
        ]
        dots = tuple(
            (as_text(place[size]), as_text(y(score.estimate)), f"{name}, {size_name} = {size}: {_in_words(score)}")
            for size, score in scores.items()
        )
        trained = scores.get(train_size)
        ring = (as_text(place[train_size]), as_text(y(trained.estimate))) if trained else None
        lines.append(_line(name, number, pieces, bands, dots, ring))
    return Chart(
        id, title, size_name, "score",
        tuple(Tick(as_text(place[size]), str(size)) for size in sizes), _y_ticks(domain), tuple(lines),
        as_text(place[train_size]), "trained here",
    )  # fmt: skip


def learning_curves(id: str, title: str, entries: Sequence[tuple[str, Sequence[tuple[int, float]]]]) -> Chart:
    """Scores while agents were trained, as their trainers measured them.

    Args:
        id: unique in the page.
        title: above the chart.
        entries: name and (environment steps, score) of each, steps ascending.
    """
    values = [score for _, points in entries for _, score in points]
    domain = domain_of((Interval(score, score, score) for score in values), WIDEST)
    most = max((steps for _, points in entries for steps, _ in points), default=1) or 1
    across = Domain(0.0, float(most))

    def point(steps: int, score: float) -> tuple[float, float]:
        return across.place(steps, LEFT, WIDTH - RIGHT), domain.place(score, HEIGHT - BOTTOM, TOP)

    lines = [
        _line(name, number, [[point(*pair) for pair in points]], [], ())
        for number, (name, points) in enumerate(entries)
    ]
    ticks = tuple(
        Tick(as_text(point(int(most * part), 0.0)[0]), f"{most * part / 1e6:.2g}") for part in (0.0, 0.5, 1.0)
    )
    return Chart(id, title, "environment steps, millions", "score", ticks, _y_ticks(domain), tuple(lines))


def profiles(id: str, title: str, entries: Sequence[tuple[str, Profile]], *, bands: bool) -> Chart:
    """Which fraction of all runs on all problems scores more than a threshold.

    Args:
        id: unique in the page.
        title: above the chart.
        entries: name and profile of each.
        bands: whether intervals are drawn, which only few entries allow.
    """
    thresholds = entries[0][1].thresholds
    across, upward = Domain(float(thresholds[0]), float(thresholds[-1])), Domain(0.0, 1.0)

    def point(threshold: float, fraction: float) -> tuple[float, float]:
        x = across.place(threshold, LEFT, WIDTH - RIGHT)
        return x, upward.place(fraction, HEIGHT - BOTTOM, TOP)

    lines = []
    for number, (name, profile) in enumerate(entries):
        piece = [point(*pair) for pair in zip(profile.thresholds, profile.fraction, strict=True)]
        band = [point(*pair) for pair in zip(profile.thresholds, profile.low, strict=True)]
        band += reversed([point(*pair) for pair in zip(profile.thresholds, profile.high, strict=True)])
        lines.append(_line(name, number, [piece], [band] if bands and not math.isnan(profile.low[0]) else [], ()))
    x_ticks = tuple(Tick(as_text(point(value, 0.0)[0]), f"{value:g}") for value in (-0.5, 0.0, 0.5, 1.0, 1.5))
    y_ticks = tuple(Tick(as_text(point(0.0, value)[1]), f"{value:g}") for value in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Chart(
        id, title, "score τ", "fraction of runs above τ", x_ticks, y_ticks, tuple(lines),
        as_text(point(1.0, 0.0)[0]), "reference",
    )  # fmt: skip


def _line(
    name: str,
    number: int,
    pieces: Sequence[Sequence[tuple[float, float]]],
    bands: Sequence[Sequence[tuple[float, float]]],
    dots: tuple[tuple[str, str, str], ...],
    ring: tuple[str, str] | None = None,
) -> Line:
    drawn, filled = (tuple(map(_points, several)) for several in (pieces, bands))
    return Line(name, number % COLORS, number % 2 == 1, drawn, filled, dots, ring)


def _y_ticks(domain: Domain) -> tuple[Tick, ...]:
    step = 0.5 if domain.high - domain.low > 1.4 else 0.25
    values = [step * number for number in range(math.ceil(domain.low / step), math.floor(domain.high / step) + 1)]
    return tuple(Tick(as_text(domain.place(value, HEIGHT - BOTTOM, TOP)), f"{value:g}") for value in values)


def _in_words(score: Interval) -> str:
    return f"{score.estimate:.3f}" + (f" ({score.low:.3f} to {score.high:.3f})" if score.known else "")


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{as_text(x)},{as_text(y)}" for x, y in points)
