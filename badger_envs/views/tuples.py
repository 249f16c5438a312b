"""The Gymnasium Env whose spaces are tuples with one entry for each port, as EPyMARL and its relatives take it."""

from typing import Any

import gymnasium as gym
import numpy as np

from badger_envs.core.arrays import FloatArray
from badger_envs.core.checks import in_short
from badger_envs.core.task import Task
from badger_envs.views.pettingzoo import ParallelTaskEnv
from badger_envs.views.rendering import METADATA, check_render_mode, own_metadata

PerPort = tuple[Any, ...]


class TupleTaskEnv(gym.Env[PerPort, PerPort]):
    """One episode of a task at a time, in tuples: entry p is what port p sees and hears, does and says.

    The reward is one number that all ports share. The info is that of `TaskEnv`. What `BadgerTuple/...` makes has
    `bins=2` and `joint=True`, so that every port has one Discrete action. In EPyMARL:

        python src/main.py --config=qmix --env-config=gymma with env_args.key=badger_envs:BadgerTuple/HiddenXOR-v0
        env_args.time_limit=4

    The limit is one step more than an episode has, so that its end is not taken for a timeout.

    Args:
        task: an id of the registry, or a task.
        render_mode: None, "rgb_array" or "ansi".
        **arguments: as `ParallelTaskEnv` takes them: bins, channel, joint, max_cycles, and the task's with an id.

    Raises:
        ValueError: Unknown id or render mode, or an argument with a value that is not allowed.
    """

    metadata = METADATA

    def __init__(self, task: str | Task[Any], *, render_mode: str | None = None, **arguments: Any) -> None:
        self._ports = ParallelTaskEnv(task, render_mode=check_render_mode(render_mode), **arguments)
        self.task, self.render_mode, self.metadata = self._ports.task, render_mode, own_metadata()
        self.n_agents = self.task.ports
        self.observation_space = gym.spaces.Tuple(self._ports.observation_spaces.values())
        self.action_space = gym.spaces.Tuple(self._ports.action_spaces.values())

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[PerPort, dict[str, Any]]:
        """Begin an episode, named as in `TaskEnv.reset`; observations float32 (F + D * M,) of each port, metrics."""
        observations, _ = self._ports.reset(seed=seed, options=options)
        super().reset(seed=None if seed is None else int(seed))
        return tuple(observations.values()), self._ports.info()

    def step(self, action: PerPort) -> tuple[PerPort, float, bool, bool, dict[str, Any]]:
        """Play one step.

        Args:
            action: a tuple, list or array with an entry for each port, in its action space; finite numbers outside of
                it are clipped.

        Returns:
            Observations float32 (F + D * M,) of each port, reward, terminated, truncated (by `max_cycles`), metrics.

        Raises:
            ValueError: Not an entry for each port, or one of another shape or type, not finite, or a bin that there is
                not.
            gymnasium.error.ResetNeeded: No episode is running.
        """
        agents = self._ports.possible_agents
        in_order = isinstance(action, list | tuple) or (hasattr(action, "__array__") and np.ndim(action) > 0)
        if not in_order or isinstance(action, np.ma.MaskedArray) or len(action) != len(agents):
            raise ValueError(f"action must have an entry for each of {len(agents)} ports, got {in_short(action)}")
        results = self._ports.step(dict(zip(agents, action, strict=True)))
        observations, rewards, terminations, truncations, _ = results
        first, seen = agents[0], tuple(observations.values())
        return seen, rewards[first], terminations[first], truncations[first], self._ports.info()

    def state(self) -> FloatArray:
        """For a central critic: what all ports show and hear, then the hidden variables, float32."""
        return self._ports.state()

    def render(self) -> Any:
        """A picture uint8 (height, width, 3) or a text, by render mode."""
        return self._ports.render()
