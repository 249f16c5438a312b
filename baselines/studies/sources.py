"""What agents that learned to learn classes of one source come to on those of others: blobs, digits, characters."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agents import Agent
from badger_envs import EpisodeSet, Stream, episode_keys
from badger_envs.core.policy import Policy
from badger_envs.core.rollout import rollout
from badger_envs.envs.stream.sources import SOURCES
from badger_envs.registry import get_spec
from baselines.outer_loops.policy import AgentPolicy
from baselines.report.style import COLORS, FAINT, Picture, canvas, legend, save
from baselines.results.run import RunResult

ID = "Badger/Stream-v0"
POLICIES = {"alone": "Bayes, alone", "reference": "Bayes, pooled"}
"""Handcrafted policies that are drawn, and what they are called."""
BAR = 0.8
"""Width of all bars of a source together."""


class Row(NamedTuple):
    """What agents of one kind that were trained on one source came to."""

    who: str
    errors: dict[str, tuple[float, ...]]
    """By what was tested on, of each run: the mean error of an answer; blind 1."""
    accuracies: dict[str, tuple[float, ...]]


def source_rows(read: Sequence[tuple[Agent, RunResult]], episodes: int) -> list[Row]:
    """Test runs on all sources, runs that differ in their seed alone together, handcrafted policies last.

    Raises:
        ValueError: A run is of another task, or the runs differ in more than the source that they were trained on.
    """
    found: dict[str, list[dict[str, tuple[float, float]]]] = {}
    kinds: set[Any] = set()
    for agent, result in read:
        said = result.specification
        trained = said.make_task()
        if not isinstance(trained, Stream):
            raise ValueError(f"runs must be of {ID}, got {said.agent} on {trained}")
        kinds.add(_on(trained, "blobs"))
        policy = AgentPolicy(agent, trained.ports, bins=said.bins)
        who = f"{said.agent}, trained on {trained.data}"
        found.setdefault(who, []).append({data: _test(policy, _on(trained, data), episodes) for data in SOURCES})
    if len(kinds) > 1:
        raise ValueError(f"runs must be of the same lifetimes but for the data, got {len(kinds)} kinds")
    (task,) = kinds
    for level, who in POLICIES.items():
        tasks = {data: _on(task, data) for data in SOURCES}
        found[who] = [{data: _test(get_spec(ID).policy(level, on), on, episodes) for data, on in tasks.items()}]
    return [
        Row(who, *({data: tuple(run[data][part] for run in runs) for data in SOURCES} for part in range(2)))
        for who, runs in found.items()
    ]


def draw(read: Sequence[tuple[Agent, RunResult]], episodes: int, folder: Path) -> Picture:
    """The error on each source, a bar for each kind of agents and each handcrafted policy."""
    rows = source_rows(read, episodes)
    width = BAR / len(rows)
    with canvas() as (figure, axes):
        for number, row in enumerate(rows):
            x = np.arange(len(SOURCES)) + (number - (len(rows) - 1) / 2) * width
            means = [float(np.mean(row.errors[data])) for data in SOURCES]
            axes.bar(x, means, 0.9 * width, color=COLORS[number % len(COLORS)], label=row.who)
        axes.axhline(1.0, color=FAINT, linestyle=":", linewidth=1)
        axes.set_xticks(range(len(SOURCES)), list(SOURCES))
        axes.set(ylabel="mean error, blind 1", xlabel="tested on")
        axes.grid(visible=False, axis="x")
        legend(figure, axes)
    caption = f"Mean error of an answer in {episodes} test episodes, means over runs. Bayes holds images for blobs."
    table = [
        {"who": row.who, "tested_on": data, "error": float(np.mean(row.errors[data])), "low": min(row.errors[data])}
        | {"high": max(row.errors[data]), "accuracy": float(np.mean(row.accuracies[data])), "n": len(row.errors[data])}
        for row in rows
        for data in SOURCES
    ]
    return save(figure, folder, "sources", "Trained on blobs, tested on images", caption, table)


def _on(task: Stream, data: str) -> Stream:
    """The same with classes of another source."""
    other = get_spec(ID).make_task(**{**task.arguments(), "data": data})
    assert isinstance(other, Stream)
    return other


def _test(policy: Policy, task: Stream, episodes: int) -> tuple[float, float]:
    """Mean error and accuracy on test episodes."""
    info = task.state_info(rollout(task, policy, episode_keys(0, np.arange(episodes), EpisodeSet.TEST)).state)
    return float(info["error"].mean()), float(info["accuracy"].mean())
