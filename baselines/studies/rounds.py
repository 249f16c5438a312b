"""What rounds of messages are worth that nobody trained with, and how many it takes until experts agree."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from agents import Agent, build_agent
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.task import Task
from badger_envs.registry import get_spec
from baselines.outer_loops.distributions import make_distribution
from baselines.outer_loops.rollout import BatchedEnv, rollout
from baselines.perturbations.subject import score_episodes
from baselines.report.style import COLORS, RC_PARAMS, Picture, save
from baselines.results.run import RunResult, Specification

ROUNDS = (1, 2, 3, 4, 6, 8, 12, 20)
"""In a step, of the test."""
TIMES = (1, 2, 3, 4, 6)
"""Sizes of the task at which agreement is waited for, in sizes of the training."""
AGREEMENT, MOST = 0.01, 64
"""Relative change of the memory below which experts agree, and rounds after which nobody waits any longer."""


class Measured(NamedTuple):
    """Runs that were trained alike."""

    who: str
    scores: tuple[tuple[float, ...], ...]
    """Of each run at each of `ROUNDS`."""
    agreed: tuple[dict[int, float], ...]
    """Of each run the mean number of rounds until experts agree, by size of the task; empty for a chain."""


def measure(read: Sequence[tuple[Agent, RunResult]], episodes: int) -> list[Measured]:
    """Test runs, those that were trained alike together.

    Args:
        read: agents that were trained, and their runs.
        episodes: test episodes at each point.

    Raises:
        ValueError: An agent has no rounds of messages, or runs are of different tasks.
    """
    tasks = {str(result.specification.make_task()) for _, result in read}
    if len(tasks) != 1:
        raise ValueError(f"runs must be of one task, got {', '.join(sorted(tasks))}")
    found: dict[str, list[tuple[tuple[float, ...], dict[int, float]]]] = {}
    for agent, result in read:
        said, task = result.specification, result.specification.make_task()
        scores = tuple(
            score_episodes(agent.with_rounds(rounds), task, episodes=episodes, bins=said.bins).mean().item()
            for rounds in ROUNDS
        )
        found.setdefault(trained_with(said), []).append((scores, _agreed(agent, said, episodes)))
    return [Measured(who, *zip(*runs, strict=True)) for who, runs in found.items()]


def trained_with(said: Specification) -> str:
    """In words, how rounds followed each other in the training of a run, and how many there were."""
    config, stages = said.config or {}, said.outer_loop.stages if said.outer_loop else ()
    rounds, free = config.get("rounds", 1), config.get("free_rounds", 0)
    ranges = [(stage.model_extra or {}).get("rounds") for stage in stages]
    drawn = [f"{ends[0]} to {ends[1]}" for ends in ranges if ends]
    number = f"{free} free and {rounds - free}" if free else drawn[-1] if drawn else str(rounds)
    return f"{config.get('exchange', 'chain')}, {number}"


def _agreed(agent: Agent, said: Specification, episodes: int) -> dict[int, float]:
    if getattr(agent.config, "exchange", "chain") != "settle":
        return {}
    patient = {"rounds": MOST, "free_rounds": 0, "agreement": AGREEMENT}
    waiting = build_agent(type(agent).__name__, {**asdict(agent.config), **patient})
    waiting.load_state_dict(agent.state_dict())
    spec, size = get_spec(said.task), said.make_task()
    size = getattr(size, spec.size_argument)
    sizes = [factor * size for factor in TIMES]
    tasks = {size: spec.make_task(**{**said.arguments, spec.size_argument: size}) for size in sizes}
    return {
        size: _rounds_used(waiting, task, episodes, said.bins)
        for size, task in tasks.items()
        if waiting.accepts(task.ports)
    }


@torch.inference_mode()
def _rounds_used(agent: Agent, task: Task[Any], episodes: int, bins: int | None) -> float:
    """The mean over test episodes and their steps."""
    env, used = BatchedEnv(task, agent.device), []
    env.reset(episode_keys(0, np.arange(episodes), EpisodeSet.TEST))
    distribution = make_distribution(agent.config.port_actions // (bins or 1), bins).to(agent.device)

    def note(step: int, state: Any) -> Any:
        if step:
            used.append(state.rounds)  # (B,) of the step before
        return state

    state = agent.initial_state(episodes, task.ports, generator=torch.Generator().manual_seed(0))
    _, state = rollout(env, agent, state, task.horizon, to_action=distribution.mode, before_step=note)
    all_steps: Tensor = torch.stack([*used, state.rounds])  # (T, B)
    return all_steps.double().mean().item()


def draw(read: Sequence[tuple[Agent, RunResult]], episodes: int, folder: Path) -> Picture:
    """The picture: scores by rounds, and rounds until agreement by size; raises as `measure` does."""
    measured = measure(read, episodes)
    spec = get_spec(read[0][1].specification.task)
    rows: list[dict[str, Any]] = []
    with mpl.rc_context(RC_PARAMS):
        figure = Figure(figsize=(8.4, 3.9), layout="constrained")
        left, right = figure.subplots(1, 2)
        for one, color in zip(measured, COLORS * len(measured), strict=False):
            rows += _line(left, one.who, "score", ROUNDS, np.asarray(one.scores), color)
            sizes = sorted(one.agreed[0])
            if sizes:
                waits = np.asarray([[run[size] for size in sizes] for run in one.agreed])  # (runs, sizes)
                rows += _line(right, one.who, "rounds until agreement", sizes, waits, color)
        left.set(xlabel="rounds in a step of the test", ylabel="score", xscale="log", ylim=(-0.35, 1.05))
        left.set_xticks(ROUNDS, [str(rounds) for rounds in ROUNDS])
        left.minorticks_off()
        right.set(xlabel=spec.size_argument, ylabel="rounds until experts agree")
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    caption = (
        f"{episodes} test episodes. Left: rounds that agents were not trained with. Right: rounds until the memory "
        f"changes by less than {AGREEMENT:.0%} in one, at most {MOST}, as a mean over steps. Means over runs; bands: "
        "lowest and highest."
    )
    return save(figure, folder, "rounds", "What do more rounds of messages do than in training?", caption, rows)


def _line(axes: Any, who: str, what: str, xs: Sequence[int], runs: Any, color: str) -> list[dict[str, Any]]:
    """Draw the mean of runs (runs, xs) and the band between the lowest and the highest; returns rows of the table."""
    mean, low, high = runs.mean(axis=0), runs.min(axis=0), runs.max(axis=0)  # 3 x (xs,)
    axes.plot(xs, mean, color=color, label=who, marker="o", markersize=3)
    axes.fill_between(xs, low, high, color=color, alpha=0.12, linewidth=0)
    return [
        {"trained with": who, "what": what, "x": x, "mean": float(mean[place]), "low": float(low[place])}
        | {"high": float(high[place]), "n": len(runs)}
        for place, x in enumerate(xs)
    ]
