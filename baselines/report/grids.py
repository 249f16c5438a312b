"""Pictures of grids of tests: the task's metric over the number of experts or the length of life, a line per size."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from baselines.analysis.grid_tables import grid_sentence
from baselines.analysis.grids import AgentGrid, by_axis, runs_in_words
from baselines.analysis.table import columns
from baselines.report.labels import direct_labels, round_ticks, ticks_at
from baselines.report.plotting import Row, Spread, labelled, plot_agent, runs_each
from baselines.report.style import Picture, Style, canvas, logarithmic, save
from baselines.report.words import size_name, spelled
from baselines.results.comparison import AgentResult, Problem

TITLES = {"experts": "Do more experts help?", "steps": "Does it stay good in a longer life?"}
LIGHTEST = 0.85
"""Of the colour map, for the largest size; lighter ones can't be seen on white."""
LOWEST = 1e-4
"""Metrics below are drawn here, since the axis is logarithmic."""


def grid_pictures(
    problem: Problem, agents: Sequence[AgentResult], styles: Mapping[str, Style], folder: Path
) -> list[Picture]:
    """A picture for each grid of each agent; where several were tested at one size alone, one for all of them."""
    pictures = []
    for axis, found in by_axis(agents).items():
        if len(found) > 1 and len({size for _, grid in found for size in grid.sizes}) == 1:
            pictures.append(_side_by_side(problem, axis, found, styles, folder))
        else:
            pictures += [_picture(problem, agent, grid, folder) for agent, grid in found]
    return pictures


def _side_by_side(
    problem: Problem,
    axis: str,
    found: Sequence[tuple[AgentResult, AgentGrid]],
    styles: Mapping[str, Style],
    folder: Path,
) -> Picture:
    rows: list[Row] = []
    with canvas() as (figure, axes):
        for agent, grid in found:
            points = [Spread.over(values) for values in grid.metric[:, :, 0].T.tolist()]
            plot_agent(axes, agent, styles[agent.agent], grid.values, points, marker="o")
            rows += [
                labelled(problem, agent, axis=axis, value=value, size=grid.sizes[0], **point._asdict())
                for value, point in zip(grid.values, points, strict=True)
            ]
        _finish(axes, axis, sorted({value for _, grid in found for value in grid.values}), problem)
        direct_labels(axes)
    count = runs_each(agent for agent, _ in found)
    caption = (
        f"{size_name(problem.size_argument)} {found[0][1].sizes[0]}, mean over {count}. Bands: lowest and highest run."
    )
    return save(figure, folder, f"{problem.name}_by_{axis}", TITLES[axis], caption, rows)


def _finish(axes: Axes, axis: str, values: Sequence[int], problem: Problem) -> None:
    axes.set_xscale("log")
    logarithmic(axes.yaxis)
    ticks_at(axes, values)
    round_ticks(axes.yaxis)
    axes.set(xlabel=f"{axis} at test", ylabel=f"{spelled(problem.metric)}, less is better")


def _picture(problem: Problem, agent: AgentResult, grid: AgentGrid, folder: Path) -> Picture:
    rows: list[Row] = []
    sizes = columns(problem, grid.sizes)
    colors = [to_hex(color) for color in colormaps.get_cmap("viridis")(np.linspace(0.0, LIGHTEST, len(sizes)))]
    with canvas() as (figure, axes):
        for size, color in zip(sizes, colors, strict=True):
            points = [Spread.over(values) for values in grid.metric[:, :, grid.sizes.index(size)].T.tolist()]
            name = f"{size} {size_name(problem.size_argument)}"
            axes.plot(grid.values, _drawn(point.mean for point in points), color=color, marker="o", ms=3, label=name)
            low, high = _drawn(point.low for point in points), _drawn(point.high for point in points)
            axes.fill_between(grid.values, low, high, color=color, alpha=0.15, linewidth=0)
            rows += [
                labelled(problem, agent, axis=grid.axis, value=value, size=size, **point._asdict())
                for value, point in zip(grid.values, points, strict=True)
            ]
        _finish(axes, grid.axis, grid.values, problem)
        direct_labels(axes)
    caption = f"{agent.label}, mean over {runs_in_words(agent)}. Bands: lowest and highest run. {grid_sentence(grid)}"
    name = f"{problem.name}_{agent.agent}_{grid.axis}"
    return save(figure, folder, name, TITLES[grid.axis], caption.strip(), rows)


def _drawn(values: Iterable[float]) -> list[float]:
    return [max(value, LOWEST) for value in values]
