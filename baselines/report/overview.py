"""Pictures of all problems together: the verdict, interquartile means, ranks and performance profiles."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from badger_envs.statistics import Interval, RankInterval, performance_profile
from baselines.analysis.aggregate import Aggregate
from baselines.analysis.tables import failures_in_words
from baselines.analysis.verdict import FAILS, Comparison
from baselines.experiments.families import MODULAR
from baselines.report.dots import panels
from baselines.report.labels import round_ticks
from baselines.report.style import COLORS, FAINT, INK, PAPER, Picture, Style, canvas, gid, legend, save
from baselines.results.comparison import ComparisonResult

WIDTH_OF_VERDICT = 7.8
"""In inches; the page has the same picture as text, so that this one need not fit a phone."""
THRESHOLDS = np.linspace(0.0, 1.1, 111)
"""Of scores, for the profiles: chance is 0, the handcrafted reference 1."""
HEIGHT_OF_ROW, ROW_OF_VERDICT = 0.55, 0.4
"""Of a dot with its bar, in inches; with a name above it, and beside it."""


def verdict_picture(result: ComparisonResult, comparisons: Sequence[Comparison], folder: Path) -> Picture | None:
    """The picture of the first screen as a file: the abilities against the main rival; its CSV has all rivals."""
    rows = [_numbers(each, each.probability) for each in comparisons if each.probability]
    if not rows:
        return None
    panel = panels(result, comparisons)[0]
    colors = {"modular": COLORS[0], "only": COLORS[0], "rival": COLORS[1]}
    with canvas() as (figure, axes):
        figure.set_size_inches(WIDTH_OF_VERDICT, 0.95 + ROW_OF_VERDICT * len(panel.dots))
        for row, dot in enumerate(panel.dots):
            color = colors.get(dot.outcome, FAINT)
            if dot.probability is None:
                box: Any = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0}
                axes.annotate(f"{panel.short} cannot", (0.5, row), ha="center", va="center", color=FAINT, bbox=box)
            else:
                if dot.probability.known:
                    ends = dot.probability[1:]
                    axes.plot(ends, [row, row], color=color, linewidth=5, alpha=0.4, solid_capstyle="butt")
                inside = PAPER if dot.outcome == "open" else color
                axes.plot([dot.probability.estimate], [row], color=color, marker="o", markersize=8, mfc=inside)
            scores = " : ".join("-" if each is None else f"{each:.2f}" for each in (dot.modular, dot.rival))
            words = f"{dot.words}, {scores}" + (f"\n{dot.note}" if dot.note else "")
            axes.annotate(words, (1.06, row), va="center", color=color, annotation_clip=False)
        axes.axvline(0.5, color=FAINT, linewidth=1)
        axes.set(xlim=(-0.03, 1.03), ylim=(len(panel.dots) - 0.4, -0.6), xticks=[0.0, 0.5, 1.0])
        axes.set_yticks(range(len(panel.dots)), [dot.label for dot in panel.dots])
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(f"{panel.short} better" + 12 * " " + "modular better")
    caption = (
        "Dots: probability that a modular run is the better one, mean over problems; in colour where a win is decided. "
        f"Bars: 95 % bootstrap intervals. Right: mean scores, modular : {panel.short}; both fail: neither more than "
        f"{FAILS}." + failures_in_words(comparisons)
    )
    return save(figure, folder, "verdict", "Who is better, ability by ability?", caption, rows)


def _numbers(comparison: Comparison, probability: Interval) -> dict[str, Any]:
    (modular, other), failed = comparison.runs, comparison.failed
    return (
        {"ability": comparison.ability.name, "rival": comparison.rival, "probability": probability.estimate}
        | _ends(probability)
        | {"p": comparison.p, "problems": len(comparison.problems), "n_modular": modular, "n_rival": other}
        | {"failed_modular": failed[0], "failed_rival": failed[1]}
    )


def aggregate_pictures(found: Aggregate, styles: Mapping[str, Style], folder: Path) -> list[Picture]:
    """Means, ranks and profiles; none where no agent is on all problems."""
    if not found.entrants:
        return []
    styles = {**styles, MODULAR: Style(INK, "-")}
    return [
        _bars(
            found, styles, folder, "score", "Who scores how much?", "score, interquartile mean",
            [each.score for each in found.entrants],
            "Dot: interquartile mean over all runs. Bar: 95 % bootstrap interval.",
        ),
        _bars(
            found, styles, folder, "rank", "Who is first, and how certain is that?", "rank, 1 is best",
            [_as_interval(each.rank) for each in found.entrants],
            "Dot: rank by interquartile mean. Bar: ranks that 95 % of bootstrap replicates lie in.",
        ),
        _profiles(found, styles, folder),
    ]  # fmt: skip


def _bars(
    found: Aggregate, styles: Mapping[str, Style], folder: Path, name: str, title: str, axis: str,
    intervals: Sequence[Interval], caption: str,
) -> Picture:  # fmt: skip
    rows = [
        {"agent": each.name, "label": each.label, name: value.estimate}
        | _ends(value)
        | {"problems": len(found.problems), "n": each.runs}
        for each, value in zip(found.entrants, intervals, strict=True)
    ]
    with canvas(height=0.9 + HEIGHT_OF_ROW * len(rows)) as (figure, axes):
        for place, (each, value) in enumerate(zip(found.entrants, intervals, strict=True)):
            color, mark = styles[each.name].color, gid(each.name)
            if value.known:
                axes.plot([value.low, value.high], [place, place], color=color, linewidth=6, alpha=0.35, gid=mark)
            axes.plot([value.estimate], [place], color=color, marker="o", markersize=8, gid=mark)
            # Above its bar, where a long name has the whole width.
            axes.annotate(
                each.label, (0.0, place - 0.3), xycoords=("axes fraction", "data"),
                gid=mark,
            )  # fmt: skip
        if name == "rank":
            axes.set(xlim=(0.7, len(rows) + 0.3), xticks=range(1, len(rows) + 1))
        else:
            round_ticks(axes.xaxis)
        axes.set(ylim=(len(rows) - 0.5, -0.75), yticks=[], xlabel=axis)
    return save(figure, folder, f"all_{name}", title, caption, rows)


def _as_interval(rank: RankInterval) -> Interval:
    return Interval(*(float("nan") if place is None else float(place) for place in rank))


def _ends(found: Interval) -> dict[str, Any]:
    """Of an interval, for a CSV; empty for a single run, which has none."""
    return {"low": found.low if found.known else "", "high": found.high if found.known else ""}


def _profiles(found: Aggregate, styles: Mapping[str, Style], folder: Path) -> Picture:
    rows = []
    with canvas() as (figure, axes):
        for each in found.entrants:
            style, profile = styles[each.name], performance_profile(each.scores, THRESHOLDS)
            mark = gid(each.name)
            axes.plot(
                THRESHOLDS, profile.fraction, color=style.color, linestyle=style.dashes, drawstyle="steps-post",
                label=each.label, gid=mark,
            )  # fmt: skip
            if each.score.known:
                axes.fill_between(
                    THRESHOLDS, profile.low, profile.high, color=style.color, alpha=0.15, linewidth=0, step="post",
                    gid=mark,
                )  # fmt: skip
            rows += [
                {"agent": each.name, "label": each.label, "threshold": threshold, "fraction": fraction}
                | _ends(Interval(fraction, low, high))
                | {"n": each.runs}
                for threshold, fraction, low, high in zip(*(values.tolist() for values in profile), strict=True)
            ]
        axes.axvline(1.0, color=FAINT, linestyle="--", linewidth=1)
        axes.set(xlabel="score: 0 blind chance, 1 handcrafted reference", ylabel="fraction of runs above it")
        axes.set_ylim(-0.03, 1.03)
        legend(figure, axes)
    caption = "At each score, the fraction of runs that reach more. Bands: 95 % bootstrap interval at each score alone."
    return save(figure, folder, "all_profile", "How many of its runs are good?", caption, rows)
