"""The Gymnasium Env of any task: one episode at a time, ports concatenated."""

from typing import Any

import gymnasium as gym
import numpy.typing as npt

from badger_envs.registry import as_task
from badger_envs.task import Task
from badger_envs.views.common import METADATA, action_box, box, check_action
from badger_envs.views.lifetime import FloatArray, Lifetime


class TaskEnv(gym.Env[Any, Any]):
    """One episode of a task at a time.

    Observation: float32 (P * F,), port after port. Action: float32 (P * A,). The info holds the task's metrics.

    Args:
        task: an id of the registry, or a task.
        render_mode: None, "rgb_array" or "ansi".
        **arguments: the task's arguments, where `task` is an id.

    Raises:
        ValueError: Unknown id or render mode, or an argument with a value that is not allowed.
    """

    metadata = METADATA

    def __init__(self, task: str | Task[Any], *, render_mode: str | None = None, **arguments: Any) -> None:
        name, self.task = as_task(task, arguments)
        self._lifetime = Lifetime(name, self.task, render_mode)
        self.render_mode = render_mode
        self.observation_space = box(self.task.port_bounds, self.task.ports)
        self.action_space = action_box(self.task, self.task.ports)
        self._action_shape = (self.task.ports * self.task.port_actions,)
        self._ported_shape = (1, self.task.ports, self.task.port_actions)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray, dict[str, Any]]:
        """Begin an episode: the first one of `seed`, else the next one of the seed before.

        Args:
            seed: names the episode; None goes on to the next episode.
            options: {"episode": n} plays the n-th test episode instead.

        Returns:
            Observation float32 (P * F,) and the task's metrics.

        Raises:
            ValueError: A negative seed, or an episode that is no number.
        """
        super().reset(seed=seed)
        self._lifetime.begin(seed, options)
        return self._lifetime.observation().reshape(-1), self._lifetime.info()

    def step(self, action: npt.ArrayLike) -> tuple[FloatArray, float, bool, bool, dict[str, Any]]:
        """Play one step.

        Args:
            action: float32 (P * A,), in the action space.

        Returns:
            Observation float32 (P * F,), reward, terminated, truncated (never), and the task's metrics.

        Raises:
            ValueError: The action has another shape, holds NaN or lies outside the action space.
            gymnasium.error.ResetNeeded: No episode is running.
        """
        lifetime = self._lifetime
        lifetime.require_running()
        checked = check_action(action, self._action_shape, self.task.action_limit)
        reward = lifetime.step(checked.reshape(self._ported_shape))  # (1, P, A)
        return lifetime.observation().reshape(-1), reward, lifetime.over, False, lifetime.info()

    def state(self) -> FloatArray:
        """The observation, then the hidden variables, float32 (P * F + hidden,)."""
        return self._lifetime.global_state()

    def render(self) -> Any:
        """A picture uint8 (height, width, 3) or a text, by render mode."""
        return self._lifetime.render()
