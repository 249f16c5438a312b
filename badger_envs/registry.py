"""Every environment by its id; each is described by the `SPEC` of its folder in `badger_envs.envs`."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import gymnasium as gym

from badger_envs.core.checks import in_short
from badger_envs.core.libraries import register_agents
from badger_envs.core.spec import EnvSpec, ReferenceReturns
from badger_envs.core.task import Task
from badger_envs.envs import FOLDERS
from badger_envs.reference_returns import measured_return

__all__ = ["SPECS", "EnvSpec", "as_task", "get_spec", "make_task", "reference_returns", "register_all", "spec_of"]

SPECS: dict[str, EnvSpec] = {
    spec.id: spec for spec in (import_module(f"badger_envs.envs.{folder}").SPEC for folder in FOLDERS)
}


def get_spec(id: str) -> EnvSpec:
    """The specification of an environment.

    Raises:
        ValueError: There is no such id.
    """
    if not isinstance(id, str) or id not in SPECS:
        raise ValueError(f"id must be one of {', '.join(SPECS)}, got {id!r}")
    return SPECS[id]


def make_task(id: str, **arguments: Any) -> Task[Any]:
    """The task behind an id, with these arguments.

    Raises:
        ValueError: Unknown id, or an argument with a value that is not allowed.
        TypeError: The task has no argument of that name.
    """
    return get_spec(id).make_task(**arguments)


def spec_of(task: Task[Any]) -> EnvSpec:
    """The specification of the environment that a task belongs to.

    Raises:
        ValueError: It belongs to none.
    """
    for spec in SPECS.values():
        if type(task) is spec.task:
            return spec
    raise ValueError(f"task must be one of the registry's, got {task}")


def as_task(task: str | Task[Any], arguments: Mapping[str, Any]) -> tuple[str, Task[Any]]:
    """A task's id and the task, from an id with arguments or from a task as it is.

    Raises:
        ValueError: Unknown id, what is neither, or an argument with a value that is not allowed.
        TypeError: Arguments beside a task that already has them.
    """
    if isinstance(task, str):
        return task, make_task(task, **arguments)
    if not isinstance(task, Task):
        raise ValueError(f"task must be an id or a Task, got {in_short(task)}")
    if arguments:
        raise TypeError(f"arguments {sorted(arguments)} go with an id; the task given is already {task}")
    ids = [spec.id for spec in SPECS.values() if type(task) is spec.task]
    return (ids[0] if ids else type(task).__name__), task


@cache
def reference_returns(task: Task[Any]) -> ReferenceReturns:
    """Chance, local optima, reference and range of the returns of a task with its arguments.

    Where no formula gives them and none are stored, policies play to find out, once.

    Raises:
        ValueError: The task belongs to no environment of the registry.
    """
    spec = spec_of(task)
    return spec.returns(task, lambda level: measured_return(task, level, spec.policies[level]))


def register_all() -> None:
    """Register every id with gymnasium, in tuples too, and with pettingzoo (parallel and AEC), where that has a
    registry. Doing it again changes nothing."""
    for id in SPECS:
        if id not in gym.registry:
            gym.register(
                id=id,
                entry_point="badger_envs.views:TaskEnv",
                vector_entry_point="badger_envs.views:TaskVectorEnv",
                kwargs={"task": id},
            )
        in_tuples = id.replace("Badger/", "BadgerTuple/")
        if in_tuples not in gym.registry:
            gym.register(
                id=in_tuples,
                entry_point="badger_envs.views:TupleTaskEnv",
                kwargs={"task": id, "bins": 2, "joint": True},
            )
        for kind, view in (("parallel", "ParallelTaskEnv"), ("aec", "AECTaskEnv")):
            register_agents(kind, id, f"badger_envs.views:{view}", task=id)
