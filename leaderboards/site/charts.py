"""Pictures with two axes and a line for each entry: numbers for templates/macros.html, which draws them as SVG."""

import itertools
import math
from collections.abc import Mapping, Sequence

from badger_envs.statistics import Interval, Profile
from leaderboards.site.axis import Domain, as_text, domain_of, round_numbers
from leaderboards.site.chart_parts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    TOP,
    Chart,
    Drawn,
    Point,
    Tick,
    named,
    right_of,
    score_ticks,
)

WIDEST = (-1.0, 1.5)
"""Scores beyond these do not stretch an axis; lines leave the picture there."""


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
        size_name: what is counted by a size.
        sizes: all of the problem, ascending.
        train_size: the one that is marked.
        entries: name and score by size of each; sizes may be missing.
    """
    domain = domain_of((score for _, scores in entries for score in scores.values()), WIDEST)
    right = right_of(entries)
    step = (right - LEFT) / len(sizes)
    place = {size: LEFT + step * (number + 0.5) for number, size in enumerate(sizes)}

    def y(value: float) -> float:
        return domain.place(value, HEIGHT - BOTTOM, TOP)

    lines, lasts = [], []
    for name, scores in entries:
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
            (as_text(place[size]), as_text(y(score.estimate)), f"{name}, {size} {size_name}: {_in_words(score)}")
            for size, score in scores.items()
        )
        lines.append(Drawn(name, pieces, bands, dots))
        lasts.append(pieces[-1][-1][1])
    return Chart(
        id, title, size_name, "score",
        tuple(Tick(as_text(place[size]), str(size)) for size in sizes), score_ticks(domain), named(lines, lasts),
        as_text(place[train_size]), "trained", right,
    )  # fmt: skip


def learning_curves(id: str, title: str, entries: Sequence[tuple[str, Sequence[tuple[int, float]]]]) -> Chart:
    """Scores while agents were trained, as their trainers measured them.

    Args:
        id: unique in the page.
        title: above the chart.
        entries: name and (environment steps, score) of each, steps ascending.
    """
    domain = domain_of((Interval(y, y, y) for _, points in entries for _, y in points), WIDEST)
    most = max((steps for _, points in entries for steps, _ in points), default=1) or 1
    across, right = Domain(0.0, most / 1e6), right_of(entries)

    def point(steps: int, score: float) -> Point:
        return across.place(steps / 1e6, LEFT, right), domain.place(score, HEIGHT - BOTTOM, TOP)

    lines = [Drawn(name, [[point(*pair) for pair in points]]) for name, points in entries]
    ticks = tuple(Tick(as_text(across.place(value, LEFT, right)), f"{value:g}") for value in round_numbers(across, 4))
    drawn = named(lines, [line.pieces[0][-1][1] for line in lines])
    return Chart(id, title, "million environment steps", "score", ticks, score_ticks(domain), drawn, right=right)


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
    right = right_of(entries)

    def point(threshold: float, fraction: float) -> Point:
        return across.place(threshold, LEFT, right), upward.place(fraction, HEIGHT - BOTTOM, TOP)

    lines, ends = [], []
    for name, profile in entries:
        piece = [point(*pair) for pair in zip(profile.thresholds, profile.fraction, strict=True)]
        band = [point(*pair) for pair in zip(profile.thresholds, profile.low, strict=True)]
        band += reversed([point(*pair) for pair in zip(profile.thresholds, profile.high, strict=True)])
        lines.append(Drawn(name, [piece], [band] if bands and not math.isnan(profile.low[0]) else []))
        ends.append(upward.place(float(profile.fraction[len(thresholds) // 2]), HEIGHT - BOTTOM, TOP))
    x_ticks = tuple(Tick(as_text(point(value, 0.0)[0]), f"{value:g}") for value in round_numbers(across, 5))
    y_ticks = tuple(Tick(as_text(point(0.0, value)[1]), f"{value:g}") for value in round_numbers(upward, 6))
    return Chart(
        id, title, "score", "fraction of runs above", x_ticks, y_ticks, named(lines, ends),
        as_text(point(1.0, 0.0)[0]), "reference", right,
    )  # fmt: skip


def _in_words(score: Interval) -> str:
    return f"{score.estimate:.3f}" + (f" ({score.low:.3f} to {score.high:.3f})" if score.known else "")
