"""The description of an environment that more than one place needs: `SPEC` in its folder, read by registration, tests,
documentation and leaderboard alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from badger_envs.core.checks import plain_array, require_finite
from badger_envs.core.policy import Policy
from badger_envs.core.task import Task

MOST_PORTS = 1 << 14
"""Of a task that is made by its id: ports by ports must fit in a memory."""


@dataclass(frozen=True)
class ReferenceReturns:
    """What returns mean: known returns of one task with given arguments, each reached by a policy that can be run."""

    chance: float
    """Expected return of the best blind policy."""
    reference: float
    """Expected return of the handcrafted reference policy."""
    lowest: float
    """No episode can return less."""
    highest: float
    """No episode can return more."""
    local_optima: Mapping[str, float] = field(default_factory=dict)
    """Expected returns of the plateaus between chance and reference, by name."""

    def __post_init__(self) -> None:
        """Hold what may not be changed: the same object is given to all who ask.

        Raises:
            ValueError: A return is no finite number.
        """
        for name in ("chance", "reference", "lowest", "highest"):
            object.__setattr__(self, name, require_finite(name, getattr(self, name)))
        optima = {level: require_finite(f"local_optima[{level!r}]", at) for level, at in self.local_optima.items()}
        object.__setattr__(self, "local_optima", MappingProxyType(optima))

    def __reduce__(self) -> tuple[Any, ...]:
        """For copies and pickles, which a read-only mapping is not made for."""
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        return _made, (type(self), values | {"local_optima": dict(self.local_optima)})

    def score(self, returns: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Normalised score, 0 at chance and 1 at the reference; never clipped.

        Args:
            returns: any shape.

        Returns:
            float64, the same shape: (return - chance) / (reference - chance).

        Raises:
            ValueError: Returns that are no numbers; or the reference is no better than chance, so there is nothing to
                learn and no score.
        """
        if not self.reference > self.chance:
            raise ValueError(f"a score needs a reference above chance, got {self.reference} and {self.chance}")
        numbers = plain_array(returns, "returns", "iuf", "numbers").astype(np.float64)
        return (numbers - self.chance) / (self.reference - self.chance)


def _made(kind: type[ReferenceReturns], values: dict[str, Any]) -> ReferenceReturns:
    return kind(**values)


def _fixed(value: Any) -> Any:
    """The same with copies of its mappings, however deep, that nobody can change."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: _fixed(part) for key, part in value.items()})
    return tuple(map(_fixed, value)) if isinstance(value, list | tuple) else value


def _loose(value: Any) -> Any:
    """The same with plain dictionaries in place of mappings that are read-only."""
    if isinstance(value, Mapping):
        return {key: _loose(part) for key, part in value.items()}
    return tuple(map(_loose, value)) if isinstance(value, tuple) else value


Measured = Callable[[str], float]
"""The mean return of the policy of a level, measured on episodes: for levels that no formula gives."""


class Drawing(Protocol):
    """What a module that draws a task offers."""

    def frame(self, title: str, task: Any, history: list[Any]) -> npt.NDArray[np.uint8]:
        """A picture uint8 (height, width, 3) of the last of the states in `history`."""

    def text(self, title: str, task: Any, history: list[Any]) -> str:
        """A drawing of the last state in plain characters."""


@dataclass(frozen=True)
class EnvSpec:
    """An environment id and everything about it that more than one place needs."""

    id: str
    """As in `gym.make(id)` and `pettingzoo.make("parallel", id)`."""
    task: type[Task[Any]]
    """Its defaults are the id's."""
    policies: Mapping[str, Callable[[Any], Policy]]
    """A policy for every level by name: "chance", "reference", and each local optimum."""
    returns: Callable[[Any, Measured], ReferenceReturns]
    """The known returns of a task, from formulas or measured; ask `badger_envs.registry.reference_returns`."""
    drawing: Drawing
    """The module that draws the task."""
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
    shared_fields: tuple[str, ...]
    """Fields of the state that all inner episodes of a lifetime have in common: what is to be learned in it."""
    metric: str
    """The task's metric that is shown by size, at the end of an episode; smaller is better."""
    published_curves: Mapping[str, Mapping[int, float]]
    """What is known of that metric by size, derived or published: name -> size -> value."""
    published: str | None = None
    """Which of these curves others measured, for results to be held against; the rest are derived."""
    measured: tuple[Mapping[str, Any], ...] = ()
    """Arguments whose measured returns are stored, besides the defaults, the variants and the sizes."""

    def __post_init__(self) -> None:
        """Hold what may not be changed: the same object is given to all who ask."""
        for part in fields(self):
            object.__setattr__(self, part.name, _fixed(getattr(self, part.name)))

    def __getstate__(self) -> dict[str, Any]:
        """A module does not travel, its name does; nor does a mapping that is read-only."""
        drawing = self.drawing.__name__ if isinstance(self.drawing, ModuleType) else self.drawing
        return {name: _loose(value) for name, value in self.__dict__.items()} | {"drawing": drawing}

    def __setstate__(self, state: dict[str, Any]) -> None:
        drawing = state["drawing"]
        fixed = {name: _fixed(value) for name, value in state.items()}
        self.__dict__.update(fixed | {"drawing": import_module(drawing) if isinstance(drawing, str) else drawing})

    def horizon(self, **arguments: Any) -> int:
        """Steps in an episode of the task with these arguments (T)."""
        return self.make_task(**arguments).horizon

    def policy(self, level: str, task: Task[Any]) -> Policy:
        """The policy that reaches a level of a task of this environment.

        Raises:
            ValueError: There is no policy of that name.
        """
        if not isinstance(level, str) or level not in self.policies:
            raise ValueError(f"level must be one of {', '.join(map(repr, self.policies))}, got {level!r}")
        return self.policies[level](task)

    def make_task(self, **arguments: Any) -> Task[Any]:
        """The task with these arguments.

        Raises:
            ValueError: An argument has a value that is not allowed.
            TypeError: The task has no argument of that name.
        """
        known = [field.name for field in fields(self.task)]  # type: ignore[arg-type]
        unknown = [repr(name) for name in arguments if name not in known]
        if unknown:  # in Python's words, by which trainers know that they may go without
            raise TypeError(
                f"{self.id} got an unexpected keyword argument {', '.join(unknown)}; it takes {', '.join(known)}"
            )
        task = self.task(**arguments)
        if task.ports > MOST_PORTS:
            raise ValueError(f"{self.size_argument} must make at most {MOST_PORTS} ports, got {task.ports}")
        return task
