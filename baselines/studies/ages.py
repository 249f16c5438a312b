"""What a step is worth by the age at which it is made: whether learning goes on in long lives, and whether it stays."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from agents import Agent
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.task import Task
from badger_envs.registry import get_spec
from baselines.experiments.agents import AGENTS
from baselines.outer_loops.distributions import make_distribution
from baselines.outer_loops.rollout import BatchedEnv, require_presence, rollout
from baselines.report.style import COLORS, Picture, canvas, legend, logarithmic, save
from baselines.results.run import RunResult

PER_DECADE = 5
"""Ages that are drawn between a step and the one ten times as old."""


class Curve(NamedTuple):
    """The mean reward of a step by age, of runs that were trained alike."""

    who: str
    last: tuple[int, ...]
    """The last step of each age, counted from 1."""
    rewards: tuple[tuple[float, ...], ...]
    """Of each run at each age."""


def ages_of(steps: int) -> tuple[int, ...]:
    """The last step of each age in a life of so many steps; ages grow with the life, about five to a decade."""
    count = int(np.log10(steps) * PER_DECADE) + 1
    return tuple(sorted({round(age) for age in np.geomspace(1, steps, count)}))


def age_curves(read: Sequence[tuple[Agent, RunResult]], episodes: int) -> list[Curve]:
    """Test runs in lives as long as the longest that any was trained in, those that were trained alike together.

    Args:
        read: agents that were trained, and their runs.
        episodes: test episodes.

    Raises:
        ValueError: Runs are of tasks that differ in more than the length of a life.
    """
    tasks = []
    for _, result in read:
        said = result.specification
        spec, task = get_spec(said.task), said.make_task()
        tasks.append((spec, task, getattr(task, spec.length_argument)))
    length = max(steps for _, _, steps in tasks)
    long = {
        (spec.id, spec.make_task(**{**task.arguments(), spec.length_argument: length})) for spec, task, _ in tasks
    }  # as they are all played
    if len(long) != 1:
        raise ValueError(f"runs must be of one task, in lives of any length, got {sorted(map(str, long))}")
    ((_, task),) = long
    last, found = ages_of(task.horizon), dict[str, list[tuple[float, ...]]]()
    for (agent, result), (_, _, steps) in zip(read, tasks, strict=True):
        rewards = _rewards(agent, task, episodes, result.specification.bins)  # (T,)
        name = result.specification.agent
        who = f"{AGENTS[name].label if name in AGENTS else name}, trained in lives of {steps:,}"
        first = (0, *last[:-1])
        means = tuple(float(rewards[start:stop].mean()) for start, stop in zip(first, last, strict=True))
        found.setdefault(who, []).append(means)
    return [Curve(who, last, tuple(runs)) for who, runs in found.items()]


@torch.inference_mode()
def _rewards(agent: Agent, task: Task[Any], episodes: int, bins: int | None) -> Any:
    """The mean reward of each step over test episodes, float64 (T,)."""
    require_presence(agent, task)
    env = BatchedEnv(task, agent.device)
    env.reset(episode_keys(0, np.arange(episodes), EpisodeSet.TEST))
    distribution = make_distribution(agent.config.port_actions // (bins or 1), bins).to(agent.device)
    state = agent.initial_state(episodes, task.ports, generator=torch.Generator().manual_seed(0))
    rewards, _ = rollout(env, agent, state, task.horizon, to_action=distribution.mode)  # (T, B)
    return rewards.double().mean(dim=1).cpu().numpy()


def draw(read: Sequence[tuple[Agent, RunResult]], episodes: int, folder: Path) -> Picture:
    """The picture of some runs; raises as `age_curves` does."""
    rows: list[dict[str, Any]] = []
    with canvas() as (figure, axes):
        for curve, color in zip(age_curves(read, episodes), COLORS, strict=False):
            runs = np.asarray(curve.rewards)  # (runs, ages)
            mean, low, high = runs.mean(axis=0), runs.min(axis=0), runs.max(axis=0)  # 3 x (ages,)
            axes.plot(curve.last, mean, color=color, label=curve.who, marker="o", markersize=3)
            axes.fill_between(curve.last, low, high, color=color, alpha=0.12, linewidth=0)
            for place, step in enumerate(curve.last):
                ends = {"reward": float(mean[place]), "low": float(low[place]), "high": float(high[place])}
                rows.append({"who": curve.who, "until_step": step, **ends, "n": len(runs)})
        logarithmic(axes.xaxis)
        axes.set(xlabel="step of the life", ylabel="reward of a step")
        legend(figure, axes)
    said = f"{episodes} test episodes. A point is the mean of the steps since the one before it."
    said = f"{said} Means over runs; bands: lowest and highest."
    return save(figure, folder, "ages", "Does learning go on in a long life, and does it stay?", said, rows)
