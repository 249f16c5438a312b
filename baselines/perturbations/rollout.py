"""A trained agent living through named episodes while something is done to it: what all probes have in common.

Axis letters as in `agents`; T steps of a lifetime.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agents import Agent
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.task import Task
from badger_envs.registry import reference_returns
from baselines.outer_loops.distributions import make_distribution
from baselines.outer_loops.rollout import BatchedEnv

BeforeStep = Callable[[int, Any], Any]
"""Takes the number of a step and the agent's state before it; returns the state it goes on with."""


def unchanged(step: int, state: Any) -> Any:
    """Does nothing to the agent."""
    return state


@torch.inference_mode()
def live(
    agent: Agent,
    task: Task[Any],
    *,
    episodes: int,
    bins: int | None = None,
    before_step: BeforeStep = unchanged,
    hidden_tasks: int = 1,
    **begin: Any,
) -> Tensor:
    """Let an agent live through the first so many test episodes.

    Args:
        agent: the policy, without exploration.
        task: what is played.
        episodes: lifetimes, all at once (B).
        bins: as the agent was trained.
        before_step: what is done to its memory.
        hidden_tasks: how many episodes it lives one after the other without forgetting: a life in which what is hidden
            changes so often, less once, and nobody says so.
        **begin: for the agent's `initial_state`.

    Returns:
        Returns of each of the hidden tasks, normalised to 0 at chance and 1 at the reference, (hidden_tasks, B).
    """
    world = BatchedEnv(task, agent.device)
    head = make_distribution(agent.config.port_actions // (bins or 1), bins).to(agent.device)
    numbers = torch.Generator().manual_seed(0)
    state = agent.initial_state(episodes, task.ports, generator=numbers, **begin)
    scores = []
    for number in range(hidden_tasks):
        names = np.arange(number * episodes, (number + 1) * episodes)
        shown = world.begin(episode_keys(0, names, EpisodeSet.TEST))  # (B, P, F)
        total = torch.zeros(episodes, device=agent.device)  # (B,)
        for step in range(task.horizon):
            state = before_step(step, state)
            outputs, state = agent(shown, state)  # (B, P, outputs)
            shown, reward = world.step(head.best(outputs))
            total += reward
        scores.append(torch.from_numpy(reference_returns(task).score(total.cpu().numpy())))  # (B,)
    return torch.stack(scores)  # (hidden_tasks, B)
