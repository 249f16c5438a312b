"""Many agents in order, and how certain the place of each is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.statistics.aggregates import bootstrap_values, interquartile_mean
from badger_envs.statistics.intervals import expanded_tail, several_runs
from badger_envs.statistics.scores import FloatArray, IntArray, by_task, check_bootstrap, make_generator

REPLICATES_OF_RANKS = 5_000
"""How many times runs are drawn again for ranks by default."""
DIGITS = 12
"""Significant digits to which aggregates are compared, so that rounding errors part no ties."""


class RankInterval(NamedTuple):
    """A rank, 1 the best, and what it may be: None where anybody has a task with one run alone."""

    rank: int
    low: int | None
    high: int | None

    @property
    def known(self) -> bool:
        """Whether there are ends: whether everybody has several runs of every task."""
        return self.low is not None


def rank_intervals(
    scores: Sequence[npt.ArrayLike],
    *,
    confidence: float = 0.95,
    replicates: int = REPLICATES_OF_RANKS,
    seed: int = 0,
) -> list[RankInterval]:
    """Ranks by interquartile mean, higher is better, with expanded percentile intervals of a bootstrap.

    In every replicate the runs of every agent are drawn again, task by task and apart from those of the others, and all
    agents are ranked anew (Hall and Miller 2009, who show that it is not consistent among agents that are truly equal;
    stratified as in Agarwal et al. 2021). Agents with equal aggregates share the better rank. The ends of an interval
    are ranks that occurred, the outer ones. Memory grows with 8 bytes times agents times replicates, a few times over.

    Args:
        scores: of each agent: (runs, tasks), or a list of arrays (runs of the task,). Numbers of runs may differ.
        confidence: in (0, 1).
        replicates: how many times runs are drawn.
        seed: of the generator.

    Returns:
        One for each agent, in the order given.

    Raises:
        ValueError: No agents, agents of different numbers of tasks, wrong shapes, a task without runs, scores that are
            not finite, a confidence outside (0, 1), or no replicates.
    """
    agents = [by_task(f"scores[{index}]", entry) for index, entry in enumerate(scores)]
    if not agents:
        raise ValueError("scores must hold at least one agent, got none")
    for index, tasks in enumerate(agents):
        if len(tasks) != len(agents[0]):
            raise ValueError(f"scores[{index}] must have the {len(agents[0])} tasks of scores[0], got {len(tasks)}")
    check_bootstrap(confidence, replicates)
    generator = make_generator(seed)
    values = np.empty((len(agents), 1 + replicates))
    for row, tasks in zip(values, agents, strict=True):
        row[0] = interquartile_mean(np.concatenate(tasks))
        row[1:] = np.concatenate(list(bootstrap_values(tasks, interquartile_mean, replicates, generator)))
    ranks = _ranks(values)  # (agents, 1 + R)
    if not all(map(several_runs, agents)):
        return [RankInterval(int(rank), None, None) for rank in ranks[:, 0]]
    intervals = []
    for found, tasks in zip(ranks, agents, strict=True):
        tail = expanded_tail(confidence, [len(task) for task in tasks])
        low, high = np.quantile(found[1:], tail, method="lower"), np.quantile(found[1:], 1.0 - tail, method="higher")
        intervals.append(RankInterval(int(found[0]), int(low), int(high)))
    return intervals


def _ranks(values: FloatArray) -> IntArray:
    """Rank from above within each column of (agents, R), 1 the best; those that tie share the better one."""
    largest = float(np.abs(values).max())
    if largest > 0.0:
        values = values.round(DIGITS - 1 - int(np.floor(np.log10(largest))))
    ranks = np.empty(values.shape, np.int64)
    for column, found in zip(values.T, ranks.T, strict=True):
        found[:] = 1 + len(column) - np.searchsorted(np.sort(column), column, side="right")
    return ranks
