"""What grids of tests say: points over runs, and whether more experts do more than serve more ports."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from badger_envs.registry import get_spec
from badger_envs.statistics import FloatArray, Interval, stratified_bootstrap
from baselines.results.comparison import AgentResult, Problem
from baselines.results.grid import GridResult

SERVED = 2
"""Experts per port from which on every port is served with something to spare."""


class AgentGrid(NamedTuple):
    """A grid of an agent, over its runs."""

    axis: str
    values: tuple[int, ...]
    sizes: tuple[int, ...]
    metric: FloatArray
    """(runs, values, sizes). Of the runs that finished: an error has no worst that a failed one could count as."""

    def over_runs(self, value: int, size: int) -> FloatArray | None:
        """The metric of every run at a point, (runs,); None where it was not tested."""
        if value not in self.values or size not in self.sizes:
            return None
        found: FloatArray = self.metric[:, self.values.index(value), self.sizes.index(size)]
        return found


def grids_of(agent: AgentResult) -> list[AgentGrid]:
    """The grids that all runs of an agent have, without those of which it could have no size."""
    joined = [_joined([run.grids[number] for run in agent.runs]) for number in range(_count(agent))]
    return [grid for grid in joined if grid.sizes]


def by_axis(agents: Sequence[AgentResult]) -> dict[str, list[tuple[AgentResult, AgentGrid]]]:
    """Agents with their grids, by what varies besides the size."""
    found: dict[str, list[tuple[AgentResult, AgentGrid]]] = {}
    for agent in agents:
        for grid in grids_of(agent):
            found.setdefault(grid.axis, []).append((agent, grid))
    return found


def runs_in_words(agent: AgentResult) -> str:
    """What means of an agent are over, as captions say it."""
    return f"the {agent.count} runs that finished" if agent.failed_runs else f"{agent.count} runs"


def _count(agent: AgentResult) -> int:
    return min((len(run.grids) for run in agent.runs), default=0)


def _joined(found: Sequence[GridResult]) -> AgentGrid:
    values = tuple(found[0].metric)
    sizes = tuple(found[0].metric[values[0]])
    metric = [[[each.metric[value][size] for size in sizes] for value in values] for each in found]
    return AgentGrid(found[0].axis, values, sizes, np.asarray(metric))


def gain_from_more(grid: AgentGrid) -> Interval | None:
    """By which factor the metric changes from SERVED experts per port to the most that were tested.

    Geometric mean over sizes, then mean over runs with its 95 % bootstrap interval. None where sizes have no such two
    numbers of experts, where there is one run only, and where an error is 0, of which nothing is a fraction.
    """
    most = len(grid.values) - 1
    pairs = [
        (next(place for place, value in enumerate(grid.values) if value >= SERVED * size), column)
        for column, size in enumerate(grid.sizes)
        if grid.values[most] >= SERVED * size
    ]
    pairs = [(place, column) for place, column in pairs if place < most]
    if grid.axis != "experts" or not pairs or len(grid.metric) < 2:
        return None
    few = np.stack([grid.metric[:, place, column] for place, column in pairs])  # (sizes, runs)
    many = np.stack([grid.metric[:, most, column] for _, column in pairs])  # (sizes, runs)
    if not (few > 0.0).all() or not (many > 0.0).all():
        return None
    logs = np.log(many / few)  # (sizes, runs)
    return Interval(*np.exp(stratified_bootstrap(logs.mean(axis=0)[:, None], np.mean)))


class Ratio(NamedTuple):
    """An error as a fraction of a published one."""

    mean: Interval
    worst: float
    """Of the runs."""


def against_published(problem: Problem, grid: AgentGrid, value: int) -> dict[int, Ratio]:
    """The metric as a fraction of what others measured, by size, at one value of the axis; empty without that."""
    spec = get_spec(problem.task)
    curve = spec.published_curves[spec.published] if spec.published else {}
    row, found = grid.values.index(value), {}
    for column, size in enumerate(grid.sizes):
        if size in curve:
            ratios = grid.metric[:, row, column] / curve[size]  # (runs,)
            found[size] = Ratio(stratified_bootstrap(ratios[:, None], np.mean), float(ratios.max()))
    return found
