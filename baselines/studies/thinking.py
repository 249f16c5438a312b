"""What thinking is worth where nothing happens: the reward of a maze by free steps before moves count.

Beside trained agents stands the wave, a rule that knows one cell more about the way with every step.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agents import Agent
from badger_envs import EpisodeSet, Maze, episode_keys
from badger_envs.core.policy import Policy
from badger_envs.core.rollout import rollout
from badger_envs.registry import get_spec
from baselines.experiments.agents import AGENTS
from baselines.outer_loops.policy import AgentPolicy
from baselines.report.style import COLORS, FAINT, INK, Picture, canvas, legend, save
from baselines.results.run import RunResult

ID = "Badger/Maze-v0"
FREE_STEPS = (0, 1, 2, 4, 6, 8, 12, 16)
"""Before moves count."""
POLICIES = {"wave": ("wave, handcrafted", INK, "--"), "compass": ("compass, no messages", FAINT, ":")}
"""Handcrafted policies that are drawn: what they are called, and how."""


class Curve(NamedTuple):
    """The mean reward of a step that counts, by `FREE_STEPS`."""

    who: str
    """An agent, or a handcrafted policy."""
    rewards: tuple[tuple[float, ...], ...]
    """Of each run at each number of free steps."""


def thinking_curves(read: Sequence[tuple[Agent, RunResult]], *, size: int | None, episodes: int) -> list[Curve]:
    """Test runs after so many free steps, those of one agent together, and then the handcrafted policies.

    Args:
        read: agents that were trained, and their runs.
        size: cells of a side; those of the training by default.
        episodes: test episodes at each number of free steps.

    Raises:
        ValueError: A run is of another task, runs are of mazes that differ, or an agent can't have so many ports.
    """
    found: dict[str, list[tuple[float, ...]]] = {}
    tasks = set()
    for agent, result in read:
        said = result.specification
        trained = said.make_task()
        if not isinstance(trained, Maze):
            raise ValueError(f"runs must be of {ID}, got {said.agent} on {trained}")
        task = replace(trained, side=size or trained.side, think=0)
        tasks.add(task)
        policy = AgentPolicy(agent, task.ports, bins=said.bins)
        found.setdefault(said.agent, []).append(_rewards([policy] * len(FREE_STEPS), task, episodes))
    if len(tasks) != 1:
        raise ValueError(f"runs must be of mazes that differ in their free steps alone, got {sorted(map(str, tasks))}")
    (task,) = tasks
    for level in POLICIES:
        policies = [get_spec(ID).policy(level, replace(task, think=think)) for think in FREE_STEPS]
        found[level] = [_rewards(policies, task, episodes)]
    return [Curve(who, tuple(runs)) for who, runs in found.items()]


def draw(read: Sequence[tuple[Agent, RunResult]], episodes: int, folder: Path) -> Picture:
    """The picture of some runs at their own size; raises as `thinking_curves` does."""
    curves = thinking_curves(read, size=None, episodes=episodes)
    side = read[0][1].specification.make_task().arguments()["side"]
    return thinking_picture(curves, f"A maze of {side} x {side} cells, {episodes} test episodes.", folder)


def thinking_picture(curves: Sequence[Curve], caption: str, folder: Path) -> Picture:
    """The curves, one above the other.

    Args:
        curves: of agents and policies, from `thinking_curves`.
        caption: begins what is said below it.
        folder: for PNG, SVG and CSV.
    """
    colors = iter(COLORS * len(curves))
    rows: list[dict[str, Any]] = []
    with canvas() as (figure, axes):
        for curve in curves:
            runs = np.asarray(curve.rewards)  # (runs, free steps)
            mean, low, high = runs.mean(axis=0), runs.min(axis=0), runs.max(axis=0)  # 3 x (free steps,)
            label = AGENTS[curve.who].label if curve.who in AGENTS else curve.who
            name, color, line = POLICIES.get(curve.who) or (label, next(colors), "-")
            axes.plot(FREE_STEPS, mean, line, color=color, label=name, marker="o", markersize=3)
            axes.fill_between(FREE_STEPS, low, high, color=color, alpha=0.12, linewidth=0)
            for place, think in enumerate(FREE_STEPS):
                ends = {"reward": float(mean[place]), "low": float(low[place]), "high": float(high[place])}
                rows.append({"who": curve.who, "free_steps": think, **ends, "n": len(runs)})
        axes.set(xlabel="free steps before moves count", ylabel="reward of a step that counts")
        legend(figure, axes)
    said = f"{caption} Means over runs; bands: lowest and highest. Staying put is worth 0, the shortest way 1."
    return save(figure, folder, "thinking", "What is thinking worth where nothing happens?", said, rows)


def _rewards(policies: Sequence[Policy], task: Maze, episodes: int) -> tuple[float, ...]:
    """The mean reward of a step that counts after each number of free steps, on test episodes."""
    keys = episode_keys(0, np.arange(episodes), EpisodeSet.TEST)
    played = (
        rollout(replace(task, think=think), policy, keys).returns.mean()
        for think, policy in zip(FREE_STEPS, policies, strict=True)
    )
    return tuple(float(total) / task.steps for total in played)
