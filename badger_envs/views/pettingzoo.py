"""The PettingZoo views of any task: every port is an agent."""

from typing import Any

import gymnasium as gym
import numpy as np
from pettingzoo import ParallelEnv
from pettingzoo.utils.conversions import parallel_to_aec_wrapper

from badger_envs.registry import as_task
from badger_envs.task import Bounds, Task
from badger_envs.views.common import METADATA, action_box, box, check_action
from badger_envs.views.lifetime import FloatArray, Lifetime

ByAgent = dict[str, Any]


class ParallelTaskEnv(ParallelEnv[str, FloatArray, FloatArray]):  # type: ignore[misc]
    """All ports of a task act at once; each is an agent `port_0`, `port_1`, ...; the reward is shared.

    Observation of an agent: float32 (F,). Action of an agent: float32 (A,).

    Args:
        task: an id of the registry, or a task.
        render_mode: None, "rgb_array" or "ansi".
        **arguments: the task's arguments, where `task` is an id.

    Raises:
        ValueError: Unknown id or render mode, or an argument with a value that is not allowed.
    """

    def __init__(self, task: str | Task[Any], *, render_mode: str | None = None, **arguments: Any) -> None:
        name, self.task = as_task(task, arguments)
        self._lifetime = Lifetime(name, self.task, render_mode)
        self.metadata = METADATA | {"name": name, "is_parallelizable": True}
        self.render_mode = render_mode
        self.possible_agents = [f"port_{port}" for port in range(self.task.ports)]
        self.agents: list[str] = []
        # One space object for each agent, so that seeding one does not seed another.
        self._observation_spaces = {agent: box(self.task.port_bounds) for agent in self.possible_agents}
        self._action_spaces = {agent: action_box(self.task, 1) for agent in self.possible_agents}
        shown, hidden = box(self.task.port_bounds, self.task.ports), self.task.hidden_bounds
        self.state_space = box(
            Bounds(np.concatenate([shown.low, hidden.low]), np.concatenate([shown.high, hidden.high]))
        )

    def observation_space(self, agent: str) -> gym.spaces.Box:
        """What one agent sees, float32 (F,)."""
        return self._observation_spaces[agent]

    def action_space(self, agent: str) -> gym.spaces.Box:
        """What one agent may do, float32 (A,)."""
        return self._action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[ByAgent, ByAgent]:
        """Begin an episode, named as in `TaskEnv.reset`.

        Returns:
            Observations float32 (F,) and metrics by agent.
        """
        self._lifetime.begin(seed, options)
        self.agents = self.possible_agents[:]
        return self._observations(), self._infos()

    def step(self, actions: ByAgent) -> tuple[ByAgent, ByAgent, ByAgent, ByAgent, ByAgent]:
        """Play one step.

        Args:
            actions: float32 (A,) for every agent.

        Returns:
            Observations, rewards, terminations, truncations (never) and metrics by agent.

        Raises:
            ValueError: An agent is missing or unknown, or its action has another shape, holds NaN or is out of range.
            gymnasium.error.ResetNeeded: No episode is running.
        """
        self._lifetime.require_running()
        if set(actions) != set(self.possible_agents):
            missing = sorted(set(self.possible_agents) - set(actions))
            unknown = sorted(map(str, set(actions) - set(self.possible_agents)))
            raise ValueError(f"actions must name every agent once; missing {missing}, unknown {unknown}")
        task = self.task
        checked = [
            check_action(actions[agent], (task.port_actions,), task.action_limit, f"action of {agent}")
            for agent in self.possible_agents
        ]
        reward = self._lifetime.step(np.stack(checked)[None])  # (1, P, A)
        agents, over = self.agents, self._lifetime.over
        if over:
            self.agents = []
        return (
            self._observations(),
            dict.fromkeys(agents, reward),
            dict.fromkeys(agents, over),
            dict.fromkeys(agents, False),
            self._infos(),
        )

    def state(self) -> FloatArray:
        """For a central critic: what all ports show, then the hidden variables, float32 (P * F + hidden,)."""
        return self._lifetime.global_state()

    def render(self) -> Any:
        """A picture uint8 (height, width, 3) or a text, by render mode."""
        return self._lifetime.render()

    def close(self) -> None:
        """Nothing is held."""

    def _observations(self) -> ByAgent:
        shown = self._lifetime.observation()  # (P, F)
        return {agent: shown[port].copy() for port, agent in enumerate(self.possible_agents)}

    def _infos(self) -> ByAgent:
        return {agent: self._lifetime.info() for agent in self.possible_agents}


class AECTaskEnv(parallel_to_aec_wrapper):  # type: ignore[misc]
    """The same, agent after agent: a step of the task is played when the last agent has acted.

    Takes the arguments of `ParallelTaskEnv`.
    """

    def __init__(self, task: str | Task[Any], *, render_mode: str | None = None, **arguments: Any) -> None:
        super().__init__(ParallelTaskEnv(task, render_mode=render_mode, **arguments))

    def step(self, action: FloatArray | None) -> None:
        """Take the action of `agent_selection`: float32 (A,), or None once the episode is over.

        Raises:
            ValueError: The action has another shape, holds NaN or is out of range.
            gymnasium.error.ResetNeeded: Before reset, or when no agent is left.
        """
        lifetime, task = self.env._lifetime, self.env.task
        if not getattr(self, "agents", None):
            lifetime.require_running()
        if not lifetime.over:
            # Said now, by name, instead of after the last agent has acted.
            action = check_action(action, (task.port_actions,), task.action_limit, f"action of {self.agent_selection}")
        elif action is not None:
            lifetime.require_running()
        super().step(action)
