"""Pictures of one problem: what trained agents were asked besides."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from baselines.perturbations.probes import PROBES
from baselines.report.plotting import Agent, cut_off, labelled, levels, limits, line, over
from baselines.report.style import Look, Picture, canvas, gid, legend, save

FAR_APART = 10.0
"""From here on, as a ratio, points of a probe are on a logarithmic axis."""


def probes(problem: Mapping[str, Any], agents: list[Agent], looks: Mapping[str, Look], folder: Path) -> list[Picture]:
    """One picture for each probe that somebody could be asked."""
    pictures = []
    for probe in PROBES.values():
        asked = [
            (agent, [run["probes"][probe.name] for run in agent["runs"] if run["probes"].get(probe.name, {}).get("x")])
            for agent in agents
        ]
        asked = [(agent, curves) for agent, curves in asked if curves]
        if not asked:
            continue
        rows = []
        with canvas() as (figure, axes):
            for agent, curves in asked:
                found: dict[float, list[float]] = {}
                for curve in curves:
                    for x, score in zip(curve["x"], curve["score"], strict=True):
                        found.setdefault(x, []).append(score)
                trained = curves[0]["trained"]
                points = [{"x": x, **over(found[x]), "trained": trained} for x in sorted(found)]
                look = looks[agent["agent"]]
                line(axes, agent, look, [point["x"] for point in points], points, marker="o", n=len(curves))
                for point in points:
                    if point["x"] == trained:
                        ring: Any = {"markersize": 11, "markerfacecolor": "none", "markeredgecolor": look.color}
                        axes.plot([trained], [point["mean"]], marker="o", gid=gid(agent["agent"]), **ring)
                rows += [{"probe": probe.name, **labelled(problem, agent, point)} for point in points]
            levels(axes, problem)
            axes.set(xlabel=probe.axis, ylabel="score")
            _ticks(axes, sorted({row["x"] for row in rows}))
            limits(axes)
            legend(figure, axes)
        caption = cut_off(rows)
        pictures.append(save(figure, folder, f"{problem['name']}_{probe.name}", probe.title, caption, rows))
    return pictures


def _ticks(axes: Axes, xs: list[float]) -> None:
    """At what was asked, on an axis that keeps them apart."""
    positive = [x for x in xs if x > 0.0]
    if len(positive) > 1 and positive[-1] >= FAR_APART * positive[0]:
        if positive == xs:
            axes.set_xscale("log")
        else:
            axes.set_xscale("symlog", linthresh=positive[0])
    axes.set_xticks(xs, [f"{x:g}" for x in xs])
    axes.xaxis.set_minor_locator(NullLocator())
