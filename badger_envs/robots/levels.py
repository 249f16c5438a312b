"""The reference return of a robot task: stored with the package, or measured when it is asked for."""

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from badger_envs.episodes import EpisodeSet, episode_keys
from badger_envs.robots.data import read

if TYPE_CHECKING:
    from badger_envs.tasks.modular_robot import ModularRobot

EPISODES = 512
"""Validation episodes, where nothing is stored."""


def level_name(task: "ModularRobot") -> str:
    """The arguments that change a return, as one word."""
    return " ".join(f"{name}={value}" for name, value in task.arguments().items())


@cache
def reference_return(task: "ModularRobot") -> float:
    """Mean return of the reference policy: what is stored for these arguments, else measured here."""
    stored: dict[str, Any] = read("levels")["levels"]
    name = level_name(task)
    return float(stored[name]["mean"]) if name in stored else float(measure(task, EPISODES).mean())


def measure(task: "ModularRobot", episodes: int) -> Any:
    """Return of the reference policy in each of so many validation episodes, float64 (episodes,)."""
    from badger_envs.policies.modular_robot import Wave  # the policies know the tasks

    policy = Wave(task)
    state = task.initial(episode_keys(0, np.arange(episodes), EpisodeSet.VALIDATION))
    policy.reset(episodes)
    reward = np.zeros(episodes, np.float32)  # (B,)
    returns = np.zeros(episodes)  # (B,)
    for _ in range(task.horizon):
        action = policy.act(task.observation(state).reshape(episodes, -1), reward)  # (B, P * A)
        following = task.transition(state, action[:, :, None])  # (B, P, A)
        reward = task.reward(state, action, following)
        returns += reward
        state = following
    return returns
