"""Saved agents of this project, as policies. The only file here that needs torch; nothing imports it before it must.

A file never names code: the kind of agent is looked up in `agents.storage.AGENT_CLASSES`.
"""

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from agents import Agent, load_agent
from agents.storage import CONFIG, WEIGHTS
from badger_envs.core.episodes import Keys
from badger_envs.core.task import Task
from badger_envs.registry import get_spec
from baselines.outer_loops.named_episodes import NamedEpisodesPolicy
from baselines.outer_loops.policy import AgentPolicy
from baselines.outer_loops.rollout import require_presence

LAST_DIGIT = 1e-7
"""Relative to a number, about that of a float32."""


class SavedAgent:
    """An agent with its weights; called as `leaderboards.evaluate.evaluate.MakePolicy` it gives a policy for a task.

    Args:
        folder: that `agents.save_agent` wrote, or one with the same files under other names.
        weights: file name of the weights.
        config: file name of kind, config and hash.

    Raises:
        agents.AgentFileError: A file is missing, damaged, or no agent of ours; a ValueError.
    """

    def __init__(self, folder: Path, weights: str = WEIGHTS, config: str = CONFIG) -> None:
        self.agent = _load(folder, weights, config)
        self.kind = type(self.agent).__name__
        self.weights, self.config = folder / weights, folder / config
        self.sha256 = hashlib.sha256(self.weights.read_bytes()).hexdigest()

    def __call__(self, id: str, arguments: dict[str, Any], training_seed: int = 0) -> AgentPolicy:
        """The policy, as the comparison tests it.

        Raises:
            ValueError: The agent does not support the task, or not at that size.
        """
        task = get_spec(id).make_task(**arguments)
        return AgentPolicy(self.agent, task.ports, bins=find_bins(self.agent, task))

    def in_episodes(self, id: str, arguments: dict[str, Any], episodes: Keys, seed: int) -> NamedEpisodesPolicy:
        """The policy for these episodes, keys uint64 (episodes,), whose random numbers follow from them and a seed.

        Raises:
            ValueError: as when called.
        """
        task = get_spec(id).make_task(**arguments)
        bins = find_bins(self.agent, task)
        return NamedEpisodesPolicy(self.agent, task.ports, episodes=episodes, seed=seed, bins=bins)

    def nudge(self, seed: int) -> None:
        """Change every weight in its last digit, as another machine may change every sum."""
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for weights in self.agent.parameters():
                weights.mul_(1.0 + LAST_DIGIT * torch.randn(weights.shape, generator=generator))


def find_bins(agent: Agent, task: Task[Any]) -> int | None:
    """How many values an agent was trained to choose each number of an action from; None for all.

    Its number of outputs tells: one for each number, or one for each value of each number.

    Raises:
        ValueError: The ports of the task have other features or actions than those of the agent, or they come and go
            and the agent does not mind.
    """
    require_presence(agent, task)
    for name, wanted in (("port_features", task.port_features), ("port_actions", task.port_actions)):
        got = getattr(agent.config, name)
        if got != wanted and (name == "port_features" or got % wanted):
            kinds = type(task).__name__, type(agent).__name__
            raise ValueError(f"{name} must be {wanted} for {kinds[0]}, got {got} of {kinds[1]}")
    bins: int = agent.config.port_actions // task.port_actions
    return None if bins == 1 else bins


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread: the order of sums is then the same everywhere, and small agents are faster."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _load(folder: Path, weights: str, config: str) -> Agent:
    if (weights, config) == (WEIGHTS, CONFIG):
        return load_agent(folder)
    with tempfile.TemporaryDirectory() as copy:
        shutil.copyfile(folder / weights, Path(copy) / WEIGHTS)
        shutil.copyfile(folder / config, Path(copy) / CONFIG)
        return load_agent(copy)
