"""What all outer loops share: the curriculum, the budget, the learning rate, and the state that a checkpoint holds.

An outer loop is a frozen dataclass of settings, which is data, and a `Learner` that runs it on one agent and one task.
Every update draws its lifetimes from the seed and its own number, so a learner that is put back to an update goes on
as if nothing had happened. Axis letters as in `agents`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
import torch
from torch import nn

from agents import Agent
from badger_envs.core.episodes import INDEX_BITS, EpisodeSet, Keys, episode_keys
from badger_envs.core.task import Task, require_integer
from badger_envs.registry import get_spec
from baselines.outer_loops.rollout import BatchedEnv


@dataclass(frozen=True)
class Stage:
    """A part of the training during which lifetimes are drawn in one way. A curriculum is a tuple of stages."""

    until: float = 1.0
    """Where the stage ends, as a fraction of all updates."""
    sizes: tuple[int, int] | None = None
    """Smallest and largest size of the task, drawn anew for each update; None for the task's own."""
    horizon: tuple[int, int] | None = None
    """Shortest and longest lifetime, drawn anew for each update; None for the task's own."""
    shared_across_batch: bool = False
    """Whether all lifetimes of the stage have the same random identities and addresses."""
    arguments: tuple[tuple[str, Any], ...] = ()
    """Names and values of arguments of the task, in place of its own during this stage."""
    experts: tuple[int, int] | None = None
    """Fewest and most experts, drawn anew for each update; None for the agent's own number."""


@dataclass(frozen=True)
class OuterLoop:
    """Settings that all outer loops have."""

    kind: ClassVar[str]
    """As in specifications and tables."""

    updates: int = 1500
    """How many times the policy is changed."""
    batch: int = 64
    """Lifetimes per update (B)."""
    learning_rate: float = 4e-3
    """How large the changes are."""
    warmup: int = 100
    """Updates over which the learning rate rises linearly from 0: a first step of full size can saturate a GRU."""
    decay_from: float = 0.6
    """Fraction of the updates after which the learning rate falls linearly to 0."""
    stages: tuple[Stage, ...] = field(default=(Stage(),))
    """The curriculum."""

    def __post_init__(self) -> None:
        require_integer("updates", self.updates, 1)
        require_integer("batch", self.batch, 1)
        require_integer("warmup", self.warmup, 0)
        self.require_positive("learning_rate")
        if not 0.0 <= self.decay_from <= 1.0:
            raise ValueError(f"decay_from must lie in [0, 1], got {self.decay_from}")
        ends = [stage.until for stage in self.stages]
        if not ends or ends != sorted(set(ends)) or ends[0] <= 0.0 or ends[-1] != 1.0:
            raise ValueError(f"stages must end at rising fractions, the last at 1, got {ends}")
        for stage in self.stages:
            for name in ("sizes", "horizon", "experts"):
                ends_of_range = getattr(stage, name)
                if ends_of_range is not None and not 1 <= ends_of_range[0] <= ends_of_range[1]:
                    raise ValueError(f"{name} must be (smallest, largest), both at least 1, got {ends_of_range}")
        if self.updates * self.batch > 1 << INDEX_BITS:
            raise ValueError(f"updates * batch must be at most 2**{INDEX_BITS}, got {self.updates * self.batch}")

    def require_positive(self, *names: str) -> None:
        """Refuse settings that are not positive numbers.

        Raises:
            ValueError: naming the setting and its value.
        """
        for name in names:
            if not 0.0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")

    def rate(self, update: int) -> float:
        """Learning rate of an update, counted from 0."""
        begun = (update + 1) / (self.warmup + 1)
        left = (self.updates - update) / max(self.updates * (1.0 - self.decay_from), 1e-9)
        return self.learning_rate * min(1.0, begun, left)

    def stage(self, update: int) -> Stage:
        """Stage of an update, counted from 0."""
        return next(stage for stage in self.stages if update < stage.until * self.updates or stage.until == 1.0)


SettingsT = TypeVar("SettingsT", bound=OuterLoop)


class NotFiniteError(ArithmeticError):
    """What an update would have done is no number; the agent is as it was before."""


class EpisodeBatch(NamedTuple):
    """What one update runs on."""

    task: Task[Any]
    keys: Keys  # (B,)
    numbers: torch.Generator
    """Draws identities and addresses, on the CPU."""
    shared_across_batch: bool
    experts: int | None


class Learner(ABC, Generic[SettingsT]):
    """Runs an outer loop on one agent, which it changes in place.

    Args:
        agent: the policy, wherever its weights live.
        task_id: an id of the registry.
        arguments: of the task.
        settings: of the outer loop.
        seed: names the training episodes and draws all there is to draw.
    """

    def __init__(
        self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: SettingsT, *, seed: int
    ) -> None:
        self.agent, self.settings, self.seed = agent, settings, seed
        self.spec, self.arguments = get_spec(task_id), arguments
        self.done = 0
        """Updates done."""
        self.environment_steps = 0
        """Steps of all training lifetimes."""
        self.trained = nn.ModuleDict({"agent": agent})
        """Everything that has weights."""
        self.optimizer: torch.optim.Optimizer | None = None
        self._worlds: dict[Task[Any], BatchedEnv] = {}

    @abstractmethod
    def change(self, lifetimes: EpisodeBatch) -> dict[str, float]:
        """Live the lifetimes and change the policy once; returns the batch's "score" and its final metrics.

        Raises:
            NotFiniteError: The change is no number; nothing was changed.
        """

    def update(self) -> dict[str, float]:
        """Do the next update; returns a point of the learning curve."""
        lifetimes = self.lifetimes()
        for group in self.optimizer.param_groups if self.optimizer else ():
            group["lr"] = self.settings.rate(self.done)
        numbers = self.change(lifetimes)
        self.done += 1
        return {"update": float(self.done), "environment_steps": float(self.environment_steps), **numbers}

    def lifetimes(self) -> EpisodeBatch:
        """What the next update runs on."""
        settings, stage = self.settings, self.settings.stage(self.done)
        draw = np.random.default_rng([self.seed, self.done])

        def between(ends: tuple[int, int]) -> int:
            return int(draw.integers(ends[0], ends[1] + 1))

        drawn = {**self.arguments, **dict(stage.arguments)}
        if stage.sizes is not None:
            drawn[self.spec.size_argument] = between(stage.sizes)
        if stage.horizon is not None:
            drawn["horizon"] = between(stage.horizon)
        first = self.done * settings.batch
        keys = episode_keys(self.seed, np.arange(first, first + settings.batch), EpisodeSet.TRAIN)
        numbers = torch.Generator().manual_seed(self.seed * 2**32 + (0 if stage.shared_across_batch else 1 + self.done))
        experts = None if stage.experts is None else between(stage.experts)
        return EpisodeBatch(self.spec.make_task(**drawn), keys, numbers, stage.shared_across_batch, experts)

    def begin(self, lifetimes: EpisodeBatch) -> Any:
        """The agent's memory at the beginning of these lifetimes."""
        more = {} if lifetimes.experts is None else {"experts": lifetimes.experts}
        return self.agent.initial_state(
            len(lifetimes.keys),
            lifetimes.task.ports,
            generator=lifetimes.numbers,
            alike=lifetimes.shared_across_batch,
            **more,
        )

    def world(self, task: Task[Any]) -> BatchedEnv:
        """Where a task is played without gradients, always the same one: simulators are built once."""
        if task not in self._worlds:
            self._worlds[task] = BatchedEnv(task, self.agent.device)
        return self._worlds[task]

    def step(self, loss: torch.Tensor, clip: float) -> None:
        """Follow the gradient of a loss, no further than `clip`.

        Raises:
            NotFiniteError: The gradient is no number; nothing was changed.
        """
        assert self.optimizer is not None
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.trained.parameters(), clip)
        if not torch.isfinite(norm):
            raise NotFiniteError(f"the gradient stopped being finite at update {self.done}; loss {loss.item()}")
        self.optimizer.step()

    def snapshot(self) -> dict[str, Any]:
        """Everything that the next update depends on, as tensors and plain numbers."""
        return {
            "done": self.done,
            "environment_steps": self.environment_steps,
            "trained": self.trained.state_dict(),
            "optimizer": None if self.optimizer is None else self.optimizer.state_dict(),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Go back to where a snapshot was taken."""
        self.done, self.environment_steps = snapshot["done"], snapshot["environment_steps"]
        self.trained.load_state_dict(snapshot["trained"])
        if self.optimizer is not None:
            self.optimizer.load_state_dict(snapshot["optimizer"])
