"""What agents that were trained on one kind of landscape come to on all of them, and on a bandit.

Axis letters as in `badger_envs.core.task`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agents import Agent
from badger_envs import EpisodeSet, Guessing, Optimisation, episode_keys
from badger_envs.core.rollout import rollout
from badger_envs.registry import get_spec, reference_returns
from baselines.outer_loops.policy import AgentPolicy
from baselines.report.style import INK, PAPER, Picture, canvas, save
from baselines.results.run import RunResult, Specification

ID, GUESSING = "Badger/Optimisation-v0", "Badger/Guessing-v0"
COLUMNS = ("sphere", "ellipsoid", "absolute", "ripples", "peaks", "mixed", "bandit")
"""What is tested on."""
POLICIES = {"evolution": "evolution, not trained"}
"""Handcrafted policies that search any landscape, and what they are called."""
ROW_HEIGHT = 0.34
"""In inches."""


class Row(NamedTuple):
    """The scores of agents of one kind that were trained on one task."""

    who: str
    scores: dict[str, tuple[float, ...]]
    """By what was tested on, of each run: 0 is chance, 1 the reference."""


def transfer_rows(read: Sequence[tuple[Agent, RunResult]], *, size: int | None, episodes: int) -> list[Row]:
    """Test runs on everything, runs that differ in their seed alone together, handcrafted policies last.

    Args:
        read: agents that were trained, and their runs.
        size: dimensions; those of the training by default, or 3 of runs on something else.
        episodes: test episodes of each landscape.

    Raises:
        ValueError: A run is of a task whose ports show something else, or an agent can't have so many ports.
    """
    rows: dict[str, list[dict[str, float]]] = {}
    sizes = set()
    for agent, result in read:
        said = result.specification
        trained = said.make_task()
        if not isinstance(trained, Guessing | Optimisation) or trained.port_features != 3:
            raise ValueError(f"runs must be of {ID} or {GUESSING} without identity, got {said.agent} on {trained}")
        dims = size or trained.dims
        sizes.add(dims)
        policy = AgentPolicy(agent, dims, bins=said.bins)
        rows.setdefault(_who(said, trained), []).append(
            {name: _score(policy, name, dims, episodes) for name in COLUMNS}
        )
    if len(sizes) > 1:
        raise ValueError(f"runs must be of one number of dimensions, unless --size says which, got {sorted(sizes)}")
    (dims,) = sizes
    for level, who in POLICIES.items():
        by_name = {name: get_spec(ID).policy(level, task_of(name, dims)) for name in COLUMNS if name != "bandit"}
        rows[who] = [{name: _score(policy, name, dims, episodes) for name, policy in by_name.items()}]
    return [
        Row(who, {name: tuple(run[name] for run in found) for name in COLUMNS if name in found[0]})
        for who, found in rows.items()
    ]


def task_of(name: str, dims: int) -> Optimisation:
    """What a column is tested on: 40 steps, all of which count, told to all ports."""
    return Optimisation(landscape=name, dims=max(dims, 2) if name == "bandit" else dims)


def transfer_picture(rows: Sequence[Row], caption: str, folder: Path) -> Picture:
    """A table of scores, dark where they are high.

    Args:
        rows: of agents, from `transfer_rows`.
        caption: begins what is said below it.
        folder: for PNG, SVG and CSV.
    """
    means = np.asarray([[np.mean(row.scores.get(name, np.nan)) for name in COLUMNS] for row in rows])  # (rows, columns)
    with canvas(ROW_HEIGHT * len(rows) + 1.0) as (figure, axes):
        axes.imshow(np.clip(means, 0.0, 1.0), cmap="Blues", vmin=0.0, vmax=1.3, aspect="auto")
        for (row, column), value in np.ndenumerate(means):
            if np.isfinite(value):
                color = PAPER if value > 0.8 else INK
                axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=8, color=color)
        axes.set_xticks(range(len(COLUMNS)), COLUMNS, rotation=30, ha="right", fontsize=8)
        axes.set_yticks(range(len(rows)), [row.who for row in rows], fontsize=8)
        axes.grid(visible=False)
        axes.tick_params(length=0)
    said = f"{caption} Scores: 0 is always answering 0, 1 the handcrafted reference of each; means over runs."
    return save(
        figure,
        folder,
        "transfer",
        "Trained on one, tested on all",
        said,
        [_csv(row, name) for row in rows for name in row.scores],
    )


def _csv(row: Row, name: str) -> dict[str, Any]:
    values = row.scores[name]
    ends = {"score": float(np.mean(values)), "low": min(values), "high": max(values), "n": len(values)}
    return {"who": row.who, "tested_on": name, **ends}


def _who(said: Specification, trained: Guessing | Optimisation) -> str:
    if isinstance(trained, Guessing):
        return f"{said.agent}, trained on guessing"
    heard = "" if trained.feedback == "all" else f", heard by the {trained.feedback}"
    return f"{said.agent}, trained on {trained.landscape}{heard}" + (", rent" if trained.rent else "")


def _score(policy: Any, name: str, dims: int, episodes: int) -> float:
    task = task_of(name, dims)
    played = rollout(task, policy, episode_keys(0, np.arange(episodes), EpisodeSet.TEST))
    return float(reference_returns(task).score(played.returns).mean())
