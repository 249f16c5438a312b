"""Lines of agents in pictures: means over runs with their range, between chance and reference."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from baselines.report.style import FAINT, PAPER, Style, gid
from baselines.results.comparison import AgentResult, Problem

LOWEST_SHOWN = -1.0
"""Scores far below chance would press all others together."""

Row = dict[str, Any]
"""A line of a CSV."""


class Spread(NamedTuple):
    """What is shown of the values of several runs."""

    mean: float
    low: float
    high: float
    n: int

    @classmethod
    def over(cls, values: Sequence[float]) -> "Spread":
        """Of one value for each run."""
        return cls(float(np.mean(values)), float(np.min(values)), float(np.max(values)), len(values))


def labelled(problem: Problem, agent: AgentResult, **numbers: Any) -> Row:
    """A line of a CSV that is about an agent on a problem."""
    return {"problem": problem.name, "agent": agent.agent, "label": agent.label, **numbers}


def plot_agent(
    axes: Axes, agent: AgentResult, style: Style, xs: Sequence[float], points: Sequence[Spread], marker: str = "",
    n: int | None = None,
) -> None:  # fmt: skip
    """An agent: its mean, and the range of its runs, which are all that finished or `n` of them; how many these are is
    said where some are missing."""
    count = agent.count if n in (None, len(agent.runs)) else f"{n} of {agent.planned_runs}"
    mark, label = gid(agent.agent), f"{agent.label} ({count} runs)" if " of " in count else agent.label
    axes.plot(
        xs, [point.mean for point in points], color=style.color, linestyle=style.dashes, linewidth=1.8, marker=marker,
        markersize=4, label=label, gid=mark,
    )  # fmt: skip
    low, high = [point.low for point in points], [point.high for point in points]
    axes.fill_between(xs, low, high, color=style.color, alpha=0.15, linewidth=0, gid=mark)


def plot_references(axes: Axes) -> None:
    """Chance and reference, in scores."""
    for score, name in ((0.0, "blind chance"), (1.0, "handcrafted reference")):
        axes.axhline(score, color=FAINT, linestyle="--", linewidth=1)
        box: Any = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.7, "pad": 0.5}
        axes.annotate(
            name, (1.0, score), xycoords=("axes fraction", "data"), ha="right", va="bottom", color=FAINT, bbox=box
        )


def runs_each(agents: Iterable[AgentResult]) -> str:
    """How many runs the agents of a picture have, as a caption says it."""
    counts = sorted({len(agent.runs) for agent in agents if agent.runs})
    several = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else str(counts[0])
    return f"{several} run{'s' if counts[-1] > 1 else ''}"


def set_limits(axes: Axes) -> None:
    """Chance and reference are always in the picture."""
    low, high = axes.get_ylim()
    axes.set_ylim(max(min(low, -0.1), LOWEST_SHOWN), max(high, 1.16))


def cut_off(points: Iterable[Spread]) -> str:
    """A warning where the picture does not show everything."""
    lowest = min(point.low for point in points)
    return f" Scores below {LOWEST_SHOWN:g} are cut off." if lowest < LOWEST_SHOWN else ""
