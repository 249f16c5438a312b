"""The Gymnasium Env of any task: one episode at a time, ports concatenated."""

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.core.task import Task
from badger_envs.registry import as_task
from badger_envs.views.actions import Actions
from badger_envs.views.episode import EpisodeRunner
from badger_envs.views.rendering import METADATA, check_render_mode, own_metadata
from badger_envs.views.spaces import box, repeat


class TaskEnv(gym.Env[Any, Any]):
    """One episode of a task at a time.

    Observation: float32 (P * F,), port after port. Action: float32 (P * A,), or with `bins` as many whole numbers.
    The info holds the task's metrics, and where ports can be absent "agent_mask", bool (P,).

    Args:
        task: an id of the registry, or a task.
        render_mode: None, "rgb_array" or "ansi".
        bins: how many evenly spaced values each number of an action is chosen from; None for all.
        joint: whether the bins of all numbers are chosen together, as one of a Discrete space.
        **arguments: the task's arguments, where `task` is an id.

    Raises:
        ValueError: Unknown id or render mode, or an argument with a value that is not allowed.
    """

    metadata = METADATA

    def __init__(
        self,
        task: str | Task[Any],
        *,
        render_mode: str | None = None,
        bins: int | None = None,
        joint: bool = False,
        **arguments: Any,
    ) -> None:
        name, self.task = as_task(task, arguments)
        self.metadata = own_metadata()
        self._runner = EpisodeRunner(name, self.task, check_render_mode(render_mode))
        self.render_mode = render_mode
        self.observation_space = box(repeat(self.task.port_bounds, self.task.ports))
        self._actions = Actions(self.task, self.task.ports, bins=bins, joint=joint)
        self.action_space = self._actions.space

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray, dict[str, Any]]:
        """Begin an episode: the first one of `seed`, else the next one of the seed before.

        Args:
            seed: names the episode; None goes on to the next episode.
            options: {"episode": n} plays the n-th test episode now, and a seed beside it counts from the next reset
                on; {"inner_episode": k} plays that episode, or the running one again where none is named, as the k-th
                inner episode of a lifetime (see `Task.initial`).

        Returns:
            Observation float32 (P * F,) and the task's metrics.

        Raises:
            ValueError: A seed that is negative or no integer, an episode that is no number, or an option that there
                is not.
        """
        self._runner.begin(seed, options)
        super().reset(seed=None if seed is None else int(seed))
        return self._runner.observation().reshape(-1), self._runner.info()

    def step(self, action: npt.ArrayLike) -> tuple[FloatArray, float, bool, bool, dict[str, Any]]:
        """Play one step.

        Args:
            action: in the action space, (P * A,); finite numbers outside of it are clipped, and one number is taken
                for (1,).

        Returns:
            Observation float32 (P * F,), reward, terminated, truncated (never), and the task's metrics.

        Raises:
            ValueError: The action has another shape or type, is not finite, or is a bin that there is not.
            gymnasium.error.ResetNeeded: No episode is running.
        """
        runner = self._runner
        runner.require_running()
        reward = runner.step(self._actions.play(action).port_actions[None])  # (1, P, A)
        return runner.observation().reshape(-1), reward, runner.over, False, runner.info()

    def state(self) -> FloatArray:
        """The observation, then the hidden variables, float32 (P * F + hidden,)."""
        hidden = self._runner.privileged()
        return np.concatenate([self._runner.observation().reshape(-1), hidden])

    def neighbours(self) -> npt.NDArray[np.int32]:
        """The current neighbours of each port, by number, int32 (P, D), -1 in slots left empty."""
        return self._runner.neighbours()

    def render(self) -> Any:
        """A picture uint8 (height, width, 3) or a text, by render mode."""
        return self._runner.render()
