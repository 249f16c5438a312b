"""The tables of grids of tests."""

from badger_envs.registry import get_spec
from baselines.analysis.grids import SERVED, AgentGrid, against_published, gain_from_more, grids_of
from baselines.analysis.table import Table, columns, number
from baselines.results.comparison import AgentResult, Problem

HELPS = 0.9
"""Factor of an error below which more experts are said to do more than serve more ports."""


def grid_tables(problem: Problem, agent: AgentResult) -> list[Table]:
    """Of an agent: the metric at every point, and as a fraction of a published one."""
    return [
        table
        for grid in grids_of(agent)
        for table in (_grid_table(problem, agent, grid), _published_table(problem, agent, grid))
        if table.rows
    ]


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
