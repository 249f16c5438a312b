"""One table of rows, read by registration, tests, documentation and leaderboard alike."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import gymnasium as gym
import pettingzoo

from badger_envs.core.policy import Blind, Policy
from badger_envs.core.task import ReferenceReturns, Task
from badger_envs.envs.guessing.policies import AllEqual, Probe
from badger_envs.envs.guessing.task import Guessing
from badger_envs.envs.hidden_xor.policies import AllButOnePattern, Parity
from badger_envs.envs.hidden_xor.task import HiddenXOR
from badger_envs.envs.mesh_routing.policies import ShortestPaths
from badger_envs.envs.mesh_routing.task import MeshRouting
from badger_envs.envs.modular_reacher.policies import Reach, ReachForMean
from badger_envs.envs.modular_reacher.task import ModularReacher
from badger_envs.envs.modular_robot.policies import Wave
from badger_envs.envs.modular_robot.task import ModularRobot
from badger_envs.envs.routing.policies import Elimination, Mean
from badger_envs.envs.routing.task import Routing


@dataclass(frozen=True)
class EnvSpec:
    """An environment id and everything that is said about it in more than one place."""

    id: str
    """As in `gym.make(id)` and `pettingzoo.make("parallel", id)`."""
    tasks: Mapping[type[Task[Any]], Mapping[str, Callable[[Any], Policy]]]
    """The tasks behind the id, each with a policy for every level by name: "chance", "reference", and each local
    optimum. The first task is the default one and its defaults are the id's; its `levels` are the known returns."""
    size_argument: str
    """The argument that changes the number of ports."""
    length_argument: str
    """The argument that makes a lifetime longer without changing what has to be learned in it."""
    train_sizes: tuple[int, ...]
    """Sizes that agents may be trained on."""
    test_sizes: tuple[int, ...]
    """Sizes that agents are tested at; more than were trained on, because invariance to size is the claim."""
    variants: tuple[Mapping[str, Any], ...]
    """Arguments that the contract tests run besides the defaults."""
    metric: str
    """The task's metric that is shown by size, at the end of an episode; smaller is better."""
    published_curves: Mapping[str, Mapping[int, float]]
    """What is known of that metric by size, derived or published: name -> size -> value."""
    selector: str | None = None
    """The argument that picks the task where there are several: the one whose default for it was asked for."""

    @property
    def task(self) -> type[Task[Any]]:
        """The default task."""
        return next(iter(self.tasks))

    def task_type(self, arguments: Mapping[str, Any]) -> type[Task[Any]]:
        """The task that these arguments ask for; what they ask in vain is refused by the default task."""
        if self.selector is None or self.selector not in arguments:
            return self.task
        asked = arguments[self.selector]
        return next((task for task in self.tasks if getattr(task, self.selector) == asked), self.task)

    def reference_returns(self, **arguments: Any) -> ReferenceReturns:
        """Chance, local optima, reference and range of the returns of the task with these arguments."""
        return reference_returns(self.make_task(**arguments))

    def horizon(self, **arguments: Any) -> int:
        """Steps in an episode of the task with these arguments (T)."""
        return self.make_task(**arguments).horizon

    def policy(self, level: str, task: Task[Any]) -> Policy:
        """The policy that reaches a level of a task of this row.

        Raises:
            ValueError: There is no policy of that name.
        """
        policies = self.tasks[type(task)]
        if level not in policies:
            raise ValueError(f"level must be one of {', '.join(map(repr, policies))}, got {level!r}")
        return policies[level](task)

    def make_task(self, **arguments: Any) -> Task[Any]:
        """The task with these arguments.

        Raises:
            ValueError: An argument has a value that is not allowed.
            TypeError: The task has no argument of that name.
        """
        task = self.task_type(arguments)
        known = [field.name for field in fields(task)]  # type: ignore[arg-type]
        unknown = sorted(set(arguments) - set(known))
        if unknown:
            raise TypeError(f"{self.id} has no argument {', '.join(unknown)}; it takes {', '.join(known)}")
        return task(**arguments)


SPECS: dict[str, EnvSpec] = {
    spec.id: spec
    for spec in (
        EnvSpec(
            id="Badger/Guessing-v0",
            tasks={Guessing: {"chance": Blind, "reference": Probe, "all_equal": AllEqual}},
            size_argument="dims",
            length_argument="horizon",
            train_sizes=(2, 3, 4, 5, 6),
            test_sizes=tuple(range(1, 21)),
            variants=(
                {"dims": 1, "horizon": 1},
                {"dims": 5, "horizon": 7, "objective": "last_step"},
                {"dims": 4, "feedback": "first", "identity": True},
            ),
            metric="error",
            published_curves={
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
        EnvSpec(
            id="Badger/HiddenXOR-v0",
            tasks={HiddenXOR: {"chance": Blind, "reference": Parity, "all_but_one": AllButOnePattern}},
            size_argument="bits",
            length_argument="questions",
            train_sizes=(2, 3, 4),
            test_sizes=tuple(range(2, 17)),
            variants=(
                {"bits": 2, "rounds": 0, "questions": 12, "subset": True},
                {"bits": 5, "rounds": 1, "questions": 3, "flash": True},
                {"bits": 4, "rounds": 1, "questions": 9, "flash": True, "subset": True},
            ),
            metric="error",
            published_curves={
                "chance": dict.fromkeys(range(2, 17), 0.5),
                "all patterns but one": {bits: 2.0**-bits for bits in range(2, 17)},
            },
        ),
        EnvSpec(
            id="Badger/Routing-v0",
            tasks={
                Routing: {"chance": Blind, "reference": Elimination, "mean": Mean},
                MeshRouting: {"chance": Blind, "reference": ShortestPaths},
            },
            selector="topology",
            size_argument="ports",
            length_argument="horizon",
            train_sizes=(3, 4, 5, 6),
            test_sizes=tuple(range(3, 17)),
            variants=(
                {"ports": 5, "horizon": 12, "values": "binary"},
                {"ports": 5, "horizon": 14, "feedback": "reward", "switch_every": 6},
                {"ports": 8, "horizon": 12, "feedback": "reward", "values": "binary", "switch_every": 5},
                {"topology": "mesh"},
                {"topology": "mesh", "ports": 5, "horizon": 12, "failures": 3},
            ),
            metric="error",
            published_curves={
                "chance": dict.fromkeys(range(3, 17), 1.0),
                "mean of the inputs": {ports: 1.0 - 1.0 / ports for ports in range(3, 17)},
            },
        ),
        EnvSpec(
            id="Badger/ModularReacher-v0",
            tasks={ModularReacher: {"chance": ReachForMean, "reference": Reach}},
            size_argument="segments",
            length_argument="horizon",
            train_sizes=(3, 4, 5, 6, 8),
            test_sizes=(2, 3, 4, 5, 6, 8, 12, 16, 30),
            variants=(
                {"segments": 2, "goal": "last", "horizon": 20},
                {"segments": 7, "branching": 0.4, "goal": "tips", "horizon": 15},
                {"segments": 6, "branching": 1.0, "horizon": 15},
            ),
            metric="error",
            # Exact, for the error at the end of an episode of a chain: goals have E[r^2] = 1/3 and E[y] = 1/pi.
            published_curves={
                "stays upright": dict.fromkeys((2, 3, 4, 5, 6, 8, 12, 16, 30), (1 / 3 + 1 - 2 / math.pi) / 2),
                "aims at the mean goal": dict.fromkeys((2, 3, 4, 5, 6, 8, 12, 16, 30), (1 / 3 - 1 / math.pi**2) / 2),
            },
        ),
        EnvSpec(
            id="Badger/ModularRobot-v0",
            tasks={ModularRobot: {"chance": Blind, "reference": Wave}},
            size_argument="modules",
            length_argument="steps",
            train_sizes=(4, 6, 8),
            test_sizes=(4, 5, 6, 7, 8, 10, 12),
            variants=(
                {"body": "tree", "split": "train", "steps": 8, "trials": 2},
                {"body": "star", "arms": 3, "steps": 12, "unknown": "physics"},
                {"body": "snake", "modules": 5, "steps": 15, "unknown": "signs"},
                {"steps": 12, "goal": "speed", "unknown": "speed"},
            ),
            metric="seconds_per_metre",
            published_curves={},
        ),
    )
}


def get_spec(id: str) -> EnvSpec:
    """The row of an id.

    Raises:
        ValueError: There is no such id.
    """
    if id not in SPECS:
        raise ValueError(f"id must be one of {', '.join(SPECS)}, got {id!r}")
    return SPECS[id]


def spec_of(task: Task[Any]) -> EnvSpec:
    """The row that a task belongs to.

    Raises:
        ValueError: It is of no row.
    """
    for spec in SPECS.values():
        if type(task) in spec.tasks:
            return spec
    raise ValueError(f"task must be one of the registry's, got {task}")


def as_task(task: str | Task[Any], arguments: Mapping[str, Any]) -> tuple[str, Task[Any]]:
    """A task's id and the task, from an id with arguments or from a task as it is.

    Raises:
        ValueError: Unknown id, or an argument with a value that is not allowed.
        TypeError: Arguments beside a task that already has them.
    """
    if isinstance(task, str):
        return task, get_spec(task).make_task(**arguments)
    if arguments:
        raise TypeError(f"arguments {sorted(arguments)} go with an id; the task given is already {task}")
    names = [spec.id for spec in SPECS.values() if type(task) in spec.tasks]
    return (names[0] if names else type(task).__name__), task


def reference_returns(task: Task[Any]) -> ReferenceReturns:
    """Known returns of a task with its arguments."""
    return task.reference_returns


def register_all() -> None:
    """Register every row with gymnasium and with pettingzoo (parallel and AEC). Doing it again changes nothing."""
    for spec in SPECS.values():
        if spec.id not in gym.registry:
            gym.register(
                id=spec.id,
                entry_point="badger_envs.views:TaskEnv",
                vector_entry_point="badger_envs.views:TaskVectorEnv",
                kwargs={"task": spec.id},
            )
        for kind, view in (("parallel", "ParallelTaskEnv"), ("aec", "AECTaskEnv")):
            registry = pettingzoo.parallel_registry if kind == "parallel" else pettingzoo.aec_registry
            if spec.id not in registry:
                pettingzoo.register(kind, spec.id, f"badger_envs.views:{view}", kwargs={"task": spec.id})
