"""The tables of grids of tests."""

from collections.abc import Sequence

from badger_envs.registry import get_spec
from baselines.analysis.grids import SERVED, AgentGrid, against_published, by_axis, gain_from_more
from baselines.analysis.table import Table, columns, number
from baselines.results.comparison import AgentResult, Problem

HELPS = 0.9
"""Factor of an error below which more experts are said to do more than serve more ports."""


def grid_tables(problem: Problem, agents: Sequence[AgentResult]) -> list[Table]:
    """The metric at every point: of several agents beside each other, or of one, also as a fraction of the published.

    Args:
        problem: what was tested.
        agents: everybody on it.
    """
    tables = []
    for axis, found in by_axis(agents).items():
        if len(found) > 1:
            tables.append(_side_by_side(problem, axis, found))
        else:
            tables += [_grid_table(problem, *found[0]), _published_table(problem, *found[0])]
    return [table for table in tables if table.rows]


def _side_by_side(problem: Problem, axis: str, found: Sequence[tuple[AgentResult, AgentGrid]]) -> Table:
    """One row for each agent where there is one size, and one for each agent and value otherwise."""
    first = found[0][1]
    one_size = len(first.sizes) == 1
    sizes = columns(problem, first.sizes)
    rows: list[tuple[str, ...]] = []
    for agent, grid in found:
        places = [grid.sizes.index(size) for size in sizes]
        if one_size:
            low, mean, high = (part(axis=0)[:, 0] for part in (grid.metric.min, grid.metric.mean, grid.metric.max))
            spread = zip(mean, low, high, strict=True)  # of each value
            rows.append((agent.label, *(f"{number(m)} ({number(lo)} to {number(hi)})" for m, lo, hi in spread)))
        else:
            mean = grid.metric.mean(axis=0)[:, places]  # (values, sizes)
            named = zip(grid.values, mean, strict=True)
            rows += [(f"{agent.label}, {value} {axis}", *map(number, row)) for value, row in named]
    title = f"{problem.title}: {problem.metric}, by {axis}"
    if one_size:
        heads = (f"{problem.size_argument} {sizes[0]}", *(f"{value} {axis}" for value in first.values))
        return Table(title, "Mean over runs, and the best and the worst of them.", heads, tuple(rows), problem.name)
    caption = f"Columns: {problem.size_argument} at test; mean over runs."
    return Table(title, caption, (problem.size_argument, *map(str, sizes)), tuple(rows), problem.name)


def _grid_table(problem: Problem, agent: AgentResult, grid: AgentGrid) -> Table:
    sizes, mean = columns(problem, grid.sizes), grid.metric.mean(axis=0)  # (values, sizes)
    rows = [
        (f"{value} {grid.axis}", *(number(mean[row, grid.sizes.index(size)]) for size in sizes))
        for row, value in enumerate(grid.values)
    ]
    for name, curve in get_spec(problem.task).published_curves.items():
        rows.append((name, *(number(curve[size]) if size in curve else "" for size in sizes)))
    caption = f"Columns: {problem.size_argument} at test; mean over {len(grid.metric)} runs. {grid_sentence(grid)}"
    title = f"{problem.title}: {problem.metric} of {agent.label}, by {grid.axis}"
    return Table(title, caption.strip(), (problem.size_argument, *map(str, sizes)), tuple(rows), problem.name)


def _published_table(problem: Problem, agent: AgentResult, grid: AgentGrid) -> Table:
    rows: list[tuple[str, ...]] = []
    heads: tuple[str, ...] = ()
    for value in grid.values if grid.axis == "experts" and len(grid.metric) > 1 else ():
        found = against_published(problem, grid, value)
        if found and value >= max(found):  # every port is served
            heads = (problem.size_argument, *map(str, found))
            rows += [
                (f"{value} experts, mean", *(number(ratio.mean.estimate) for ratio in found.values())),
                ("95 % below", *(number(ratio.mean.high) for ratio in found.values())),
                ("worst run", *(number(ratio.worst) for ratio in found.values())),
            ]
    title = f"{problem.title}: {problem.metric} of {agent.label} as a fraction of the published one"
    caption = f"Columns: {problem.size_argument} at test; {len(grid.metric)} runs; upper end of the bootstrap interval."
    return Table(title, caption, heads, tuple(rows), problem.name)


def grid_sentence(grid: AgentGrid) -> str:
    """What more experts do, once there are enough for every port; empty where that was not tested."""
    gain = gain_from_more(grid)
    if gain is None:
        return ""
    change = f"{gain.estimate:.2f} (95 % {gain.low:.2f} to {gain.high:.2f})"
    verdict = "averaging over them helps" if gain.high < HELPS else "coverage, not averaging"
    apart = f"From {SERVED} experts per port to {max(grid.values)} experts"
    return f"{apart} the metric changes by a factor of {change}: {verdict}."
