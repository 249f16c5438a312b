"""Persistent evolution strategies: the gradient of lives that last far longer than an update.

Vicol, Metz, Sohl-Dickstein 2021, "Unbiased Gradient Estimation in Unrolled Computation Graphs with Persistent Evolution
Strategies". What a pair of members does in a window also depends on what its weights were in the windows before, which
made its memory. So the noise that its return is held against is the sum of all that it had since birth. Axis letters as
in `agents`; N members of a cohort, W weights.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from agents import Agent
from badger_envs.core.task import Task
from badger_envs.registry import reference_returns
from baselines.outer_loops.evolution import PES
from baselines.outer_loops.evolution_learner import EvolutionStrategyLearner
from baselines.outer_loops.learner import EpisodeBatch
from baselines.outer_loops.states import mapped


class Lives(NamedTuple):
    """The lives of a cohort, from one window to the next. Members are in pairs: all with the noise, then all with its
    negative."""

    noise: Tensor  # (N / 2, W) accumulated since birth, standard normal in each window
    task: Any  # a state of the task, (N * B, ...)
    agent: Any  # a state of the agent, (N, B, ...)
    windows: int
    """Left."""


class PESLearner(EvolutionStrategyLearner):
    """Adam on the gradient that pairs estimate, window by window of their lives.

    Cohorts are in different parts of their lives: the first life of one ends early, that of another not.

    Raises:
        ValueError: The task runs in a simulator, a window does not divide its lives, or a stage draws anew for each
            update what is fixed in a life.
    """

    settings: PES

    def __init__(self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: PES, *, seed: int) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        self._task: Task[Any] | None = None
        self._lives: list[Lives] = []
        for stage in settings.stages:
            for name in ("sizes", "horizon", "experts"):
                ends = getattr(stage, name)
                if ends is not None and ends[0] != ends[1]:
                    raise ValueError(f"{name} must be the same at both ends where lives outlast updates, got {ends}")
            task = self.make_task(stage)
            if not task.functional:
                raise ValueError(f"task must be one whose states can be kept, got {task}, which runs in a simulator")
            if task.horizon % settings.window:
                raise ValueError(f"window must divide the {task.horizon} steps of a life, got {settings.window}")

    @torch.no_grad()
    def training_step(self, episodes: EpisodeBatch) -> dict[str, float]:
        settings, mean, task = self.settings, self.mean(), episodes.task
        generator = torch.Generator(mean.device).manual_seed(self.seed * 2**32 + self.num_updates)
        env, windows = self.env(task), task.horizon // settings.window
        if task != self._task:  # a stage of its own: all begin anew
            firsts = [-(-windows * (number + 1) // settings.cohorts) for number in range(settings.cohorts)]
            lives = [self._born(episodes, first) for first in firsts]
        else:
            lives = [life if life.windows else self._born(episodes, windows) for life in self._lives]
        gradient, total = torch.zeros_like(mean), 0.0
        for number, life in enumerate(lives):
            fresh = torch.randn(life.noise.shape, generator=generator, device=mean.device)  # (N / 2, W)
            population = mean + settings.sigma * torch.cat([fresh, -fresh])  # (N, W)
            env.resume(life.task)
            returns, state = self.play(population, env, life.agent, episodes, settings.window)  # (N, B)
            noise = life.noise + fresh  # (N / 2, W)
            gradient += pair_gradient(noise, returns.mean(dim=1), settings.sigma) / settings.cohorts  # (W,)
            total += returns.mean().item() / settings.cohorts
            lives[number] = Lives(noise, env.state, state, life.windows - 1)
        self.climb(gradient)
        self._task, self._lives = task, lives
        # As if lives went on like that; cohorts are everywhere in their lives.
        return {"score": float(reference_returns(task).score(total * windows)), **env.state_info()}

    def _born(self, episodes: EpisodeBatch, windows: int) -> Lives:
        """A cohort with so many windows to live, all its members with the same episodes."""
        count = self.settings.population_size // self.settings.cohorts
        env, state = self.begin(episodes, count)
        mean = self.mean()
        return Lives(mean.new_zeros(count // 2, len(mean)), env.state, mapped(Tensor.contiguous, state), windows)

    def state_dict(self) -> dict[str, Any]:
        lives = [(life.noise, list(life.task), list(life.agent), life.windows) for life in self._lives]
        return {**super().state_dict(), "lives": lives}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        self._task, self._lives = None, []
        if state["lives"]:
            episodes = self.episode_batch(self.num_updates - 1)
            self._task, like = episodes.task, self._born(episodes, 0)
            self._lives = [
                Lives(noise, type(like.task)(*task), type(like.agent)(*agent), windows)
                for noise, task, agent, windows in state["lives"]
            ]


def pair_gradient(noise: Tensor, returns: Tensor, sigma: float) -> Tensor:
    """The gradient of the return that antithetic pairs estimate (Vicol et al. 2021, algorithm 1), (W,).

    Args:
        noise: (N / 2, W), in standard deviations; of all windows of the life so far.
        returns: (N,) in this window, of the members with the noise and then of those with its negative.
        sigma: standard deviation of the noise.
    """
    first, second = returns.chunk(2)  # 2 x (N / 2,)
    gradient: Tensor = (first - second) @ noise / (len(returns) * sigma)  # (W,)
    return gradient
