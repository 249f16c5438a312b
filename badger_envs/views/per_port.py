"""The parameter-sharing view: every port of every episode is one sub-environment of a VectorEnv."""

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from badger_envs.core.arrays import FloatArray
from badger_envs.core.channel import Channel
from badger_envs.core.checks import LARGEST_COUNT, require_integer, require_options
from badger_envs.core.task import Task
from badger_envs.views.actions import Actions
from badger_envs.views.spaces import box, join, message_bounds
from badger_envs.views.sub_environments import SubEnvironments, final_infos
from badger_envs.views.vector import Step, TaskVectorEnv


class SharedTaskVectorEnv(SubEnvironments, gym.vector.VectorEnv[FloatArray, Any, npt.NDArray[Any]]):
    """`copies` episodes of P ports as copies * P sub-environments, so that one policy learns from all ports alike.

    Sub-environment c * P + p is port p of episode c: it shows what the port shows and hears, takes what the port takes
    and sends, and gets the reward that all ports share. An episode that ends begins anew in the same step, as trainers
    want it: the last observations are in infos["final_obs"].

    Args:
        task: an id of the registry, or a task.
        copies: episodes played together, at least 1.
        bins: how many evenly spaced values each number of an action is chosen from; None for all.
        channel: over which the ports of an episode talk to each other, with a step of delay; None for silence.
        joint: whether the bins of all numbers of a port, and its word, are chosen together, as one of a Discrete space.
        render_mode: None, "rgb_array" or "ansi"; `render()` gives one frame for each episode.
        **arguments: max_episode_steps, after which an episode is truncated; and the task's, where `task` is an id.

    Raises:
        ValueError: Unknown id or count, or an argument with a value that is not allowed.
    """

    def __init__(
        self,
        task: str | Task[Any],
        *,
        copies: int = 1,
        bins: int | None = None,
        channel: Channel | None = None,
        joint: bool = False,
        render_mode: str | None = None,
        **arguments: Any,
    ) -> None:
        copies = require_integer("copies", copies, 1, LARGEST_COUNT)
        # Autoreset is ours: what ports hear at the end of an episode is asked for before the next one begins.
        disabled = AutoresetMode.DISABLED
        self._episodes = TaskVectorEnv(
            task, num_envs=copies, autoreset_mode=disabled, render_mode=render_mode, **arguments
        )
        self.task, self.name, self.copies, self.channel = self._episodes.task, self._episodes.name, copies, channel
        self.num_envs = copies * self.task.ports
        self.metadata = self._episodes.metadata | {"autoreset_mode": AutoresetMode.SAME_STEP}
        self.render_mode = render_mode
        self._actions = Actions(self.task, 1, bins=bins, channel=channel, joint=joint)
        self.single_observation_space = box(join(self.task.port_bounds, message_bounds(self.task, channel)))
        self.single_action_space = self._actions.space
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._messages = np.zeros((copies, self.task.ports, 0 if channel is None else channel.width), np.float32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray, dict[str, Any]]:
        """Begin an episode in every copy: copy c plays the episodes of seed `seed` + c.

        Args:
            seed: names the episodes; None goes on to the next ones.
            options: {"episode": n or (copies,)} plays test episodes by number, and seeds beside it count from the next
                reset on.

        Returns:
            Observations float32 (N, F + D * M) with N = copies * P, and the task's metrics by sub-environment.

        Raises:
            ValueError: A seed that is negative or no integer, or an option that there is not.
        """
        observation, infos = self._episodes.reset(seed=seed, options=require_options(options, ("episode",)))
        self._messages = np.zeros_like(self._messages)
        return self._rows(observation), self._spread(infos)

    def step(self, actions: npt.ArrayLike) -> Step:
        """Play one step in every episode.

        Args:
            actions: in the action space, (N, A + M); finite numbers outside of it are clipped.

        Returns:
            Observations float32 (N, F + D * M), rewards float64 (N,), terminated bool (N,), truncated bool (N,)
            and infos with the task's metrics, as Gymnasium's SAME_STEP mode gives them.

        Raises:
            ValueError: The actions have another shape or type, are not finite, or are bins that there are not.
            gymnasium.error.ResetNeeded: Before the first reset.
        """
        ports = self.task.ports
        played = self._actions.play(actions, (self.num_envs,), "actions")
        if self.channel is not None and played.messages is not None:
            messages = played.messages.reshape(self.copies, ports, -1)  # (copies, P, M)
            self._messages = self.channel.send(self.task, self._episodes._state, messages)  # (copies, P, M)
        observation, rewards, terminated, truncated, infos = self._episodes.step(
            played.port_actions.reshape(self.copies, -1)
        )
        ended = terminated | truncated  # (copies,)
        if ended.any():
            final, last = self._rows(observation), self._spread(infos)
            observation, _ = self._episodes.reset(options={"reset_mask": ended.copy()})
            self._messages = np.where(ended[:, None, None], np.float32(0.0), self._messages)  # (copies, P, M)
            begun = self._spread(self._episodes.info())
            rows = np.repeat(ended, ports)  # (N,)
            last = {name: rows.copy() if name.startswith("_") else values for name, values in last.items()}
            infos = begun | final_infos(rows, final, last)
        else:
            infos = self._spread(infos)
        return (
            self._rows(observation),
            np.repeat(rewards, ports),  # (N,)
            np.repeat(terminated, ports),  # (N,)
            np.repeat(truncated, ports),  # (N,)
            infos,
        )

    def render(self) -> tuple[Any, ...] | None:
        """One picture uint8 (height, width, 3) or one text for each episode, by render mode."""
        return self._episodes.render()

    def _for_each(self, values: Any) -> tuple[Any, ...]:
        """What is said of an episode, said of each of its ports."""
        if values is None:
            return super()._for_each(values)
        return tuple(value for value in values for _ in range(self.task.ports))

    def _rows(self, observation: FloatArray) -> FloatArray:
        """What every port shows and hears, float32 (N, F + D * M), of what the episodes show, (copies, P * F)."""
        rows = observation.reshape(self.num_envs, -1)  # (N, F)
        if self.channel is None:
            return rows
        heard = self.channel.hear(self.task, self._episodes._state, self._messages)  # (copies, P, D, M)
        return np.concatenate([rows, heard.reshape(self.num_envs, -1)], axis=1)  # (N, F + D * M)

    def _spread(self, infos: dict[str, Any]) -> dict[str, Any]:
        """The same infos for every port of an episode; "agent_mask" is one truth for each port."""
        ports = self.task.ports
        return {
            name: values.reshape(-1) if name == "agent_mask" else np.repeat(values, ports)
            for name, values in infos.items()
        }
