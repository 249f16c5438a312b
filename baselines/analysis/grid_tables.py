"""The tables of grids of tests."""

from collections.abc import Sequence

from badger_envs.registry import get_spec
from badger_envs.statistics import FloatArray
from baselines.analysis.grids import SERVED, AgentGrid, against_published, by_axis, gain_from_more, runs_in_words
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
    """One row for each agent where there is one size, and one for each agent and value otherwise; - where an agent was
    not tested, since it cannot have that size."""
    values = sorted({value for _, grid in found for value in grid.values})
    all_sizes = sorted({size for _, grid in found for size in grid.sizes})
    sizes = columns(problem, all_sizes)
    rows: list[tuple[str, ...]] = []
    for agent, grid in found:
        who = f"{agent.label} (n={agent.count})" if agent.failed_runs else agent.label
        if len(all_sizes) == 1:
            rows.append((who, *(_spread(grid.over_runs(value, all_sizes[0])) for value in values)))
        else:
            rows += [
                (f"{who}, {value} {axis}", *(_mean(grid.over_runs(value, size)) for size in sizes))
                for value in grid.values
            ]
    title = f"{problem.title}: {problem.metric}, by {axis}"
    finished = "runs that finished" if any(agent.failed_runs for agent, _ in found) else "runs"
    if len(all_sizes) == 1:
        heads = (f"{problem.size_argument} {all_sizes[0]}", *(f"{value} {axis}" for value in values))
        said = f"Mean over {finished}, and the best and the worst of them."
        return Table(title, said, heads, tuple(rows), problem.name)
    caption = f"Columns: {problem.size_argument} at test; mean over {finished}."
    return Table(title, caption, (problem.size_argument, *map(str, sizes)), tuple(rows), problem.name)


def _mean(over_runs: FloatArray | None) -> str:
    return "-" if over_runs is None else number(over_runs.mean())


def _spread(over_runs: FloatArray | None) -> str:
    if over_runs is None:
        return "-"
    return f"{number(over_runs.mean())} ({number(over_runs.min())} to {number(over_runs.max())})"


def _grid_table(problem: Problem, agent: AgentResult, grid: AgentGrid) -> Table:
    sizes, mean = columns(problem, grid.sizes), grid.metric.mean(axis=0)  # (values, sizes)
    rows = [
        (f"{value} {grid.axis}", *(number(mean[row, grid.sizes.index(size)]) for size in sizes))
        for row, value in enumerate(grid.values)
    ]
    for name, curve in get_spec(problem.task).published_curves.items():
        rows.append((name, *(number(curve[size]) if size in curve else "" for size in sizes)))
    caption = f"Columns: {problem.size_argument} at test; mean over {runs_in_words(agent)}. {grid_sentence(grid)}"
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
    caption = f"Columns: {problem.size_argument} at test; {runs_in_words(agent)}; upper end of the bootstrap interval."
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
