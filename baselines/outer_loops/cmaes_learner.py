"""CMA-ES, by the library `cma`. Axis letters as in `agents`; N members of a population, W weights."""

from typing import Any

import cma
import numpy as np
import torch
from torch import Tensor

from agents import Agent
from baselines.outer_loops.evolution import CMAES
from baselines.outer_loops.evolution_learner import GenerationLearner
from baselines.outer_loops.learner import EpisodeBatch


class CMAESLearner(GenerationLearner[CMAES]):
    """Asks `cma` for populations and tells it their returns.

    What `cma` does next is a function of the returns that it was told, generation by generation. A checkpoint holds
    these, and a fresh strategy that is told them again is where the old one was, bit for bit; `cma` itself can only be
    pickled. That takes again the time that `cma` took, which is little beside that of the episodes.
    """

    def __init__(self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: CMAES, *, seed: int) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        self._first_mean = self.mean().double().cpu().numpy()  # (W,)
        self._strategy: cma.CMAEvolutionStrategy | None = None
        """None until the next update needs it: made then, and told what is already known."""
        self._returns: list[Tensor] = []
        """Mean return of every member of each generation so far, float64 (N,)."""

    def state_dict(self) -> dict[str, Any]:
        # The first mean, since the agent's own weights are already those of a later one.
        told = {"first_mean": torch.from_numpy(self._first_mean), "returns": list(self._returns)}
        return {**super().state_dict(), "strategy": told}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        self._first_mean = state["strategy"]["first_mean"].cpu().numpy()
        self._returns = [returns.cpu() for returns in state["strategy"]["returns"]]
        self._strategy = None

    def evolve(self, episodes: EpisodeBatch) -> tuple[Tensor, dict[str, float]]:
        strategy = self._strategy = self._told_again() if self._strategy is None else self._strategy
        asked = strategy.ask()
        population = torch.from_numpy(np.asarray(asked)).to(self.agent.device, torch.float32)  # (N, W)
        returns, metrics = self.rollout(population, episodes)
        told = returns.mean(dim=1).double().cpu()  # (N,)
        strategy.tell(asked, (-told).tolist())
        self.become(torch.from_numpy(np.array(strategy.mean)).to(self.agent.device, torch.float32))
        self._returns.append(told)
        return returns, metrics

    def _told_again(self) -> cma.CMAEvolutionStrategy:
        """A strategy that was told all returns so far."""
        settings = self.settings
        strategy = cma.CMAEvolutionStrategy(
            self._first_mean,
            settings.sigma,
            {
                "popsize": settings.population_size,
                "CMA_diagonal": len(self._first_mean) > settings.full_until,
                "seed": np.nan,  # the library shall leave numpy's global generator alone
                "randn": _Normal(self.seed),
                "verbose": -9,
                "verb_log": 0,
                "maxiter": np.inf,
                "tolfun": 0,
                "tolx": 0,
            },
        )
        for returns in self._returns:
            strategy.tell(strategy.ask(), (-returns).tolist())
        return strategy


class _Normal:
    """Normal samples as `cma` asks for them, from a generator of their own."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng([seed, 2])

    def __call__(self, *shape: int) -> Any:
        return self._rng.standard_normal(shape)
