"""Pictures of grids of tests: the task's metric over the number of experts or the length of life, a line per size."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.ticker import NullLocator

from baselines.analysis.grid_tables import grid_sentence
from baselines.analysis.grids import AgentGrid, grids_of
from baselines.analysis.table import columns
from baselines.report.plotting import Row, Spread, labelled
from baselines.report.style import Picture, canvas, legend, logarithmic, save
from baselines.results.comparison import AgentResult, Problem

TITLES = {"experts": "Do more experts help?", "steps": "Does it stay good in a longer life?"}
LIGHTEST = 0.85
"""Of the colour map, for the largest size; lighter ones can't be seen on white."""
LOWEST = 1e-4
"""Metrics below are drawn here, since the axis is logarithmic."""


def grid_pictures(problem: Problem, agents: Sequence[AgentResult], folder: Path) -> list[Picture]:
    """A picture for each grid of each agent."""
    return [_picture(problem, agent, grid, folder) for agent in agents for grid in grids_of(agent)]


def _picture(problem: Problem, agent: AgentResult, grid: AgentGrid, folder: Path) -> Picture:
    rows: list[Row] = []
    sizes = columns(problem, grid.sizes)
    colors = [to_hex(color) for color in colormaps.get_cmap("viridis")(np.linspace(0.0, LIGHTEST, len(sizes)))]
    with canvas() as (figure, axes):
        for size, color in zip(sizes, colors, strict=True):
            points = [Spread.over(values) for values in grid.metric[:, :, grid.sizes.index(size)].T.tolist()]
            name = f"{problem.size_argument} {size}"
            axes.plot(grid.values, _drawn(point.mean for point in points), color=color, marker="o", ms=3, label=name)
            low, high = _drawn(point.low for point in points), _drawn(point.high for point in points)
            axes.fill_between(grid.values, low, high, color=color, alpha=0.15, linewidth=0)
            rows += [
                labelled(problem, agent, axis=grid.axis, value=value, size=size, **point._asdict())
                for value, point in zip(grid.values, points, strict=True)
            ]
        axes.set_xscale("log")
        logarithmic(axes.yaxis)
        axes.set_xticks(grid.values, map(str, grid.values))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set(xlabel=f"{grid.axis} at test", ylabel=f"{problem.metric}, less is better")
        legend(figure, axes)
    caption = f"{agent.label}, mean over {len(grid.metric)} runs. Bands: lowest and highest run. {grid_sentence(grid)}"
    name = f"{problem.name}_{agent.agent}_{grid.axis}"
    return save(figure, folder, name, TITLES[grid.axis], caption.strip(), rows)


def _drawn(values: Iterable[float]) -> list[float]:
    return [max(value, LOWEST) for value in values]
