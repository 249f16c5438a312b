"""The outer loop by back-propagation: differentiate the return of whole lifetimes through the task, and follow it.

The task runs on torch, so the gradient of the return goes through the world as well as through the agent. Axis letters
as in `agents`; T steps of a lifetime.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agents import Agent
from badger_envs.episodes import INDEX_BITS, EpisodeSet, episode_keys
from badger_envs.registry import find_row
from badger_envs.task import Task, require_integer


@dataclass(frozen=True)
class Stage:
    """A part of the training during which lifetimes are drawn in one way. A curriculum is a tuple of stages."""

    until: float = 1.0
    """Where the stage ends, as a fraction of all updates."""
    sizes: tuple[int, int] | None = None
    """Smallest and largest size of the task, drawn anew for each update; None for the task's own."""
    horizon: tuple[int, int] | None = None
    """Shortest and longest lifetime, drawn anew for each update; None for the task's own."""
    alike: bool = False
    """Whether all lifetimes of the stage have the same random identities and addresses."""


@dataclass(frozen=True)
class Backprop:
    """Settings of the outer loop."""

    updates: int = 1500
    """Steps of the optimiser."""
    batch: int = 64
    """Lifetimes per update (B)."""
    learning_rate: float = 4e-3
    """Of Adam."""
    clip: float = 1.0
    """Largest norm of the gradient."""
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
        for name in ("learning_rate", "clip"):
            if not 0.0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if not 0.0 <= self.decay_from <= 1.0:
            raise ValueError(f"decay_from must lie in [0, 1], got {self.decay_from}")
        ends = [stage.until for stage in self.stages]
        if not ends or ends != sorted(set(ends)) or ends[0] <= 0.0 or ends[-1] != 1.0:
            raise ValueError(f"stages must end at rising fractions, the last at 1, got {ends}")
        for stage in self.stages:
            for name in ("sizes", "horizon"):
                ends_of_range = getattr(stage, name)
                if ends_of_range is not None and not 1 <= ends_of_range[0] <= ends_of_range[1]:
                    raise ValueError(f"{name} must be (smallest, largest), both at least 1, got {ends_of_range}")
        if self.updates * self.batch > 1 << INDEX_BITS:
            raise ValueError(f"updates * batch must be at most 2**{INDEX_BITS}, got {self.updates * self.batch}")

    def rate(self, update: int) -> float:
        """Learning rate of an update, counted from 0."""
        begun = (update + 1) / (self.warmup + 1)
        left = (self.updates - update) / max(self.updates * (1.0 - self.decay_from), 1e-9)
        return self.learning_rate * min(1.0, begun, left)

    def stage(self, update: int) -> Stage:
        """Stage of an update, counted from 0."""
        return next(stage for stage in self.stages if update < stage.until * self.updates or stage.until == 1.0)


@dataclass
class Trained:
    """What the outer loop did, besides changing the agent."""

    environment_steps: int = 0
    """Steps of all training lifetimes."""
    curve: list[dict[str, float]] = field(default_factory=list)
    """Points of the learning curve: update, environment_steps, score and final metrics of the batch."""


class NotFiniteError(ArithmeticError):
    """The loss stopped being a number."""


def lifetime_return(task: Task[Any], agent: Agent, keys: Any, *, agent_state: Any) -> tuple[Tensor, dict[str, Tensor]]:
    """Live a batch of lifetimes from beginning to end.

    Args:
        task: a task that runs on torch.
        agent: the policy.
        keys: uint64 (B,), names of the episodes.
        agent_state: from `agent.initial_state`.

    Returns:
        Return of each lifetime (B,), differentiable, and the task's metrics at the end, each (B,).
    """
    state = task.initial(keys, xp=torch, device=agent.device)
    rewards = []
    for _ in range(task.horizon):
        action, agent_state = agent(task.observation(state), agent_state)  # (B, P, A)
        following = task.transition(state, action)
        rewards.append(task.reward(state, action, following))  # (B,)
        state = following
    return torch.stack(rewards).sum(dim=0), task.metrics(state)  # (B,)


def train(
    agent: Agent,
    task_id: str,
    arguments: dict[str, Any],
    settings: Backprop,
    *,
    seed: int,
    on_update: Callable[[int, dict[str, float]], None] | None = None,
    points: int = 100,
) -> Trained:
    """Change `agent` so that it returns more.

    Args:
        agent: the policy; changed in place, wherever its weights live.
        task_id: an id of the registry, of a task that runs on torch.
        arguments: of the task.
        settings: of the outer loop.
        seed: names the training episodes and draws sizes, lifetimes, identities and addresses.
        on_update: called now and then with the number of updates done and the newest point of the curve.
        points: length of the learning curve.

    Raises:
        NotFiniteError: The loss became NaN or infinite.
    """
    row = find_row(task_id)
    draw = np.random.default_rng([seed, 1])
    numbers = torch.Generator()
    optimizer = torch.optim.Adam(agent.parameters(), lr=settings.learning_rate, fused=True)
    trained = Trained()
    every = max(settings.updates // points, 1)
    for update in range(settings.updates):
        stage = settings.stage(update)
        drawn = dict(arguments)
        if stage.sizes is not None:
            drawn[row.size] = int(draw.integers(stage.sizes[0], stage.sizes[1] + 1))
        if stage.horizon is not None:
            drawn["horizon"] = int(draw.integers(stage.horizon[0], stage.horizon[1] + 1))
        task = row.make_task(**drawn)
        first = update * settings.batch
        keys = episode_keys(seed, np.arange(first, first + settings.batch), EpisodeSet.TRAIN)
        numbers.manual_seed(seed * 2**32 + (0 if stage.alike else 1 + update))
        agent_state = agent.initial_state(settings.batch, task.ports, generator=numbers, alike=stage.alike)

        returns, metrics = lifetime_return(task, agent, keys, agent_state=agent_state)
        # Per step, so that short and long lifetimes weigh the same.
        loss = -returns.mean() / task.horizon
        for group in optimizer.param_groups:
            group["lr"] = settings.rate(update)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(agent.parameters(), settings.clip)
        if not torch.isfinite(norm):
            raise NotFiniteError(f"the gradient stopped being finite at update {update}; loss {loss.item()}")
        optimizer.step()

        trained.environment_steps += settings.batch * task.horizon
        if (update + 1) % every == 0 or update + 1 == settings.updates:
            point = {
                "update": float(update + 1),
                "environment_steps": float(trained.environment_steps),
                "score": float(task.levels.score(returns.mean().item())),
                **{name: values.mean().item() for name, values in metrics.items()},
            }
            trained.curve.append(point)
            if on_update is not None:
                on_update(update + 1, point)
    return trained
