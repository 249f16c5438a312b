"""The one loop in which a policy plays a batch of episodes, with numpy.

Axis letters as in `badger_envs.core.task`.
"""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.checks import check_numbers
from badger_envs.core.episodes import Keys
from badger_envs.core.policy import Policy, tell
from badger_envs.core.task import Task


class PolicyError(ValueError):
    """A policy returned something that is no action."""


class Rollout(NamedTuple):
    """The outcome of a batch of episodes."""

    rewards: npt.NDArray[np.float64]  # (T, B)
    state: Any
    """After the last step."""

    @property
    def returns(self) -> npt.NDArray[np.float64]:
        """Return of each episode, (B,)."""
        summed: npt.NDArray[np.float64] = self.rewards.sum(axis=0)  # (B,)
        return summed


def rollout(task: Task[Any], policy: Policy, episodes: Keys, *, name: str | None = None) -> Rollout:
    """Let a policy play episodes from their first step to their last.

    Args:
        task: what is played.
        policy: sees what `gym.make_vec` shows, and nothing else; neighbours, if it has a method for them.
        episodes: uint64 (B,).
        name: what an error calls the task.

    Raises:
        PolicyError: The policy returned a wrong shape or type, or what is not finite; finite numbers outside the action
            space are clipped, as in every view.
    """
    batch, state = len(episodes), task.initial(episodes)
    policy.reset(batch)
    reward = np.zeros(batch, np.float32)  # (B,)
    rewards = np.zeros((task.horizon, batch))  # (T, B)
    for step in range(task.horizon):
        tell(policy, partial(task.neighbours, state))
        # Copies: what the policy does to its inputs is its own affair.
        action = policy.act(task.observation(state).reshape(batch, -1).copy(), reward.copy())  # (B, P * A)
        try:
            checked = check_numbers(action, (batch, task.ports * task.port_actions), task.action_limit)
        except ValueError as error:
            raise PolicyError(f"{name or task}, step {step}: {error}") from error
        port_actions = checked.reshape(batch, task.ports, task.port_actions)  # (B, P, A)
        next_state = task.transition(state, port_actions)
        reward = task.reward(state, port_actions, next_state)  # (B,)
        rewards[step], state = reward, next_state
    return Rollout(rewards, state)
