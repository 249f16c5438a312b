"""Failed runs count: each as the worst run of anybody on its problem, or as blind chance where that is worse.

Or who fails often would be judged by the luck of those that survived.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from badger_envs.statistics import FloatArray, stratified_bootstrap
from baselines.results.comparison import AgentResult, Interval

CHANCE = 0.0
"""The score of the best policy that does not listen."""


def worst(values: Iterable[float]) -> float:
    """What a failed run counts as, given the values of all runs of a problem that finished."""
    return min((CHANCE, *values))


def with_failed(values: Sequence[float], failed: int, lowest: float) -> FloatArray:
    """The values of all runs, (runs,): those of the runs that finished, and the lowest for each that failed."""
    return np.asarray([*values, *[lowest] * failed], dtype=np.float64)


def scores_with_failed(agents: Sequence[AgentResult]) -> dict[tuple[str, str], FloatArray]:
    """Scores of the planned runs of everybody who is trained, each (runs,), by problem and agent."""
    lowest = {
        problem: worst(run.score for agent in agents if agent.problem == problem for run in agent.runs)
        for problem in {agent.problem for agent in agents}
    }
    return {
        (agent.problem, agent.agent): with_failed(
            [run.score for run in agent.runs], agent.failed_runs, lowest[agent.problem]
        )
        for agent in agents
        if not agent.handcrafted
    }


def with_scores(agents: Sequence[AgentResult]) -> tuple[AgentResult, ...]:
    """The agents with their interquartile means, in which failed runs count.

    Args:
        agents: all of a result.
    """
    counted = scores_with_failed(agents)

    def score(agent: AgentResult) -> Interval | None:
        if not agent.runs:
            return None
        return interquartile_score(counted.get((agent.problem, agent.agent), [run.score for run in agent.runs]))

    return tuple(agent.model_copy(update={"score": score(agent)}) for agent in agents)


def interquartile_score(scores: Sequence[float] | FloatArray) -> Interval:
    """Interquartile mean of scores (runs,); a single run has no interval."""
    found = stratified_bootstrap(np.asarray(scores, dtype=np.float64)[:, None])  # of (runs, 1)
    ends = (found.low, found.high) if found.known else (None, None)
    return Interval(estimate=found.estimate, low=ends[0], high=ends[1])
