"""Nash averaging: a mean over tasks in which near copies of a task count once.

After Balduzzi et al. 2018, "Re-evaluating evaluation": one player chooses an agent, the other a task, and what the
first wins is the score of that agent on that task. Tasks are weighted as the second player mixes them at equilibrium,
at the one of maximum entropy where there are several: tasks that every strong agent does well on get no weight, and
copies of a task share what one of them would have.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.checks import in_short
from badger_envs.statistics.scores import FloatArray

TEMPERATURE = 2e-4
"""In units of the spread of all scores: how much entropy is worth, which decides between equilibria and hardly else."""
ITERATIONS = 40_000


class NashAverage(NamedTuple):
    """What Nash averaging says of agents and of tasks."""

    scores: FloatArray
    """(agents,) mean score of each over the tasks, weighted."""
    weights: FloatArray
    """(tasks,) of the tasks; they add up to 1."""


def nash_average(scores: npt.ArrayLike) -> NashAverage:
    """Scores of agents by Nash averaging.

    Args:
        scores: (agents, tasks), finite.

    Raises:
        ValueError: Other shapes, no agents or tasks, or scores that are not finite.
    """
    table = np.asarray(scores, dtype=np.float64)  # (agents, tasks)
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():
        must = "scores must be finite numbers, (agents, tasks), at least one of each"
        raise ValueError(f"{must}, got {in_short(scores)}")
    spread = float(table.max() - table.min())
    if spread == 0.0:
        return NashAverage(table.mean(axis=1), np.full(table.shape[1], 1.0 / table.shape[1]))
    weights = _mixed_tasks((table - table.min()) / spread)
    return NashAverage(table @ weights, weights)


def _mixed_tasks(table: FloatArray) -> FloatArray:
    """How the second player mixes tasks (tasks,), for scores from 0 to 1 (agents, tasks).

    Both players move against where the other will be (extragradient), on a game to which a little entropy of both is
    added, so that there is one equilibrium and steps come to rest in it; the temperature falls to its end on the way.
    """
    agents, tasks = (np.zeros(count) for count in table.shape)  # logarithms, up to a constant
    for iteration in range(ITERATIONS):
        heat = max(TEMPERATURE, 0.3 * 0.5 ** (iteration / 500))
        rate = min(1.0, 0.4 / (1.0 + heat))
        ahead_agents = _step(agents, table @ _softmax(tasks), heat, rate)
        ahead_tasks = _step(tasks, -(_softmax(agents) @ table), heat, rate)
        new_agents = _step(agents, table @ _softmax(ahead_tasks), heat, rate)
        new_tasks = _step(tasks, -(_softmax(ahead_agents) @ table), heat, rate)
        still = heat == TEMPERATURE and max(
            np.abs(_softmax(new_agents) - _softmax(agents)).max(), np.abs(_softmax(new_tasks) - _softmax(tasks)).max()
        ) < 1e-10  # fmt: skip
        agents, tasks = new_agents, new_tasks
        if still:
            break
    return _softmax(tasks)


def _step(logits: FloatArray, payoffs: FloatArray, heat: float, rate: float) -> FloatArray:
    """Entropic mirror ascent by payoffs plus `heat` times entropy."""
    moved = (1.0 - rate * heat) * logits + rate * payoffs
    shifted: FloatArray = moved - moved.max()
    return shifted


def _softmax(logits: FloatArray) -> FloatArray:
    exponentials = np.exp(logits - logits.max())
    normalized: FloatArray = exponentials / exponentials.sum()
    return normalized
