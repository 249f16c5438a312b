"""RL2's view of many environments at once. Axis letters as in `badger_envs.views.rl2`."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from badger_envs.core.arrays import BoolArray, FloatArray
from badger_envs.core.checks import LARGEST_COUNT, require_integer, require_options
from badger_envs.core.libraries import VectorWrapper
from badger_envs.views.rl2 import kept_actions, lifetime_observation, lifetime_space
from badger_envs.views.seeding import reset_mask
from badger_envs.views.sub_environments import final_infos
from badger_envs.views.vector import Step, TaskVectorEnv


class VectorLifetimeObservation(VectorWrapper):
    """`LifetimeObservation` for the vector view: equal to a SyncVectorEnv of these step for step, in every autoreset
    mode, which is about the ends of lifetimes.

    It takes over the beginning of episodes: step and reset the environment through this wrapper alone.

    Args:
        env: of `gym.make_vec` and an id of this package, wrapped or not by wrappers that keep its actions.
        episodes: inner episodes of a lifetime, at least 1.

    Raises:
        ValueError: The environment is not one of this package, a wrapper changes its actions, or the count is out of
            range.
    """

    def __init__(self, env: gym.vector.VectorEnv[Any, Any, Any], *, episodes: int = 1) -> None:
        super().__init__(env)
        self.episodes = require_integer("episodes", episodes, 1, LARGEST_COUNT)
        base, batch = env.unwrapped, env.num_envs
        if not isinstance(base, TaskVectorEnv):
            raise ValueError(f"env must be a vector environment of badger_envs, got {env}")
        self._actions = kept_actions(env, env.single_action_space, base.single_action_space, base._actions)
        self.single_observation_space = lifetime_space(env.single_observation_space, self._actions)
        self.observation_space = batch_space(self.single_observation_space, batch)
        self._same_step = base.autoreset_mode is AutoresetMode.SAME_STEP
        if self._same_step:  # done here, where it is known whether a lifetime ends
            base.autoreset_mode = AutoresetMode.DISABLED
        self._steps = self.episodes * base.task.horizon
        self._over = np.zeros(batch, np.bool_)  # (B,) lifetimes that ended and were not begun anew
        self._episode, self._played = np.zeros(batch, np.int64), np.zeros(batch, np.int64)  # 2 x (B,)
        self._return, self._reward = np.zeros(batch), np.zeros(batch)  # 2 x (B,) of the inner episode, of the step
        self._ended = np.zeros(batch, np.bool_)  # (B,) whether an inner episode has just ended
        self._taken = np.zeros((batch, len(self._actions.shown_bounds.low)), np.float32)  # (B, W)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray, dict[str, Any]]:
        """Begin a lifetime everywhere, or in those of a mask, named as in `TaskVectorEnv.reset`."""
        options = require_options(options, ("reset_mask", "episode"))
        observation, info = self.env.reset(seed=seed, options=options)  # type: ignore[arg-type]
        mask = reset_mask(options, self.num_envs, True)
        self._forget(mask)
        return self._shown(observation), info | self._inner(mask)

    def step(self, actions: npt.ArrayLike) -> Step:
        """Play one step; where an inner episode ends, the next one begins and its first observation is shown."""
        resting = self._over  # (B,) what begins anew takes no action
        observation, rewards, terminated, truncated, info = self.env.step(actions)
        ended, truncated = terminated | truncated, np.zeros_like(truncated)  # 2 x (B,)
        self._forget(resting)
        acted = ~resting  # (B,)
        self._taken = self._actions.shown(actions, (self.num_envs,), resting) * acted[:, None]  # (B, W)
        self._played += acted
        self._return += rewards
        self._reward, self._ended = rewards.copy(), ended.copy()
        info = info | self._inner()
        over = ended & (self._episode + 1 == self.episodes)  # (B,)
        again = ended & ~over  # (B,)
        if again.any():
            self._episode, self._return = self._episode + again, np.where(again, 0.0, self._return)  # (B,)
            options = {"reset_mask": again, "inner_episode": self._episode}
            observation, _ = self.env.reset(options=options)
        self._over = over.copy()
        if self._same_step and over.any():
            last = {name: _only(over, values) for name, values in info.items()}
            infos = final_infos(over, self._shown(observation), last)
            observation, begun = self.env.reset(options={"reset_mask": over.copy()})
            self._forget(over)
            begun = begun | self._inner(over)
            mixed = {
                name: values if name.startswith("_") else np.where(_along(over, values), begun[name], values)
                for name, values in info.items()
            }
            return self._shown(observation), rewards, over, truncated, infos | mixed
        return self._shown(observation), rewards, over, truncated, info

    def _forget(self, mask: BoolArray) -> None:
        """Begin lifetimes, in which nothing has happened yet, where the mask (B,) says so."""
        self._taken[mask] = 0.0
        for numbers in (self._episode, self._played, self._return, self._reward, self._ended):
            numbers[mask] = 0
        self._over = self._over & ~mask

    def _shown(self, observation: FloatArray) -> FloatArray:
        share = self._played / self._steps  # (B,)
        return lifetime_observation(observation, self._taken, self._reward, self._ended, share)

    def _inner(self, mask: BoolArray | None = None) -> dict[str, Any]:
        mask = np.ones(self.num_envs, np.bool_) if mask is None else mask  # (B,)
        numbers = {"inner_episode": self._episode, "inner_return": self._return}
        infos = {name: np.where(mask, values, np.zeros_like(values)) for name, values in numbers.items()}
        return infos | {f"_{name}": mask.copy() for name in numbers}


def _along(mask: BoolArray, values: npt.NDArray[Any]) -> BoolArray:
    """A mask (B,) with as many axes as the values (B, ...)."""
    return mask.reshape(-1, *(1 for _ in values.shape[1:]))


def _only(mask: BoolArray, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The values (B, ...) where the mask (B,) is set, 0 elsewhere."""
    return np.where(_along(mask, values), values, np.zeros_like(values))
