"""Pictures of one problem: what the probes found about trained agents."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from baselines.perturbations.probes import PROBES, Probe
from baselines.report.plotting import Row, Spread, cut_off, labelled, plot_agent, plot_references, set_limits
from baselines.report.style import Picture, Style, canvas, gid, legend, save
from baselines.results.comparison import AgentResult, Problem
from baselines.results.run import ProbeCurve

FAR_APART = 10.0
"""From here on, as a ratio, points of a probe are on a logarithmic axis."""
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
    with canvas() as (figure, axes):
        for agent, curves in probed:
            scores: dict[float, list[float]] = {}
            for curve in curves:
                for x, score in zip(curve.x, curve.score, strict=True):
                    scores.setdefault(x, []).append(score)
            trained, style = curves[0].trained, styles[agent.agent]
            points = {x: Spread.over(scores[x]) for x in sorted(scores)}
            plot_agent(axes, agent, style, list(points), list(points.values()), marker="o", n=len(curves))
            if trained in points:
                ring: Any = {"markersize": 11, "markerfacecolor": "none", "markeredgecolor": style.color}
                axes.plot([trained], [points[trained].mean], marker="o", gid=gid(agent.agent), **ring)
            for x, point in points.items():
                numbers = {"x": x, **point._asdict(), "trained": trained}
                rows.append({"probe": probe.name, **labelled(problem, agent, **numbers)})
            shown += points.values()
            places |= set(points)
        plot_references(axes)
        axes.set(xlabel=probe.axis, ylabel="score")
        _ticks(axes, sorted(places))
        set_limits(axes)
        legend(figure, axes)
    return save(figure, folder, f"{problem.name}_{probe.name}", probe.title, cut_off(shown), rows)


def _ticks(axes: Axes, xs: list[float]) -> None:
    """At the places that were probed, on an axis that keeps them apart."""
    positive = [x for x in xs if x > 0.0]
    if len(positive) > 1 and positive[-1] >= FAR_APART * positive[0]:
        if positive == xs:
            axes.set_xscale("log")
        else:
            axes.set_xscale("symlog", linthresh=positive[0])
    axes.set_xticks(xs, [f"{x:g}" for x in xs])
    axes.xaxis.set_minor_locator(NullLocator())
