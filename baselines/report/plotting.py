"""Lines of agents in pictures: means over runs with their range, between chance and reference."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from baselines.report.style import FAINT, Look, gid

LOWEST_SHOWN = -1.0
"""Scores far below chance would press all others together."""

Agent = Mapping[str, Any]
"""An agent on a problem, as in `result.json`."""
Row = dict[str, Any]
"""A line of a CSV."""


def over(values: Any) -> Row:
    """What is shown of the values of the runs."""
    return {
        "mean": float(np.mean(values)),
        "low": float(np.min(values)),
        "high": float(np.max(values)),
        "n": len(values),
    }


def labelled(problem: Mapping[str, Any], agent: Agent, point: Row) -> Row:
    return {"problem": problem["name"], "agent": agent["agent"], "label": agent["label"], **point}


def line(
    axes: Axes, agent: Agent, look: Look, xs: list[float], points: list[Row], marker: str = "", n: int | None = None
) -> None:
    """An agent: its mean, and the range of its runs."""
    mark, label = gid(agent["agent"]), f"{agent['label']} (n={n or agent['n']})"
    mean, low, high = ([point[name] for point in points] for name in ("mean", "low", "high"))
    axes.plot(
        xs, mean, color=look.color, linestyle=look.dashes, linewidth=1.8, marker=marker, markersize=4, label=label,
        gid=mark,
    )  # fmt: skip
    axes.fill_between(xs, low, high, color=look.color, alpha=0.15, linewidth=0, gid=mark)


def levels(axes: Axes, problem: Mapping[str, Any]) -> None:
    """Chance and reference, in scores."""
    for level, name in ((0.0, "blind chance"), (1.0, "handcrafted reference")):
        axes.axhline(level, color=FAINT, linestyle="--", linewidth=1)
        axes.annotate(
            name, (1.0, level), xycoords=("axes fraction", "data"), ha="right", va="bottom", color=FAINT, fontsize=8
        )


def limits(axes: Axes) -> None:
    """Chance and reference are always in the picture."""
    low, high = axes.get_ylim()
    axes.set_ylim(max(min(low, -0.12), LOWEST_SHOWN), max(high, 1.12))


def cut_off(rows: list[Row]) -> str:
    """A warning where the picture does not show everything."""
    return f" Scores below {LOWEST_SHOWN:g} are cut off." if min(row["low"] for row in rows) < LOWEST_SHOWN else ""
