"""Outer loops by evolution: they see nothing but returns, and so work on every task, differentiable or not.

CMA-ES is in `cmaes_learner`.

All members of a population play at once: one forward pass with the weights of all of them (`torch.func.vmap` over
`functional_call`), on the same episodes. Axis letters as in `agents`; N members of a population, W weights.
"""

import copy
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call, vmap
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from agents import Agent
from agents.parts.plain import use_plain_operations
from badger_envs.registry import reference_returns
from baselines.outer_loops.evolution import EvolutionStrategy
from baselines.outer_loops.learner import EpisodeBatch, Learner, NotFiniteError, SettingsT
from baselines.outer_loops.rollout import BatchedEnv, neighbours_for
from baselines.outer_loops.states import mapped


class GenerationLearner(Learner[SettingsT]):
    """What both have in common: a population plays, and the agent becomes its mean."""

    def __init__(
        self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: SettingsT, *, seed: int
    ) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        # Takes the weights of all members at once; its own are never used.
        self._body = copy.deepcopy(agent).requires_grad_(False)
        use_plain_operations(self._body)
        self._given: list[bool] = []
        self._shapes = {name: weights.shape for name, weights in agent.named_parameters()}

    @abstractmethod
    def evolve(self, episodes: EpisodeBatch) -> tuple[Tensor, dict[str, float]]:
        """Sample, evaluate and use one population; returns the returns of its members (N, B) and the last metrics.

        Raises:
            NotFiniteError: A return or the new weights are not finite; nothing was changed.
        """

    def training_step(self, episodes: EpisodeBatch) -> dict[str, float]:
        returns, metrics = self.evolve(episodes)
        return {"score": float(reference_returns(episodes.task).score(returns.mean().item())), **metrics}

    def mean(self) -> Tensor:
        """The agent's weights, (W,)."""
        return parameters_to_vector(self.agent.parameters()).detach()

    @torch.no_grad()
    def become(self, weights: Tensor) -> None:
        """Give the agent these weights, (W,).

        Raises:
            NotFiniteError: They are not finite; nothing was changed.
        """
        if not torch.isfinite(weights).all():
            raise NotFiniteError(f"the weights stopped being finite at update {self.num_updates}")
        vector_to_parameters(weights, self.agent.parameters())

    @torch.no_grad()
    def rollout(self, population: Tensor, episodes: EpisodeBatch) -> tuple[Tensor, dict[str, float]]:
        """Let every member play all the episodes.

        Args:
            population: float32 (N, W), the weights of each member.
            episodes: B of them.

        Returns:
            The returns (N, B) and the task's metrics at the end, as means.

        Raises:
            NotFiniteError: A return is not finite.
        """
        env, state = self.begin(episodes, len(population))
        returns, _ = self.play(population, env, state, episodes, episodes.task.horizon)
        return returns, env.state_info()

    def begin(self, episodes: EpisodeBatch, count: int) -> tuple[BatchedEnv, Any]:
        """The environment where each of `count` members begins all the episodes (N * B,), and their states (N, B, ...)
        of the agent."""
        env = self.env(episodes.task)
        env.reset(np.tile(episodes.keys, count))  # (N * B,)
        initial = self.initial_state(episodes)
        return env, mapped(lambda value: value.expand(count, *value.shape), initial)

    @torch.no_grad()
    def play(
        self, population: Tensor, env: BatchedEnv, state: Any, episodes: EpisodeBatch, steps: int
    ) -> tuple[Tensor, Any]:
        """Let every member play some steps of all its episodes.

        Args:
            population: float32 (N, W), the weights of each member.
            env: where the episodes (N * B,) are; it is moved on.
            state: of the agent, (N, B, ...).
            episodes: B of them.
            steps: how many.

        Returns:
            The returns (N, B), and the state of the agent after the last step.

        Raises:
            NotFiniteError: A return is not finite.
        """
        count, batch, kind = len(population), len(episodes.keys), type(state)
        weights, step = self._unpacked(population), self._step_of(episodes.agent)
        returns = torch.zeros(count * batch, device=self.agent.device)  # (N * B,)
        for _ in range(steps):
            in_dims = kind(*(None if value is None else 0 for value in state))
            observation = env.observation()  # (N * B, P, F)
            observation = observation.view(count, batch, *observation.shape[1:])  # (N, B, P, F)
            now = neighbours_for(self.agent, env)  # (N * B, P, D)
            now = now.view(count, batch, *now.shape[1:])  # (N, B, P, D)
            step_of_all = vmap(step, in_dims=(0, 0, 0, in_dims))
            action, state = step_of_all(weights, observation, now, state)  # (N, B, P, A)
            values = iter(state)
            state = kind(*(next(values) if given else None for given in self._given))
            self.environment_steps += int((~env.terminated).sum())
            returns += env.step(action.flatten(0, 1))  # (N * B,)
        if not torch.isfinite(returns).all():
            raise NotFiniteError(f"a return stopped being finite at update {self.num_updates}")
        return returns.view(count, batch), state  # (N, B)

    def _step_of(self, agent: Agent) -> Callable[..., Any]:
        """One step of the body, with as many rounds of messages as the agent has."""
        body = self._body if agent is self.agent else self._body.with_rounds(agent.config.rounds)

        def step(weights: dict[str, Tensor], observation: Tensor, now: Tensor, state: Any) -> Any:
            state = body.with_neighbours(state, now)
            action, next_state = functional_call(body, weights, (observation, state))
            self._given = [value is not None for value in next_state]  # vmap hands out tensors only
            return action, [value for value in next_state if value is not None]

        return step

    def _unpacked(self, population: Tensor) -> dict[str, Tensor]:
        """Weights by name, each (N, *shape), of a population (N, W)."""
        parts, first = {}, 0
        for name, shape in self._shapes.items():
            parts[name] = population[:, first : first + shape.numel()].view(len(population), *shape)  # (N, *shape)
            first += shape.numel()
        return parts


class EvolutionStrategyLearner(GenerationLearner[EvolutionStrategy]):
    """Adam on the gradient that the ranks of a population estimate, which tries each perturbation with both signs."""

    def __init__(
        self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: EvolutionStrategy, *, seed: int
    ) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        self.optimizer = torch.optim.Adam(agent.parameters(), fused=True)

    def evolve(self, episodes: EpisodeBatch) -> tuple[Tensor, dict[str, float]]:
        settings, mean, half = self.settings, self.mean(), self.settings.population_size // 2
        generator = torch.Generator(mean.device).manual_seed(self.seed * 2**32 + self.num_updates)
        noise = torch.randn(half, len(mean), generator=generator, device=mean.device)  # (N / 2, W)
        noise = torch.cat([noise, -noise])  # (N, W)
        returns, metrics = self.rollout(mean + settings.sigma * noise, episodes)
        ranks = mean_ranks(returns.mean(dim=1))  # (N,)
        weight = ranks / (settings.population_size - 1) - 0.5  # (N,)
        gradient = weight @ noise / (settings.population_size * settings.sigma)  # (W,) upwards
        self.climb(gradient)
        return returns, metrics

    def climb(self, gradient: Tensor) -> None:
        """One step of the optimizer up a gradient (W,)."""
        assert self.optimizer is not None
        self.optimizer.zero_grad()
        by_name = self._unpacked(gradient[None])
        for name, parameter in self.agent.named_parameters():
            parameter.grad = -by_name[name][0]
        self.optimizer.step()


def mean_ranks(values: Tensor) -> Tensor:
    """Ranks from 0 for the lowest, float32 (N,); those that are equal share the mean of their ranks.

    So equal returns say nothing about where to go: the weights of an antithetic population then cancel.
    """
    _, which, counts = torch.unique(values, return_inverse=True, return_counts=True)  # (K,), (N,), (K,)
    mean = counts.cumsum(0) - (counts + 1) / 2  # (K,) of the K values, lowest first
    ranks: Tensor = mean[which].float()  # (N,)
    return ranks
