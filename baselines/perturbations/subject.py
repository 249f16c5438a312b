"""A trained agent that plays named test episodes while something is done to it: what all probes have in common.

Axis letters as in `agents`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agents import Agent
from badger_envs.core.episodes import EpisodeSet, Keys, episode_keys
from badger_envs.core.task import Task
from badger_envs.registry import get_spec, reference_returns
from baselines.outer_loops.distributions import make_distribution
from baselines.outer_loops.rollout import BatchedEnv, BeforeStep, born, require_presence, rollout, unchanged


class Draws:
    """What probes draw, always the same: on the CPU, from a generator of their own."""

    def __init__(self) -> None:
        self.generator = torch.Generator().manual_seed(1)

    def happens(self, probability: float, *shape: int) -> Tensor:
        """Whether something happens that has this probability, bool of this shape."""
        return torch.rand(shape, generator=self.generator) < probability

    def normal(self, *shape: int) -> Tensor:
        """Standard normal noise of this shape."""
        return torch.randn(shape, generator=self.generator)

    def permutation(self, count: int) -> Tensor:
        """The integers below `count` in random order, (count,)."""
        return torch.randperm(count, generator=self.generator)


@dataclass(frozen=True)
class Subject:
    """A trained agent and what it was trained on."""

    agent: Agent
    task_id: str
    task: Task[Any]
    bins: int | None
    """As the agent was trained."""
    episodes: int
    """Test episodes for each point."""
    earlier: Mapping[float, Agent] = field(default_factory=dict)
    """The agent as it was after these parts of its training, where it was kept."""

    def score(self, **how: Any) -> Tensor:
        """Mean scores, (hidden_tasks,); see `score_episodes`."""
        settings: dict[str, Any] = {"agent": self.agent, "task": self.task, "episodes": self.episodes}
        return score_episodes(bins=self.bins, **{**settings, **how}).mean(dim=1)

    def draws(self) -> Draws:
        """A generator for what one point of a probe draws."""
        return Draws()

    def keys(self, lives: int) -> Keys:
        """Names of the first test episodes, uint64 (B,)."""
        return episode_keys(0, np.arange(lives), EpisodeSet.TEST)

    def born(self, lives: int) -> Any:
        """The agent's state at the start of so many lives; always the same identities and addresses."""
        env = self.env()
        env.reset(self.keys(lives))
        return born(self.agent, env, generator=torch.Generator().manual_seed(0))

    def env(self) -> BatchedEnv:
        """What lives are played in."""
        require_presence(self.agent, self.task)
        return BatchedEnv(self.task, self.agent.device)

    @torch.inference_mode()
    def live(self, env: BatchedEnv, state: Any, before_step: BeforeStep = unchanged) -> tuple[Tensor, Any]:
        """Play the episodes that `env` was reset to: rewards (T, B), and the agent's state after them."""
        distribution = make_distribution(self.agent.config.port_actions // (self.bins or 1), self.bins)
        to_action = distribution.to(self.agent.device).mode
        return rollout(env, self.agent, state, self.task.horizon, to_action=to_action, before_step=before_step)

    def mean_score(self, rewards: Tensor) -> float:
        """The mean score of lives with these rewards, (T, B)."""
        returns = reduce(torch.add, rewards)  # (B,) step by step
        return float(reference_returns(self.task).score(returns.cpu().numpy()).mean())

    def longer(self, factor: int) -> Task[Any]:
        """The task with episodes so many times as long."""
        spec = get_spec(self.task_id)
        length = getattr(self.task, spec.length_argument) * factor
        return spec.make_task(**{**self.task.arguments(), spec.length_argument: length})


@torch.inference_mode()
def score_episodes(
    agent: Agent,
    task: Task[Any],
    *,
    episodes: int,
    bins: int | None = None,
    hidden_tasks: int = 1,
    before_step: BeforeStep = unchanged,
    **initial: Any,
) -> Tensor:
    """Let an agent play the first so many test episodes.

    Args:
        agent: the policy, without exploration.
        task: what is played.
        episodes: all at once (B).
        bins: as the agent was trained.
        hidden_tasks: how many episodes it plays one after the other without a reset of its state: a lifetime in which
            the hidden variables change so often, less once, without notice.
        before_step: see `rollout`.
        **initial: for the agent's `initial_state`.

    Returns:
        Returns of each of the hidden tasks, normalised to 0 at chance and 1 at the reference, (hidden_tasks, B).
    """
    require_presence(agent, task)
    env = BatchedEnv(task, agent.device)
    distribution = make_distribution(agent.config.port_actions // (bins or 1), bins).to(agent.device)
    state, scores = None, []
    for number in range(hidden_tasks):
        env.reset(episode_keys(0, np.arange(number * episodes, (number + 1) * episodes), EpisodeSet.TEST))
        if state is None:
            state = born(agent, env, generator=torch.Generator().manual_seed(0), **initial)
        rewards, state = rollout(
            env, agent, state, task.horizon, to_action=distribution.mode, before_step=before_step
        )  # (T, B)
        returns = reduce(torch.add, rewards)  # (B,) step by step
        scores.append(torch.from_numpy(reference_returns(task).score(returns.cpu().numpy())))  # (B,)
    return torch.stack(scores)  # (hidden_tasks, B)
