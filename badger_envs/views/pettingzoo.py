"""The parallel PettingZoo view of any task: every port is an agent."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import gymnasium as gym
import numpy as np
from pettingzoo import ParallelEnv

from badger_envs.core.arrays import FloatArray
from badger_envs.core.channel import Channel
from badger_envs.core.checks import in_short, require_integer
from badger_envs.core.task import Task
from badger_envs.registry import as_task
from badger_envs.views.actions import Actions, Played
from badger_envs.views.episode import EpisodeRunner
from badger_envs.views.rendering import check_render_mode, own_metadata
from badger_envs.views.spaces import box, join, message_bounds, repeat

ByAgent = dict[str, Any]

CHECKERS_OPTIONS = {"options": 1}
"""What pettingzoo's own checkers pass, to see that a reset takes options; means nothing. All else is refused."""


class ParallelTaskEnv(ParallelEnv[str, FloatArray, Any]):  # type: ignore[misc]
    """All ports of a task act at once; each is an agent `port_0`, `port_1`, ...; the reward is shared.

    Observation of an agent: float32 (F,), and with a channel the D messages it hears behind that, (F + D * M,).
    Action of an agent: float32 (A,), and with a channel its message behind that, (A + M,); see `Actions` for
    `bins` and for channels of words. Trainers want the same agents in every episode: where
    ports can be absent, their agents see and hear 0, do nothing and are not heard, and every info has "agent_mask".

    Args:
        task: an id of the registry, or a task.
        render_mode: None, "rgb_array", "ansi", or "human": a text is written after every reset and step.
        bins: how many evenly spaced values each number of an action is chosen from; None for all.
        channel: over which agents talk to each other, with a step of delay; None for silence.
        joint: whether the bins of all numbers of an agent, and its word, are chosen together, as one of a Discrete.
        max_cycles: steps after which an episode is truncated if it has not ended by itself; None for never.
        **arguments: the task's arguments, where `task` is an id.

    Raises:
        ValueError: Unknown id or render mode, or an argument with a value that is not allowed.
    """

    def __init__(
        self,
        task: str | Task[Any],
        *,
        render_mode: str | None = None,
        bins: int | None = None,
        channel: Channel | None = None,
        joint: bool = False,
        max_cycles: int | None = None,
        **arguments: Any,
    ) -> None:
        name, self.task = as_task(task, arguments)
        self.channel, self.max_cycles = channel, max_cycles
        self._require_max_cycles()
        self.metadata = own_metadata(name=name, is_parallelizable=True)
        self.metadata["render_modes"].append("human")
        self.render_mode = check_render_mode(render_mode, self.metadata["render_modes"])
        self._runner = EpisodeRunner(name, self.task, render_mode)
        self._actions = Actions(self.task, 1, bins=bins, channel=channel, joint=joint)
        self.possible_agents = [f"port_{port}" for port in range(self.task.ports)]
        self.agents: list[str] = []
        self._messages = self._silence()  # (P, M)
        agent_bounds = join(self.task.port_bounds, message_bounds(self.task, channel))
        # One space object for each agent, so that seeding one does not seed another.
        self.observation_spaces = {agent: box(agent_bounds) for agent in self.possible_agents}
        self.action_spaces = {agent: deepcopy(self._actions.space) for agent in self.possible_agents}
        self.state_space = box(join(repeat(agent_bounds, self.task.ports), self.task.privileged_bounds))

    def observation_space(self, agent: str) -> gym.spaces.Box:
        """What one agent sees and hears, float32 (F + D * M,)."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gym.spaces.Space[Any]:
        """What one agent may do and say, (A + M,)."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[ByAgent, ByAgent]:
        """Begin an episode, named as in `TaskEnv.reset`.

        Returns:
            Observations float32 (F + D * M,) and metrics by agent.

        Raises:
            ValueError: A seed that is negative or no integer, an episode that is no number, or an option that there
                is not.
        """
        self._runner.begin(seed, None if options == CHECKERS_OPTIONS else options, self._require_max_cycles())
        self.agents = self.possible_agents[:]
        self._messages = self._silence()  # (P, M)
        return self._observations(), self._infos()

    def step(self, actions: ByAgent) -> tuple[ByAgent, ByAgent, ByAgent, ByAgent, ByAgent]:
        """Play one step.

        Args:
            actions: for every agent, in its action space; finite numbers outside of it are clipped. None for nobody,
                once the episode is over.

        Returns:
            Observations, rewards, terminations, truncations (by `max_cycles`) and metrics by agent. Empty once nobody
            is left.

        Raises:
            ValueError: An agent is missing or unknown, or its action has another shape or type, is not finite, or is a
                bin that there is not.
            gymnasium.error.ResetNeeded: No episode is running.
        """
        if self._runner.ended and isinstance(actions, Mapping) and not actions:
            return {}, {}, {}, {}, {}
        self._runner.require_running()
        if not isinstance(actions, Mapping):
            raise ValueError(f"actions must be a dict with the action of every agent, got {in_short(actions)}")
        if set(actions) != set(self.possible_agents):
            missing = sorted(set(self.possible_agents) - set(actions))
            unknown = sorted(map(str, set(actions) - set(self.possible_agents)))
            raise ValueError(f"actions must name every agent once; missing {missing}, unknown {unknown}")
        port_actions = np.zeros((1, self.task.ports, self.task.port_actions), np.float32)  # (1, P, A)
        messages = self._silence()  # (P, M)
        for port, agent in enumerate(self.possible_agents):
            played = self.check(agent, actions[agent])
            port_actions[0, port] = played.port_actions[0]
            if played.messages is not None:
                messages[port] = played.messages[0]
        if self.channel is not None:
            self._messages = self._runner.send(self.channel, messages)  # (P, M)
        reward = self._runner.step(port_actions)
        agents, over, truncated = self.possible_agents, self._runner.over, self._runner.truncated
        if over:
            self.agents = []
        return (
            self._observations(),
            dict.fromkeys(agents, reward),
            dict.fromkeys(agents, over and not truncated),
            dict.fromkeys(agents, truncated),
            self._infos(),
        )

    def info(self) -> dict[str, Any]:
        """Metrics of the episode; where ports can be absent also which are present, bool (P,)."""
        return self._runner.info()

    def check(self, agent: str, action: Any) -> Played:
        """An agent's action taken apart; a ValueError names what is wrong with it."""
        return self._actions.play(action, name=f"action of {agent}")

    def state(self) -> FloatArray:
        """For a central critic: what all ports show and hear, then the hidden variables, float32."""
        hidden = self._runner.privileged()
        return np.concatenate([self._shown().reshape(-1), hidden])

    def neighbours(self) -> dict[str, list[str]]:
        """The current neighbours of each agent, in the order of their slots."""
        return {
            agent: [self.possible_agents[other] for other in slots if other >= 0]
            for agent, slots in zip(self.possible_agents, self._runner.neighbours(), strict=True)
        }

    def render(self) -> Any:
        """A picture uint8 (height, width, 3) or a text, by render mode."""
        return self._runner.render()

    def close(self) -> None:
        """Does nothing: no resources are held."""

    def _require_max_cycles(self) -> int | None:
        """Checked at every reset: PettingZoo's own tests and some trainers set it on the environment."""
        return None if self.max_cycles is None else require_integer("max_cycles", self.max_cycles, 1)

    def _silence(self) -> FloatArray:
        """The messages before the first step, float32 (P, M)."""
        if self.channel is None:
            return np.zeros((self.task.ports, 0), np.float32)
        return self.channel.silence(self.task, 1).reshape(self.task.ports, -1)

    def _shown(self) -> FloatArray:
        """What ports show and hear, float32 (P, F + D * M)."""
        observation = self._runner.observation()  # (P, F)
        if self.channel is None:
            return observation
        heard = self._runner.hear(self.channel, self._messages)  # (P, D, M)
        return np.concatenate([observation, heard.reshape(len(observation), -1)], axis=1)  # (P, F + D * M)

    def _observations(self) -> ByAgent:
        return {agent: row.copy() for agent, row in zip(self.possible_agents, self._shown(), strict=True)}

    def _infos(self) -> ByAgent:
        infos = {agent: self._runner.info() for agent in self.possible_agents}
        if self.task.variable_size:
            for info, here in zip(infos.values(), self._runner.agent_mask(), strict=True):
                info["agent_mask"] = bool(here)
        return infos
