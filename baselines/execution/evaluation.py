"""Tests of an agent: at sizes of the task, and on grids of sizes and numbers of experts or lengths of life."""

from typing import Any

from agents import Agent
from badger_envs.core.episodes import EpisodeSet
from badger_envs.core.policy import Policy
from badger_envs.evaluation import Result, evaluate
from badger_envs.registry import get_spec
from baselines.experiments.grid import Grid
from baselines.experiments.run import RunSpec
from baselines.outer_loops.policy import AgentPolicy
from baselines.results.grid import GridResult
from baselines.results.run import EvaluationResult


def evaluate_sizes(run: RunSpec, agent: Agent | None) -> tuple[dict[int, EvaluationResult], tuple[int, ...]]:
    """Tests by size, and the sizes that the agent can't have.

    Args:
        run: which sizes and episodes.
        agent: None for the handcrafted policy of the run.
    """
    tests, cannot_have = {}, []
    for size in sorted({run.size, *run.test_sizes}):
        try:
            tests[size] = EvaluationResult.of(_evaluate(run, agent, run.episodes, _sized(run, size)).as_json())
        except _CannotHaveError:
            cannot_have.append(size)
    return tests, tuple(cannot_have)


def evaluate_grids(run: RunSpec, agent: Agent) -> tuple[GridResult, ...]:
    """The grids of the run, without those with more experts than the agent can have, and sizes that it can't have."""
    return tuple(
        _evaluate_grid(run, agent, grid)
        for grid in run.grids
        if grid.axis != "experts" or agent.accepts_experts(grid.values[-1])
    )


def _evaluate_grid(run: RunSpec, agent: Agent, grid: Grid) -> GridResult:
    spec = get_spec(run.task)
    found: dict[int, dict[int, float]] = {value: {} for value in grid.values}
    for value in grid.values:
        experts = value if grid.axis == "experts" else None
        length = {spec.length_argument: value} if grid.axis == "steps" else {}
        for size in grid.sizes:
            try:
                result = _evaluate(run, agent, grid.episodes, {**_sized(run, size), **length}, experts)
            except _CannotHaveError:
                continue
            found[value][size] = float(result.metrics[spec.metric].mean())
    return GridResult(axis=grid.axis, episodes=grid.episodes, metric=found)


class _CannotHaveError(Exception):
    """The agent can't have that size."""


def _sized(run: RunSpec, size: int) -> dict[str, Any]:
    return {**run.arguments, get_spec(run.task).size_argument: size}


def _evaluate(
    run: RunSpec, agent: Agent | None, episodes: int, arguments: dict[str, Any], experts: int | None = None
) -> Result:
    spec = get_spec(run.task)
    task = spec.make_task(**arguments)
    policy: Policy
    if agent is None:
        assert run.policy is not None
        policy = spec.policy(run.policy, task)
    elif agent.accepts(task.ports):
        policy = AgentPolicy(agent, task.ports, bins=run.bins, experts=experts)
    else:
        raise _CannotHaveError
    return evaluate(policy, run.task, episodes=episodes, episode_set=EpisodeSet[run.episode_set], **task.arguments())
