"""The AEC PettingZoo view of any task: agent after agent."""

from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from pettingzoo.utils.conversions import parallel_to_aec_wrapper

from badger_envs.core.task import Task
from badger_envs.views.pettingzoo import ParallelTaskEnv

BEGUN_BY_RESET = frozenset(
    {"agents", "agent_selection", "infos", "num_agents", "rewards", "terminations", "truncations", "_observations"}
)
"""Attributes that there are once an episode was begun."""


class NothingBegunError(ResetNeeded, AttributeError):
    """What is read exists from the first reset on; `hasattr` says so, too."""


class AECTaskEnv(parallel_to_aec_wrapper):  # type: ignore[misc]
    """`ParallelTaskEnv` agent after agent: a step of the task is played when the last agent has acted.

    Takes the arguments of `ParallelTaskEnv`.
    """

    def __init__(self, task: str | Task[Any], **arguments: Any) -> None:
        super().__init__(ParallelTaskEnv(task, **arguments))

    def __getattr__(self, name: str) -> Any:
        """Only what is not there yet is looked up here.

        Raises:
            gymnasium.error.ResetNeeded: It exists from the first reset on.
        """
        if name in BEGUN_BY_RESET:
            raise NothingBegunError(
                f"{self.metadata['name']}: call reset() before {name.strip('_')}; no episode was begun yet"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def observation_spaces(self) -> dict[str, Any]:
        """What each agent sees and hears."""
        return self.env.observation_spaces  # type: ignore[no-any-return]

    @property
    def action_spaces(self) -> dict[str, Any]:
        """What each agent may do and say."""
        return self.env.action_spaces  # type: ignore[no-any-return]

    def observe(self, agent: str) -> Any:
        """What an agent sees and hears now, float32 (F + D * M,)."""
        return np.array(super().observe(agent))

    def last(self, observe: bool = True) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Observation, rewards since it acted, terminated, truncated and metrics of `agent_selection`."""
        observation, reward, terminated, truncated, info = super().last(observe)
        return observation, reward, terminated, truncated, dict(info)

    def step(self, action: Any) -> None:
        """Take the action of `agent_selection`, in its action space, or None once the episode is over.

        Raises:
            ValueError: The action has another shape or type, is not finite, or is a bin that there is not.
            gymnasium.error.ResetNeeded: Before reset, or when no agent is left.
        """
        runner = self.env._runner
        if not getattr(self, "agents", None):
            runner.require_running()
        if not runner.over:
            self.env.check(self.agent_selection, action)  # named now, instead of after the last agent has acted
            action = np.array(action)  # which is when it is played
        elif action is not None:
            runner.require_running()
        super().step(action)

    def neighbours(self) -> dict[str, list[str]]:
        """The current neighbours of each agent, in the order of their slots."""
        who: dict[str, list[str]] = self.env.neighbours()
        return who
