"""Pictures of one problem: what the probes found about trained agents."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from baselines.perturbations.probe import Probe
from baselines.perturbations.probes import PROBES
from baselines.report.labels import direct_labels, round_ticks, ticks_at
from baselines.report.plotting import Row, Spread, cut_off, labelled, plot_agent, plot_references, set_limits
from baselines.report.style import Picture, Style, canvas, gid, save
from baselines.results.comparison import AgentResult, Problem
from baselines.results.run import ProbeCurve

FAR_APART = 10.0
"""From here on, as a ratio, points of a probe are on a logarithmic axis."""
DASHES = ("--", ":", "-.")
"""Of the lines besides the first."""
DASHED = ("dashed", "dotted", "dash-dotted")
Probed = Sequence[tuple[AgentResult, Sequence[ProbeCurve]]]
"""Agents with a curve for each run."""


def probe_curves(
    problem: Problem, agents: Sequence[AgentResult], styles: Mapping[str, Style], folder: Path
) -> list[Picture]:
    """One picture for each probe that an agent has a curve of."""
    pictures = []
    for probe in PROBES.values():
        curves = [(agent, [run.probes.get(probe.name) for run in agent.runs]) for agent in agents]
        probed = [(agent, found) for agent, each in curves if (found := [curve for curve in each if curve and curve.x])]
        if probed:
            pictures.append(_picture(problem, probe, probed, styles, folder))
    return pictures


def _picture(problem: Problem, probe: Probe, probed: Probed, styles: Mapping[str, Style], folder: Path) -> Picture:
    rows: list[Row] = []
    shown: list[Spread] = []
    places: set[float] = set()
    names = list(dict.fromkeys(name for _, curves in probed for curve in curves for name in curve.others))
    with canvas() as (figure, axes):
        for agent, curves in probed:
            trained, style = curves[0].trained, styles[agent.agent]
            points = _over_runs([(curve.x, curve.score) for curve in curves])
            plot_agent(axes, agent, style, list(points), list(points.values()), marker="o", n=len(curves))
            if trained in points:
                ring: Any = {"markersize": 11, "markerfacecolor": "none", "markeredgecolor": style.color}
                axes.plot([trained], [points[trained].mean], marker="o", gid=gid(agent.agent), **ring)
            lines = {probe.line: points}
            for name, dashes in zip(names, DASHES, strict=False):
                lines[name] = _over_runs([(c.x, c.others[name]) for c in curves if name in c.others])
                means = [point.mean for point in lines[name].values()]
                drawn: Any = {"linestyle": dashes, "linewidth": 1.4, "marker": "x", "markersize": 4}
                axes.plot(list(lines[name]), means, color=style.color, gid=gid(agent.agent), **drawn)
            for name, line in lines.items():
                for x, point in line.items():
                    numbers = {"line": name, "x": x, **point._asdict(), "trained": trained}
                    rows.append({"probe": probe.name, **labelled(problem, agent, **numbers)})
                shown += line.values()
            places |= set(points)
        axes.set(xlabel=probe.axis, ylabel=probe.y)
        if probe.y == "score":
            plot_references(axes)
            set_limits(axes)
        else:
            axes.set_ylim(bottom=min(0.0, *(point.low for point in shown)))
        _scale(axes, sorted(places))
        ticks_at(axes, sorted(places))
        round_ticks(axes.yaxis)
        direct_labels(axes)
    warning = cut_off(shown) if probe.y == "score" else ""
    return save(
        figure, folder, f"{problem.name}_{probe.name}", probe.title, _caption(probe, names, probed) + warning, rows
    )


def _over_runs(lines: Sequence[tuple[Sequence[float], Sequence[float]]]) -> dict[float, Spread]:
    """The spread over runs at each x, in order."""
    found: dict[float, list[float]] = {}
    for xs, ys in lines:
        for x, y in zip(xs, ys, strict=True):
            found.setdefault(x, []).append(y)
    return {x: Spread.over(found[x]) for x in sorted(found)}


def _caption(probe: Probe, names: Sequence[str], probed: Probed) -> str:
    """What it means, which line is which, and the single numbers of each agent."""
    lines = ", ".join(f"{dashes} {name}" for name, dashes in zip(names, DASHED, strict=False))
    key = [f"Solid: {probe.line}; {lines}."] if names else []
    return " ".join(part for part in (probe.meaning, *key, *_facts(probed)) if part)


def _facts(probed: Probed) -> Iterator[str]:
    for name in dict.fromkeys(name for _, curves in probed for curve in curves for name in curve.facts):
        means = {
            agent.label: np.mean([curve.facts[name] for curve in curves if name in curve.facts] or [np.nan])
            for agent, curves in probed
        }
        said = ", ".join(f"{label} {mean:.3g}" for label, mean in means.items() if np.isfinite(mean))
        yield f"{name[0].upper()}{name[1:]}: {said}."
    words = {agent.label: [curve.words for curve in curves if curve.words] for agent, curves in probed}
    if any(words.values()):
        yield (
            "; ".join(
                f"{label}: " + ", ".join(f"{word} ({each.count(word)} of {len(each)})" for word in dict.fromkeys(each))
                for label, each in words.items()
                if each
            )
            + "."
        )


def _scale(axes: Axes, xs: list[float]) -> None:
    """An axis that keeps the places that were probed apart."""
    positive = [x for x in xs if x > 0.0]
    if len(positive) > 1 and positive[-1] >= FAR_APART * positive[0]:
        if positive == xs:
            axes.set_xscale("log")
        else:
            axes.set_xscale("symlog", linthresh=positive[0])
