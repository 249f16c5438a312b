"""Running an outer loop on one agent and one task: the episodes of an update, and the state that a checkpoint holds.

Every update draws its episodes from the seed and its own number, so a learner that is put back to an update goes on as
if nothing had happened. Axis letters as in `agents`.
"""

from abc import ABC, abstractmethod
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import torch
from torch import nn

from agents import Agent
from badger_envs.core.episodes import EpisodeSet, Keys, episode_keys
from badger_envs.core.task import Task
from badger_envs.registry import get_spec, reference_returns
from baselines.outer_loops.base import OuterLoop, Stage
from baselines.outer_loops.rollout import BatchedEnv, born, require_presence

SettingsT = TypeVar("SettingsT", bound=OuterLoop)


class NotFiniteError(ArithmeticError):
    """An update is not finite; the agent is as it was before."""


class EpisodeBatch(NamedTuple):
    """The episodes of one update."""

    task: Task[Any]
    keys: Keys  # (B,)
    generator: torch.Generator
    """Draws identities and addresses, on the CPU."""
    shared_across_batch: bool
    experts: int | None
    agent: Agent
    """Who plays: the one that is trained, with as many rounds of messages as were drawn."""


class Learner(ABC, Generic[SettingsT]):
    """Runs an outer loop on one agent, which it changes in place.

    Args:
        agent: the policy, wherever its weights are.
        task_id: an id of the registry.
        arguments: of the task.
        settings: of the outer loop.
        seed: names the training episodes and seeds all generators.

    Raises:
        ValueError: A stage does not fit the task or the agent.
    """

    def __init__(
        self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: SettingsT, *, seed: int
    ) -> None:
        self.agent, self.settings, self.seed = agent, settings, seed
        self.spec, self.arguments = get_spec(task_id), arguments
        self.num_updates = 0
        """Updates so far."""
        self.environment_steps = 0
        """Steps of all training episodes."""
        self.trained = nn.ModuleDict({"agent": agent})
        """Everything that has weights."""
        self.optimizer: torch.optim.Optimizer | None = None
        self._envs: dict[Task[Any], BatchedEnv] = {}
        self._require_stages_that_fit()

    def _require_stages_that_fit(self) -> None:
        """Refuse stages whose smallest or largest task can't be made, or not be played by the agent.

        Raises:
            ValueError: naming what does not fit.
        """
        for stage in self.settings.stages:
            if stage.experts is not None and not self.agent.accepts_experts(stage.experts[1]):
                must = "experts must be None, or numbers that the agent can have"
                raise ValueError(f"{must}, got {stage.experts} for {self.agent}")
            if stage.rounds is not None:
                self.agent.with_rounds(stage.rounds[1])
            for end in (0, 1):
                task = self.make_task(stage, end)
                self.agent.require_ports(task.ports)
                require_presence(self.agent, task)
                reference_returns(task).score(0.0)  # which needs a reference above chance

    def make_task(self, stage: Stage, end: int = 0) -> Task[Any]:
        """The task of a stage where its ranges begin (0) or end (1)."""
        arguments = {**self.arguments, **dict(stage.arguments)}
        if stage.sizes is not None:
            arguments[self.spec.size_argument] = stage.sizes[end]
        if stage.horizon is not None:
            arguments["horizon"] = stage.horizon[end]
        return self.spec.make_task(**arguments)

    @abstractmethod
    def training_step(self, episodes: EpisodeBatch) -> dict[str, float]:
        """Play the episodes and change the policy once; returns the batch's "score" and its final metrics.

        Raises:
            NotFiniteError: The change is not finite; nothing was changed.
        """

    def update(self) -> dict[str, float]:
        """Do the next update; returns a point of the learning curve."""
        episodes = self.episode_batch()
        for group in self.optimizer.param_groups if self.optimizer else ():
            group["lr"] = self.settings.rate(self.num_updates)
        metrics = self.training_step(episodes)
        self.num_updates += 1
        return {"update": float(self.num_updates), "environment_steps": float(self.environment_steps), **metrics}

    def episode_batch(self, update: int | None = None) -> EpisodeBatch:
        """The episodes of an update, counted from 0; None for the next one."""
        update = self.num_updates if update is None else update
        settings, stage = self.settings, self.settings.stage(update)
        rng = np.random.default_rng([self.seed, update])

        def between(ends: tuple[int, int]) -> int:
            return int(rng.integers(ends[0], ends[1] + 1))

        arguments = {**self.arguments, **dict(stage.arguments)}
        if stage.sizes is not None:
            sizes = stage.drawn_sizes
            arguments[self.spec.size_argument] = sizes[between((0, len(sizes) - 1))]
        if stage.horizon is not None:
            arguments["horizon"] = between(stage.horizon)
        first, shared = update * settings.batch, stage.shared_across_batch
        keys = episode_keys(self.seed, np.arange(first, first + settings.batch), EpisodeSet.TRAIN)  # (B,)
        generator = torch.Generator().manual_seed(self.seed * 2**32 + (0 if shared else 1 + update))
        experts = None if stage.experts is None else between(stage.experts)
        agent = self.agent if stage.rounds is None else self.agent.with_rounds(between(stage.rounds))
        return EpisodeBatch(self.spec.make_task(**arguments), keys, generator, shared, experts, agent)

    def initial_state(self, episodes: EpisodeBatch) -> Any:
        """The agent's state at the start of these episodes, to which the environment was reset."""
        more = {} if episodes.experts is None else {"experts": episodes.experts}
        how = {"generator": episodes.generator, "shared_across_batch": episodes.shared_across_batch, **more}
        return born(self.agent, self.env(episodes.task), len(episodes.keys), **how)

    def env(self, task: Task[Any]) -> BatchedEnv:
        """The environment of a task, always the same one: simulators are built once."""
        if task not in self._envs:
            self._envs[task] = BatchedEnv(task, self.agent.device)
        return self._envs[task]

    def gradient_step(self, loss: torch.Tensor, max_grad_norm: float) -> None:
        """One step of the optimizer down the gradient of a loss, which is clipped to `max_grad_norm`.

        Raises:
            NotFiniteError: The gradient is not finite; nothing was changed.
        """
        assert self.optimizer is not None
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.trained.parameters(), max_grad_norm)
        if not torch.isfinite(norm):
            raise NotFiniteError(f"the gradient stopped being finite at update {self.num_updates}; loss {loss.item()}")
        self.optimizer.step()

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next update depends on, as tensors and plain numbers."""
        return {
            "num_updates": self.num_updates,
            "environment_steps": self.environment_steps,
            "trained": self.trained.state_dict(),
            "optimizer": None if self.optimizer is None else self.optimizer.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to where `state_dict` was called."""
        self.num_updates, self.environment_steps = state["num_updates"], state["environment_steps"]
        self.trained.load_state_dict(state["trained"])
        if self.optimizer is not None:
            self.optimizer.load_state_dict(state["optimizer"])
