"""Known returns that no formula gives: stored with the package, else measured on episodes of their own, once.

The only place that plays to find out what returns mean; `badger_envs.registry.reference_returns(task)` asks here where
it has to. `python -m badger_envs.measure_reference_returns` stores them for what the registry names. Axis letters as
in `badger_envs.core.task`.
"""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from badger_envs.core.checks import require_integer
from badger_envs.core.episodes import INDEX_BITS, EpisodeSet, episode_keys
from badger_envs.core.policy import Policy
from badger_envs.core.rollout import rollout
from badger_envs.core.spec import ReferenceReturns
from badger_envs.core.task import Task

__all__ = ["STORE", "Mean", "ReferenceReturns", "mean_return", "measured_return", "task_key"]

STORE = "data/reference_returns.json"
"""Inside the package: key of a task -> what was measured."""
EPISODES_ON_DEMAND, ROBOTS_ON_DEMAND = 2_000, 512
"""Of functional tasks and of those in a simulator: enough to read a score by. Most of what is stored is measured on
more."""
MAX_NUMBERS_AT_ONCE = 500_000
"""Bounds the memory: so many numbers of ports times ports, over all episodes of a batch."""


class Mean(NamedTuple):
    """A mean return and what it may be off by."""

    mean: float
    standard_error: float


def measured_return(task: Task[Any], level: str, make_policy: Callable[[Any], Policy]) -> float:
    """Mean return of the policy of a level of a task: as stored, else measured now.

    Args:
        task: with its arguments.
        level: its name.
        make_policy: makes the policy for the task.
    """
    stored = _store().get(task_key(task))
    if stored is not None:
        return float(stored["levels"][level]["mean"])
    return mean_return(task, make_policy(task), EPISODES_ON_DEMAND if task.functional else ROBOTS_ON_DEMAND).mean


def task_key(task: Task[Any]) -> str:
    """The name of a task with its arguments in the store. Equal tasks have equal keys: 1 and 1.0 look the same."""
    arguments = {
        name: float(value) if isinstance(value, int | float | np.number) and not isinstance(value, bool) else value
        for name, value in task.arguments().items()
    }
    return f"{type(task).__name__} {json.dumps(arguments, sort_keys=True)}"


def mean_return(task: Task[Any], policy: Policy, episodes: int) -> Mean:
    """Let a policy play the first so many episodes that are set aside for measuring reference returns.

    Args:
        task: what is played.
        policy: sees what `gym.make_vec` shows.
        episodes: how many; at least 2.

    Raises:
        ValueError: Fewer episodes, which have no standard error.
    """
    episodes = require_integer("episodes", episodes, 2, 2**INDEX_BITS)
    batch = max(1, MAX_NUMBERS_AT_ONCE // task.ports**2)
    parts = np.split(np.arange(episodes), range(batch, episodes, batch))
    keys = [episode_keys(0, part, EpisodeSet.REFERENCE_RETURNS) for part in parts]
    returns = np.concatenate([rollout(task, policy, key).returns for key in keys])  # (episodes,)
    return Mean(float(returns.mean()), float(returns.std(ddof=1) / np.sqrt(episodes)))


@cache
def _store() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(files("badger_envs").joinpath(STORE).read_text(encoding="utf-8"))
    return stored
