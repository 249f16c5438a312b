"""RL2's view of an environment: what a recurrent policy needs to learn within its lifetime.

Duan et al. 2016, "RL^2: Fast Reinforcement Learning via Slow Reinforcement Learning"; Wang et al. 2016, "Learning to
reinforcement learn".
"""

from typing import Any

import gymnasium as gym
import numpy as np

from badger_envs.core.arrays import FloatArray
from badger_envs.core.checks import require_integer
from badger_envs.views.gymnasium import TaskEnv


class LifetimeObservation(gym.Wrapper[FloatArray, Any, FloatArray, Any]):
    """Several inner episodes of the same hidden task as one lifetime, and what happened just before in the observation.

    Observation: float32, that of the environment, then the previous action (numbers as they are, bins as ones and
    zeros; 0 at first), the previous reward, 1 if an inner episode has just ended, and how much of the lifetime is over.

    What has to be learned is the same in all inner episodes; what the task draws anew is not. Inner ends are shown in
    the observation and hidden from the algorithm: only the end of the lifetime is an end, and it is `terminated`, for
    nothing lies behind it. So memories last, and discounts run, for the lifetime. The info holds "inner_episode", the
    number of the one that the step belonged to, and "inner_return", its return so far.

    Args:
        env: an environment of this package, wrapped or not by wrappers that keep its actions.
        episodes: inner episodes of a lifetime, at least 1.

    Raises:
        ValueError: The environment is not one of this package, or the count is out of range.
    """

    def __init__(self, env: gym.Env[Any, Any], *, episodes: int = 1) -> None:
        super().__init__(env)
        require_integer("episodes", episodes, 1)
        if not isinstance(env.unwrapped, TaskEnv):
            raise ValueError(f"env must be an environment of badger_envs, got {env}")
        if not isinstance(env.observation_space, gym.spaces.Box):
            raise ValueError(f"env must have a Box of observations, got {env.observation_space}")
        task = env.unwrapped.task
        self.episodes = episodes
        self._steps = episodes * task.horizon
        actions = gym.spaces.flatten_space(env.action_space)
        assert isinstance(actions, gym.spaces.Box)
        # Not every space holds 0, which stands for the action before the first.
        smallest, largest = np.minimum(actions.low, 0.0), np.maximum(actions.high, 0.0)
        low = np.concatenate([env.observation_space.low, smallest, [-np.inf, 0.0, 0.0]])
        high = np.concatenate([env.observation_space.high, largest, [np.inf, 1.0, 1.0]])
        self.observation_space = gym.spaces.Box(low.astype(np.float32), high.astype(np.float32), dtype=np.float32)
        self._nothing = np.zeros(actions.shape, np.float32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray, dict[str, Any]]:
        """Begin a lifetime: the arguments name its hidden task as they name an episode in `TaskEnv.reset`."""
        observation, info = self.env.reset(seed=seed, options=options)
        self._episode, self._steps_played, self._return = 0, 0, 0.0
        return self._lifetime_observation(observation, self._nothing, 0.0, False), info | self._inner()

    def step(self, action: Any) -> tuple[FloatArray, float, bool, bool, dict[str, Any]]:
        """Play one step; where an inner episode ends, the next one begins and its first observation is shown."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        self._steps_played += 1
        self._return += float(reward)
        info = info | self._inner()
        ended = bool(terminated or truncated)
        over = ended and self._episode + 1 == self.episodes
        if ended and not over:
            self._episode, self._return = self._episode + 1, 0.0
            observation, _ = self.env.reset(options={"inner_episode": self._episode})
        taken = np.asarray(gym.spaces.flatten(self.env.action_space, action), np.float32)
        return self._lifetime_observation(observation, taken, float(reward), ended), float(reward), over, False, info

    def _lifetime_observation(self, observation: Any, action: FloatArray, reward: float, ended: bool) -> FloatArray:
        happened = [reward, ended, self._steps_played / self._steps]
        return np.concatenate([observation, action, happened]).astype(np.float32)

    def _inner(self) -> dict[str, Any]:
        return {"inner_episode": self._episode, "inner_return": self._return}
