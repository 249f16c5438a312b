"""RL2's view of an environment: what a recurrent policy needs to learn within its lifetime.

Duan et al. 2016, "RL^2: Fast Reinforcement Learning via Slow Reinforcement Learning"; Wang et al. 2016, "Learning to
reinforcement learn". Axis letters as in `badger_envs.core.task`; W numbers that an action is shown as.
"""

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import Bounds, FloatArray
from badger_envs.core.checks import LARGEST_COUNT, require_integer, require_options
from badger_envs.views.actions import Actions
from badger_envs.views.gymnasium import TaskEnv
from badger_envs.views.spaces import join


class LifetimeObservation(gym.Wrapper[FloatArray, Any, FloatArray, Any], gym.utils.RecordConstructorArgs):
    """Several inner episodes of the same hidden task as one lifetime, and what happened just before in the observation.

    Observation: float32, that of the environment, then the previous action (numbers as they are played, bins as ones
    and zeros; 0 at first), the previous reward, 1 if an inner episode has just ended, and how much of the lifetime is
    over.

    What has to be learned is the same in all inner episodes; what the task draws anew is not. Inner ends are shown in
    the observation and hidden from the algorithm: only the end of the lifetime is an end, and it is `terminated`, for
    nothing lies behind it. So memories last, and discounts run, for the lifetime. The info holds "inner_episode", the
    number of the one that the step belonged to, and "inner_return", its return so far.

    `VectorLifetimeObservation` is the same for many lifetimes at once.

    Args:
        env: an environment of this package, wrapped or not by wrappers that keep its actions.
        episodes: inner episodes of a lifetime, at least 1.

    Raises:
        ValueError: The environment is not one of this package, a wrapper changes its actions, or the count is out of
            range.
    """

    def __init__(self, env: gym.Env[Any, Any], *, episodes: int = 1) -> None:
        self.episodes = require_integer("episodes", episodes, 1, LARGEST_COUNT)
        gym.utils.RecordConstructorArgs.__init__(self, episodes=self.episodes)  # so that env.spec makes it anew
        gym.Wrapper.__init__(self, env)
        if not isinstance(env.unwrapped, TaskEnv):
            raise ValueError(f"env must be an environment of badger_envs, got {env}")
        self._actions = kept_actions(env, env.action_space, env.unwrapped.action_space, env.unwrapped._actions)
        self.observation_space = lifetime_space(env.observation_space, self._actions)
        self._steps = self.episodes * env.unwrapped.task.horizon
        self._nothing = np.zeros_like(self._actions.shown_bounds.low)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray, dict[str, Any]]:
        """Begin a lifetime: the arguments name its hidden task as they name an episode in `TaskEnv.reset`."""
        observation, info = self.env.reset(seed=seed, options=require_options(options, ("episode",)))
        self._episode, self._steps_played, self._return = 0, 0, 0.0
        return lifetime_observation(observation, self._nothing, 0.0, False, 0.0), info | self._inner()

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
        share = self._steps_played / self._steps
        shown = lifetime_observation(observation, self._actions.shown(action), float(reward), ended, share)
        return shown, float(reward), over, False, info

    def _inner(self) -> dict[str, Any]:
        return {"inner_episode": self._episode, "inner_return": self._return}


def kept_actions(env: Any, space: gym.Space[Any], own: gym.Space[Any], actions: Actions) -> Actions:
    """The actions of an environment, which wrappers must have kept.

    Raises:
        ValueError: They have another space by now.
    """
    if space != own:
        raise ValueError(f"env must have the actions of its environment, {own}, got {space} of {env}")
    return actions


def lifetime_space(space: gym.Space[Any], actions: Actions) -> Any:
    """The space of observations with what happened just before behind them.

    Raises:
        ValueError: The observations are no Box of a vector.
    """
    if not isinstance(space, gym.spaces.Box) or len(space.shape) != 1:
        raise ValueError(f"env must have a Box of observations, got {space}")
    happened = Bounds(np.asarray([-np.inf, 0.0, 0.0], np.float32), np.asarray([np.inf, 1.0, 1.0], np.float32))
    low, high = join(join(Bounds(space.low, space.high), actions.shown_bounds), happened)
    return gym.spaces.Box(low.astype(np.float32), high.astype(np.float32), dtype=np.float32)


def lifetime_observation(
    observation: FloatArray, action: FloatArray, reward: npt.ArrayLike, ended: npt.ArrayLike, share: npt.ArrayLike
) -> FloatArray:
    """An observation (..., P * F) with the previous action (..., W), reward, end and share of lifetime behind it."""
    happened = np.stack(np.broadcast_arrays(reward, ended, share), axis=-1)  # (..., 3)
    return np.concatenate([observation, action, happened], axis=-1).astype(np.float32)  # (..., P * F + W + 3)
