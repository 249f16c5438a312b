"""Whether a task keeps the contract of `badger_envs.core.task.Task`, as one function for a task of your own:

    from badger_envs.testing import check_task
    from mine import MyTask

    check_task(MyTask(size=3))

It needs numpy, gymnasium and pettingzoo, and compares with torch and jax where they are installed.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from badger_envs.core.checks import require_integer
from badger_envs.core.episodes import INDEX_BITS, episode_keys
from badger_envs.core.policy import Policy
from badger_envs.core.spec import ReferenceReturns
from badger_envs.core.task import Task
from badger_envs.testing.backends import check_jax, check_torch
from badger_envs.testing.episodes import check_episodes, check_inner_episodes, random_actions
from badger_envs.testing.facts import check_arguments, check_docstring, check_reference
from badger_envs.testing.rules import ContractError
from badger_envs.testing.views import check_pettingzoo, check_single, check_vector

__all__ = ["ContractError", "check_episodes", "check_task", "random_actions"]

BATCH = 33


def check_task(
    task: Task[Any],
    *,
    shared_fields: tuple[str, ...] = (),
    docstring: bool = False,
    reference: ReferenceReturns | None = None,
    policies: Mapping[str, Callable[[Any], Policy]] | None = None,
    episodes: int | None = None,
) -> None:
    """Check everything that environments, trainers and comparisons rely on. Seconds for a small task.

    That is: a frozen dataclass of arguments; shapes, types and bounds of all that its functions return; episodes that
    depend on nothing but their key and the actions, whatever batch they are in; states that are left as they are; an
    end after `horizon` steps; the same numbers on every backend; and views that gymnasium's and pettingzoo's own
    checkers accept and that all show the same episode.

    Args:
        task: with its arguments.
        shared_fields: of the state, which all inner episodes of a lifetime must have in common: what is to be learned.
        docstring: whether the class must describe itself under the headings that pages are made of.
        reference: known returns, which the policies must reach and no episode may exceed.
        policies: level -> makes its policy; for every level of `reference`.
        episodes: that each of them plays; by default 20,000, or 200 in a simulator.

    Raises:
        ContractError: Which rule is broken, what was seen, and what is expected.
        ValueError: Policies or episodes without a reference, which they would be for, or fewer than 2 episodes.
    """
    if reference is None and (policies is not None or episodes is not None):
        raise ValueError("reference must be given with policies and episodes, which are played to check it, got None")
    if episodes is None:
        episodes = 20_000 if getattr(task, "functional", True) else 200
    episodes = require_integer("episodes", episodes, 2, 2**INDEX_BITS)
    check_arguments(task)
    if docstring:
        check_docstring(task)
    keys, actions = episode_keys(2, np.arange(BATCH)), random_actions(task, BATCH)
    check_episodes(task, keys, actions)
    check_episodes(task, keys[:3], np.sign(actions[:, :3]) * np.float32(task.action_limit))
    check_inner_episodes(task, keys, actions, shared_fields)
    if task.functional:
        check_torch(task, keys, actions)
        check_jax(task, keys[:9], actions[:, :9])
    check_single(task)
    check_pettingzoo(task)
    check_vector(task)
    if reference is not None:
        check_reference(task, reference, policies or {}, episodes)
