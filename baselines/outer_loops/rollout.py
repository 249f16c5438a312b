"""A batch of episodes on torch, and the loop in which an agent plays them.

The other two loops are `badger_envs.core.rollout`, for any policy on numpy, and that of evolution, which is vectorised
over weights. Axis letters as in `badger_envs.core.task`; T steps.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agents import Agent
from badger_envs.core.episodes import EpisodeSet, Keys, episode_keys
from badger_envs.core.task import Task
from baselines.outer_loops.states import detached

BeforeStep = Callable[[int, Any], Any]
"""Takes the number of a step and the agent's state before it; returns the state it goes on with."""


class BatchedEnv:
    """Plays B episodes of a task in step. Functional tasks run on torch and are differentiable; tasks in a simulator
    run on numpy, and their arrays are copied to the device.

    Args:
        task: what is played.
        device: where the tensors are.
    """

    def __init__(self, task: Task[Any], device: torch.device | str = "cpu") -> None:
        self.task, self.device = task, torch.device(device)
        self.state: Any = None
        """Of the task."""
        self.terminated = torch.zeros(0, dtype=torch.bool)
        """Which episodes have ended, bool (B,)."""

    def reset(self, keys: Keys, *, inner_episode: int = 0) -> None:
        """Start the episodes of these keys, uint64 (B,), or an inner episode with what is to be learned in them."""
        self.state = self.task.reset_all(self.state, keys, inner_episode=inner_episode, xp=torch, device=self.device)
        self.terminated = torch.zeros(len(keys), dtype=torch.bool, device=self.device)  # (B,)

    def resume(self, state: Any) -> None:
        """Go on from a `state` that a functional task had before."""
        self.state = state
        self.terminated = self._tensor(self.task.terminal(state))  # (B,)

    def step(self, action: Tensor) -> Tensor:
        """Play one step.

        Args:
            action: float32 (B, P, A), in range.

        Returns:
            Rewards, float32 (B,), 0 where an episode was over.
        """
        played: Any = action if self.task.functional else action.cpu().numpy()
        state = self.state
        self.state = self.task.transition(state, played)
        reward = self._tensor(self.task.reward(state, played, self.state))  # (B,)
        if not self.task.functional:  # the episodes of a functional task all end together, with its last step
            reward = reward.masked_fill(self.terminated, 0.0)  # (B,)
        self.terminated = self.terminated | self._tensor(self.task.terminal(self.state))  # (B,)
        return reward

    def observation(self) -> Tensor:
        """What the ports observe, float32 (B, P, F)."""
        return self._tensor(self.task.observation(self.state))

    def central_observation(self) -> Tensor:
        """What a central critic observes, of all ports and what is privileged, float32 (B, P * F + privileged)."""
        return torch.cat([self.observation().flatten(1), self.privileged()], dim=1)

    def privileged(self) -> Tensor:
        """What is hidden from ports, float32 (B, privileged)."""
        return self._tensor(self.task.privileged(self.state))

    def agent_mask(self) -> Tensor:
        """Which ports there are, bool (B, P)."""
        return self._tensor(self.task.agent_mask(self.state))

    def neighbours(self) -> Tensor:
        """Who is whose neighbour now, int (B, P, D), -1 in empty slots."""
        return self._tensor(self.task.neighbours(self.state))

    def state_info(self) -> dict[str, float]:
        """Means of the task's metrics."""
        return {name: self._tensor(values).mean().item() for name, values in self.task.state_info(self.state).items()}

    def detach(self) -> None:
        """Cut the gradient: the same state, without the steps that led to it."""
        self.state = detached(self.state)

    def _tensor(self, values: Any) -> Tensor:
        if isinstance(values, Tensor):
            return values
        return torch.from_numpy(np.array(values)).to(self.device)


def require_presence(agent: Agent, task: Task[Any]) -> None:
    """Refuse an agent whose experts would go on talking and remembering where their ports are absent.

    Raises:
        ValueError: naming the task and the agent.
    """
    if task.presence_changes and not agent.config.presence_changes:
        raise ValueError(f"presence_changes must be True for {task}, whose ports come and go, got {agent}")


def born(agent: Agent, env: BatchedEnv, lives: int | None = None, **how: Any) -> Any:
    """The agent's state at the start of the episodes that `env` was reset to.

    Args:
        agent: who is born.
        env: just reset.
        lives: how many of the episodes, the first ones (B); None for all.
        **how: as `initial_state` takes it.
    """
    lives = len(env.terminated) if lives is None else lives
    if agent.takes_neighbours:
        how = {**how, "neighbours": env.neighbours()[:lives]}
    return agent.initial_state(lives, env.task.ports, **how)


def one_life(agent: Agent, task: Task[Any]) -> Any:
    """The agent's state at the start of one episode of a task; always the same identities and addresses."""
    env = BatchedEnv(task, agent.device)
    env.reset(episode_keys(0, np.arange(1), EpisodeSet.TRAIN))
    return born(agent, env, generator=torch.Generator())


def told(agent: Agent, env: BatchedEnv, state: Any) -> Any:
    """The agent's state in which it knows who is whose neighbour now, if it wants to know."""
    return agent.with_neighbours(state, neighbours_for(agent, env))


def neighbours_for(agent: Agent, env: BatchedEnv) -> Tensor:
    """Who is whose neighbour now, int (B, P, D), or (B, 0, 0) for an agent that does not want to know."""
    return env.neighbours() if agent.takes_neighbours else torch.zeros(len(env.terminated), 0, 0, dtype=torch.int32)


def followed(agent: Agent, observations: Tensor, neighbours: Tensor, state: Any) -> tuple[Tensor, Tensor, Any]:
    """As `Agent.unroll`, where who is whose neighbour may be another in each step, int (W, B, P, D)."""
    if not agent.takes_neighbours:
        return agent.unroll(observations, state)
    outputs, memories = [], []
    for observation, now in zip(observations, neighbours, strict=True):
        output, state = agent(observation, agent.with_neighbours(state, now))
        outputs.append(output)
        memories.append(agent.memory(state))
    return torch.stack(outputs), torch.stack(memories), state


def unchanged(step: int, state: Any) -> Any:
    """Does nothing to the agent's state."""
    return state


def rollout(
    env: BatchedEnv,
    agent: Agent,
    state: Any,
    steps: int,
    *,
    to_action: Callable[[Tensor], Tensor] = lambda outputs: outputs,
    before_step: BeforeStep = unchanged,
) -> tuple[Tensor, Any]:
    """Let an agent play some steps of a batch of episodes.

    Args:
        env: where the episodes are; it is moved on.
        agent: the policy.
        state: of the agent.
        steps: how many (T).
        to_action: makes actions (B, P, A) of the agent's outputs (B, P, outputs), such as the mode of a distribution.
        before_step: what is done to the agent's state before a step.

    Returns:
        Rewards (T, B), differentiable where the task is, and the agent's state after the last step.
    """
    rewards = []
    for step in range(steps):
        outputs, state = agent(env.observation(), before_step(step, told(agent, env, state)))  # (B, P, outputs)
        rewards.append(env.step(to_action(outputs)))  # (B,)
    return torch.stack(rewards), state
