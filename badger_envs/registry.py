"""One table of rows, read by registration, tests, documentation and leaderboard alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import gymnasium as gym
import pettingzoo

from badger_envs.policies import AllEqual, Blind, Policy, Probe
from badger_envs.task import Task
from badger_envs.tasks import Guessing


@dataclass(frozen=True)
class Row:
    """An environment id and everything that is said about it in more than one place."""

    id: str
    """As in `gym.make(id)` and `pettingzoo.make("parallel", id)`."""
    task: type[Task[Any]]
    """The task behind the id; its defaults are the id's defaults, its `levels` the known returns."""
    policies: Mapping[str, Callable[[Any], Policy]]
    """A policy for every level by name: "chance", "reference", and each local optimum."""
    size: str
    """The argument that changes the number of ports."""
    train_sizes: tuple[int, ...]
    """Sizes that agents may be trained on."""
    test_sizes: tuple[int, ...]
    """Sizes that agents are tested at; more than were trained on, because invariance to size is the claim."""
    variants: tuple[Mapping[str, Any], ...]
    """Arguments that the contract tests run besides the defaults."""
    metric: str
    """The task's metric that is shown by size, at the end of an episode; smaller is better."""
    known_curves: Mapping[str, Mapping[int, float]]
    """What is known of that metric by size, derived or published: name -> size -> value."""

    def make_task(self, **arguments: Any) -> Task[Any]:
        """The task with these arguments.

        Raises:
            ValueError: An argument has a value that is not allowed.
            TypeError: The task has no argument of that name.
        """
        known = [field.name for field in fields(self.task)]  # type: ignore[arg-type]
        unknown = sorted(set(arguments) - set(known))
        if unknown:
            raise TypeError(f"{self.id} has no argument {', '.join(unknown)}; it takes {', '.join(known)}")
        return self.task(**arguments)


ROWS: dict[str, Row] = {
    row.id: row
    for row in (
        Row(
            id="Badger/Guessing-v0",
            task=Guessing,
            policies={"chance": Blind, "reference": Probe, "all_equal": AllEqual},
            size="dims",
            train_sizes=(2, 3, 4, 5, 6),
            test_sizes=tuple(range(1, 21)),
            variants=(
                {"dims": 1, "horizon": 1},
                {"dims": 5, "horizon": 7, "objective": "last_step"},
                {"dims": 4, "feedback": "first", "identity": True},
            ),
            metric="error",
            known_curves={
                "all outputs equal": {dims: 1.0 - 1.0 / dims for dims in range(1, 21)},
                # Technical report, Figure 7, 20 steps, read off by eye; one run, no seeds were published.
                "published, at 3..6": dict(
                    zip(
                        (1, 2, 3, 4, 5, 6, 8, 10, 15, 20),
                        (0.08, 0.02, 0.02, 0.05, 0.08, 0.13, 0.35, 0.49, 0.69, 0.82),
                        strict=True,
                    )
                ),
            },
        ),
    )
}


def find_row(id: str) -> Row:
    """The row of an id.

    Raises:
        ValueError: There is no such id.
    """
    if id not in ROWS:
        raise ValueError(f"id must be one of {', '.join(ROWS)}, got {id!r}")
    return ROWS[id]


def as_task(task: str | Task[Any], arguments: Mapping[str, Any]) -> tuple[str, Task[Any]]:
    """A task's id and the task, from an id with arguments or from a task as it is.

    Raises:
        ValueError: Unknown id, or an argument with a value that is not allowed.
        TypeError: Arguments beside a task that already has them.
    """
    if isinstance(task, str):
        return task, find_row(task).make_task(**arguments)
    if arguments:
        raise TypeError(f"arguments {sorted(arguments)} go with an id; the task given is already {task}")
    names = [row.id for row in ROWS.values() if row.task is type(task)]
    return (names[0] if names else type(task).__name__), task


def register_all() -> None:
    """Register every row with gymnasium and with pettingzoo (parallel and AEC). Doing it again changes nothing."""
    for row in ROWS.values():
        if row.id not in gym.registry:
            gym.register(
                id=row.id,
                entry_point="badger_envs.views:TaskEnv",
                vector_entry_point="badger_envs.views:TaskVectorEnv",
                kwargs={"task": row.id},
            )
        for kind, view in (("parallel", "ParallelTaskEnv"), ("aec", "AECTaskEnv")):
            registry = pettingzoo.parallel_registry if kind == "parallel" else pettingzoo.aec_registry
            if row.id not in registry:
                pettingzoo.register(kind, row.id, f"badger_envs.views:{view}", kwargs={"task": row.id})
