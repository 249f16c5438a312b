"""Pictures of all problems together: the verdict, interquartile means, ranks and performance profiles."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from badger_envs.statistics import Interval, RankInterval, performance_profile
from baselines.analysis.aggregate import MODULAR, Aggregate
from baselines.analysis.tables import RIVALS, failures_in_words
from baselines.analysis.verdict import CUT, Comparison
from baselines.experiments.families import MONOLITHIC, MULTI_AGENT
from baselines.report.style import COLORS, FAINT, INK, PAPER, Picture, Style, canvas, gid, legend, save

COLORS_OF_RIVALS = {MONOLITHIC: COLORS[0], MULTI_AGENT: COLORS[2], CUT: COLORS[1]}
THRESHOLDS = np.linspace(0.0, 1.1, 111)
"""Of scores, for the profiles: chance is 0, the handcrafted reference 1."""
HEIGHT_OF_ROW = 0.34
"""Of a dot with its bar, in inches."""


def verdict_picture(comparisons: Sequence[Comparison], folder: Path) -> Picture | None:
    """Probabilities of improvement with their intervals, and the line between winning and losing."""
    compared = [(each, each.probability) for each in comparisons if each.probability]
    if not compared:
        return None
    rows: list[dict[str, Any]] = []
    abilities = list(dict.fromkeys(each.ability for each, _ in compared))
    with canvas(height=0.9 + 0.24 * (len(compared) + len(abilities))) as (figure, axes):
        height = 0.0
        for ability in abilities:
            box: Any = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0}
            axes.annotate(ability.question, (-0.02, height), va="center", fontsize=8.5, bbox=box)
            for each, probability in compared:
                if each.ability != ability:
                    continue
                height += 1.0
                color, (estimate, low, high) = COLORS_OF_RIVALS[each.rival], probability
                if probability.known:
                    axes.plot([low, high], [height, height], color=color, linewidth=6, alpha=0.35)
                filled: Any = {"markerfacecolor": "none"} if each.outcome == "open" else {}
                axes.plot([estimate], [height], color=color, marker="o", markersize=8, **filled)
                (modular, other), failed = each.runs, each.failed
                counted = f"n = {modular}, {other}" + (f"\n({failed[0]}, {failed[1]} failed)" if any(failed) else "")
                axes.annotate(counted, (1.05, height), va="center", fontsize=8, color=FAINT)
                rows.append(
                    {"ability": ability.name, "rival": each.rival, "probability": estimate}
                    | _ends(probability)
                    | {"p": each.p, "problems": len(each.problems), "n_modular": modular, "n_rival": other}
                    | {"failed_modular": failed[0], "failed_rival": failed[1]}
                )
            height += 1.0
        for rival in dict.fromkeys(each.rival for each, _ in compared):
            axes.plot([], [], color=COLORS_OF_RIVALS[rival], marker="o", linewidth=2, label=f"against {RIVALS[rival]}")
        axes.axvline(0.5, color=FAINT, linestyle="--", linewidth=1)
        axes.set(xlim=(-0.03, 1.25), ylim=(height - 0.3, -0.8), yticks=[], xticks=[0.0, 0.25, 0.5, 0.75, 1.0])
        axes.set_xlabel("probability that the modular run is the better one")
        legend(figure, axes)
    caption = (
        "Dots right of the middle: modular is better, left of it: the other is; filled where it is decided. Means over "
        "problems. Bars: 95 % bootstrap intervals. n: runs of each." + failures_in_words(comparisons)
    )
    return save(figure, folder, "verdict", "How often does a modular run beat the other?", caption, rows)


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
    with canvas(height=1.1 + HEIGHT_OF_ROW * 1.6 * len(rows)) as (figure, axes):
        for place, (each, value) in enumerate(zip(found.entrants, intervals, strict=True)):
            color, mark = styles[each.name].color, gid(each.name)
            if value.known:
                axes.plot([value.low, value.high], [place, place], color=color, linewidth=6, alpha=0.35, gid=mark)
            axes.plot([value.estimate], [place], color=color, marker="o", markersize=8, gid=mark)
            # Above its bar, where a long name has the whole width.
            axes.annotate(
                f"{each.label} (n={each.runs})", (0.0, place - 0.28), xycoords=("axes fraction", "data"), fontsize=8.5,
                gid=mark,
            )  # fmt: skip
        if name == "rank":
            axes.set(xlim=(0.7, len(rows) + 0.3), xticks=range(1, len(rows) + 1))
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
            label, mark = f"{each.label} (n={each.runs})", gid(each.name)
            axes.plot(
                THRESHOLDS, profile.fraction, color=style.color, linestyle=style.dashes, drawstyle="steps-post",
                label=label, gid=mark,
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
