"""All problems together, agent by agent: interquartile means, ranks and performance profiles, with their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from badger_envs.statistics import Interval, RankInterval, performance_profile, rank_intervals, stratified_bootstrap
from baselines.analysis.tables import Table
from baselines.analysis.verdict import CUT, MONOLITHIC
from baselines.report.style import FAINT, INK, Look, Picture, canvas, gid, legend, save

MODULAR = "modular"
"""The modular agents of all problems taken together, where they are not the same one everywhere."""
THRESHOLDS = np.linspace(0.0, 1.1, 111)
"""Of scores, for the profiles: chance is 0, the handcrafted reference 1."""
HEIGHT_OF_ROW = 0.34
"""Of a dot with its bar, in inches."""


@dataclass(frozen=True)
class Entrant:
    """Somebody who was on all problems that are counted."""

    name: str
    label: str
    scores: list[Any]
    """(runs,) for each problem."""
    score: Interval
    rank: RankInterval

    @property
    def runs(self) -> int:
        """On all problems together."""
        return sum(len(task) for task in self.scores)


@dataclass(frozen=True)
class Aggregate:
    """The entrants, best first, and what they met on."""

    problems: list[str]
    """Titles; only problems on which two trained agents or more have runs count."""
    entrants: list[Entrant]
    left_out: list[str]
    """Labels of those who are not on all of these problems."""


def aggregate(content: Mapping[str, Any]) -> Aggregate:
    """Everybody who has runs on all problems that several agents have runs on."""
    trained = [agent for agent in content["agents"] if agent["n"] and not agent["handcrafted"]]
    scores: dict[str, dict[str, Any]] = {}
    labels = {agent["agent"]: agent["label"] for agent in content["agents"] if not agent["handcrafted"]}
    for agent in trained:
        scores.setdefault(agent["agent"], {})[agent["problem"]] = np.asarray([run["score"] for run in agent["runs"]])
    met = {
        problem["name"]: problem
        for problem in content["problems"]
        if sum(problem["name"] in found for found in scores.values()) > 1
    }
    firsts = [problem["first"] for problem in met.values()]
    if len(set(firsts)) > 1 and not {MONOLITHIC, CUT} & set(firsts):
        taken = {name: scores.get(problem["first"], {}).get(name) for name, problem in met.items()}
        scores[MODULAR] = {name: found for name, found in taken.items() if found is not None}
        labels[MODULAR] = "modular: the first agent of each problem"
    everywhere = [name for name, found in scores.items() if met and all(problem in found for problem in met)]
    left_out = [label for name, label in labels.items() if name not in everywhere]
    lists = [[scores[name][problem] for problem in met] for name in everywhere]
    ranks = rank_intervals(lists) if lists else []
    entrants = [
        Entrant(name, labels[name], found, stratified_bootstrap(found), rank)
        for name, found, rank in zip(everywhere, lists, ranks, strict=True)
    ]
    return Aggregate(
        [problem["title"] for problem in met.values()], sorted(entrants, key=lambda each: each.rank.rank), left_out
    )


def aggregate_table(found: Aggregate) -> Table:
    """Means, ranks and how many runs they rest on."""
    return Table(
        "All problems together",
        f"score: interquartile mean over all runs on {len(found.problems)} problems, 0 = blind chance, 1 = handcrafted "
        "reference. 95 %: bootstrap, runs drawn again problem by problem; too narrow for few runs.",
        ("agent", "score", "95 %", "rank", "rank, 95 %", "runs"),
        tuple(
            (
                each.label,
                f"{each.score.estimate:.3f}",
                f"{each.score.low:.3f}..{each.score.high:.3f}",
                str(each.rank.rank),
                f"{each.rank.low}..{each.rank.high}",
                str(each.runs),
            )
            for each in found.entrants
        ),
    )


def aggregate_pictures(found: Aggregate, looks: Mapping[str, Look], folder: Path) -> list[Picture]:
    """Means, ranks and profiles; none where nobody is on all problems."""
    if not found.entrants:
        return []
    looks = {**looks, MODULAR: Look(INK, "-")}
    return [
        _bars(
            found, looks, folder, "score", "Who scores how much?", "score, interquartile mean",
            [each.score for each in found.entrants],
            "Dot: interquartile mean over all runs. Bar: 95 % bootstrap interval.",
        ),
        _bars(
            found, looks, folder, "rank", "Who is first, and how certain is that?", "rank, 1 is best",
            [Interval(*map(float, each.rank)) for each in found.entrants],
            "Dot: rank by interquartile mean. Bar: ranks that 95 % of bootstrap replicates lie in.",
        ),
        _profiles(found, looks, folder),
    ]  # fmt: skip


def _bars(
    found: Aggregate, looks: Mapping[str, Look], folder: Path, name: str, title: str, axis: str,
    intervals: Sequence[Interval], caption: str,
) -> Picture:  # fmt: skip
    rows = [
        {"agent": each.name, "label": each.label, name: value.estimate, "low": value.low, "high": value.high}
        | {"problems": len(found.problems), "n": each.runs}
        for each, value in zip(found.entrants, intervals, strict=True)
    ]
    with canvas(height=1.1 + HEIGHT_OF_ROW * 1.6 * len(rows)) as (figure, axes):
        for place, (each, value) in enumerate(zip(found.entrants, intervals, strict=True)):
            color, mark = looks[each.name].color, gid(each.name)
            axes.plot([value.low, value.high], [place, place], color=color, linewidth=6, alpha=0.35, gid=mark)
            axes.plot([value.estimate], [place], color=color, marker="o", markersize=8, gid=mark)
            # Above its bar, where a long name has the whole width.
            axes.annotate(
                f"{each.label} (n={each.runs})", (0.0, place - 0.28), xycoords=("axes fraction", "data"), fontsize=8.5,
                gid=mark,
            )  # fmt: skip
        if name == "rank":
            axes.set_xlim(0.7, len(rows) + 0.3)
            axes.set_xticks(range(1, len(rows) + 1))
        axes.set_ylim(len(rows) - 0.5, -0.75)
        axes.set_yticks([])
        axes.set_xlabel(axis)
    return save(figure, folder, f"all_{name}", title, caption, rows)


def _profiles(found: Aggregate, looks: Mapping[str, Look], folder: Path) -> Picture:
    rows = []
    with canvas() as (figure, axes):
        for each in found.entrants:
            look, profile = looks[each.name], performance_profile(each.scores, THRESHOLDS)
            label, mark = f"{each.label} (n={each.runs})", gid(each.name)
            axes.plot(
                THRESHOLDS, profile.fraction, color=look.color, linestyle=look.dashes, drawstyle="steps-post",
                label=label, gid=mark,
            )  # fmt: skip
            axes.fill_between(
                THRESHOLDS, profile.low, profile.high, color=look.color, alpha=0.15, linewidth=0, step="post", gid=mark
            )
            rows += [
                {"agent": each.name, "label": each.label, "threshold": threshold}
                | {"fraction": fraction, "low": low, "high": high, "n": each.runs}
                for threshold, fraction, low, high in zip(*(values.tolist() for values in profile), strict=True)
            ]
        axes.axvline(1.0, color=FAINT, linestyle="--", linewidth=1)
        axes.set(xlabel="score: 0 blind chance, 1 handcrafted reference", ylabel="fraction of runs above it")
        axes.set_ylim(-0.03, 1.03)
        legend(figure, axes)
    caption = "At each score, the fraction of runs that reach more. Bands: 95 % bootstrap interval at each score alone."
    return save(figure, folder, "all_profile", "How many of its runs are good?", caption, rows)
