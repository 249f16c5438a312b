"""Outer loops by evolution: they see nothing but returns, and so work on every task, differentiable or not.

All members of a generation live at once: one forward pass with the weights of all of them (`torch.func.vmap` over
`functional_call`), on the same episodes. Axis letters as in `agents`; N members of a generation, W weights.
"""

import copy
import pickle
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import cma
import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call, vmap
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from agents import Agent
from agents.parts.cells import use_plain_operations
from badger_envs.core.task import require_integer
from badger_envs.registry import reference_returns
from baselines.outer_loops.base import EpisodeBatch, Learner, NotFiniteError, OuterLoop, SettingsT


@dataclass(frozen=True)
class EvolutionStrategy(OuterLoop):
    """Settings of an antithetic evolution strategy (Salimans et al. 2017): Adam on the gradient that ranks estimate."""

    kind: ClassVar[str] = "es"

    updates: int = 300
    """Generations."""
    batch: int = 16
    """Lifetimes that every member lives (B), the same for all of a generation."""
    learning_rate: float = 2e-2
    """Of Adam."""
    warmup: int = 0
    """Updates over which the learning rate rises linearly from 0."""
    population_size: int = 256
    """Members of a generation (N), an even number: each change is tried both ways."""
    sigma: float = 0.05
    """Standard deviation of the changes tried."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("population_size", self.population_size, 2)
        self.require_positive("sigma")
        if self.population_size % 2:
            raise ValueError(f"population_size must be an even number, got {self.population_size}")


@dataclass(frozen=True)
class CMAES(OuterLoop):
    """Settings of CMA-ES (Hansen, Ostermeier 2001), by the library `cma`; for policies of few weights."""

    kind: ClassVar[str] = "cmaes"

    updates: int = 300
    """Generations."""
    batch: int = 16
    """Lifetimes that every member lives (B), the same for all of a generation."""
    population_size: int = 64
    """Members of a generation (N)."""
    sigma: float = 0.1
    """Standard deviation of the first generation."""
    full_until: int = 2000
    """Most weights for which the whole covariance is kept; above it only its diagonal."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("population_size", self.population_size, 4)
        require_integer("full_until", self.full_until, 0)
        self.require_positive("sigma")


class GenerationLearner(Learner[SettingsT]):
    """What both have in common: a generation is lived, and the agent becomes its mean."""

    def __init__(
        self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: SettingsT, *, seed: int
    ) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        # Takes the weights of all members at once; its own are never used.
        self._body = copy.deepcopy(agent).requires_grad_(False)
        use_plain_operations(self._body)
        self._there: list[bool] = []
        self._shapes = {name: weights.shape for name, weights in agent.named_parameters()}

    @abstractmethod
    def evolve(self, lifetimes: EpisodeBatch) -> tuple[Tensor, dict[str, float]]:
        """Make, try and use one generation; returns the returns of its members (N, B) and the last metrics."""

    def change(self, lifetimes: EpisodeBatch) -> dict[str, float]:
        returns, metrics = self.evolve(lifetimes)
        return {"score": float(reference_returns(lifetimes.task).score(returns.mean().item())), **metrics}

    def mean(self) -> Tensor:
        """The agent's weights, (W,)."""
        return parameters_to_vector(self.agent.parameters()).detach()

    @torch.no_grad()
    def become(self, weights: Tensor) -> None:
        """Give the agent these weights, (W,).

        Raises:
            NotFiniteError: They are no numbers; nothing was changed.
        """
        if not torch.isfinite(weights).all():
            raise NotFiniteError(f"the weights stopped being finite at update {self.done}")
        vector_to_parameters(weights, self.agent.parameters())

    @torch.no_grad()
    def live(self, members: Tensor, lifetimes: EpisodeBatch) -> tuple[Tensor, dict[str, float]]:
        """Let every member live all the lifetimes.

        Args:
            members: float32 (N, W), the weights of each.
            lifetimes: B of them.

        Returns:
            The returns (N, B) and the task's metrics at the end, as means.
        """
        task, batch, count = lifetimes.task, len(lifetimes.keys), len(members)
        world = self.world(task)
        shown = world.begin(np.tile(lifetimes.keys, count))  # (N * B, P, F)
        begun = self.begin(lifetimes)
        memory = type(begun)(*(value if value is None else value.expand(count, *value.shape) for value in begun))
        weights = self._unpacked(members)
        total = torch.zeros(count * batch, device=self.agent.device)  # (N * B,)
        for _ in range(task.horizon):
            ways = type(memory)(*(None if value is None else 0 for value in memory))
            step = vmap(self._step, in_dims=(0, 0, ways))
            action, memory = step(weights, shown.view(count, batch, *shown.shape[1:]), memory)  # (N, B, P, A)
            values = iter(memory)
            memory = type(begun)(*(next(values) if there else None for there in self._there))
            self.environment_steps += int((~world.over).sum())
            shown, reward = world.step(action.flatten(0, 1))
            total += reward
        return total.view(count, batch), world.state_info()  # (N, B)

    def _step(self, weights: dict[str, Tensor], shown: Tensor, memory: Any) -> Any:
        action, following = functional_call(self._body, weights, (shown, memory))
        self._there = [value is not None for value in following]  # vmap hands out tensors only
        return action, [value for value in following if value is not None]

    def _unpacked(self, members: Tensor) -> dict[str, Tensor]:
        """Weights by name, each (N, *shape), of members (N, W)."""
        parts, first = {}, 0
        for name, shape in self._shapes.items():
            parts[name] = members[:, first : first + shape.numel()].view(len(members), *shape)  # (N, *shape)
            first += shape.numel()
        return parts


class EvolutionStrategyLearner(GenerationLearner[EvolutionStrategy]):
    """Follows the ranks of a generation that tries each change both ways."""

    def __init__(
        self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: EvolutionStrategy, *, seed: int
    ) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        self.optimizer = torch.optim.Adam(agent.parameters(), fused=True)

    def evolve(self, lifetimes: EpisodeBatch) -> tuple[Tensor, dict[str, float]]:
        assert self.optimizer is not None
        settings, mean = self.settings, self.mean()
        numbers = torch.Generator(mean.device).manual_seed(self.seed * 2**32 + self.done)
        tried = torch.randn(
            settings.population_size // 2, len(mean), generator=numbers, device=mean.device
        )  # (N / 2, W)
        tried = torch.cat([tried, -tried])  # (N, W)
        returns, metrics = self.live(mean + settings.sigma * tried, lifetimes)
        ranks = returns.mean(dim=1).argsort().argsort().to(mean.dtype)  # (N,) 0 for the worst
        weight = ranks / (settings.population_size - 1) - 0.5  # (N,)
        gradient = weight @ tried / (settings.population_size * settings.sigma)  # (W,) upwards
        if not torch.isfinite(returns).all():
            raise NotFiniteError(f"a return stopped being finite at update {self.done}")
        self.optimizer.zero_grad()
        by_name = self._unpacked(gradient[None])
        for name, parameter in self.agent.named_parameters():
            parameter.grad = -by_name[name][0]
        self.optimizer.step()
        return returns, metrics


class CMAESLearner(GenerationLearner[CMAES]):
    """Asks `cma` for generations and tells it their returns."""

    def __init__(self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: CMAES, *, seed: int) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        mean = self.mean().double().cpu().numpy()
        self._strategy = cma.CMAEvolutionStrategy(
            mean,
            settings.sigma,
            {
                "popsize": settings.population_size,
                "CMA_diagonal": len(mean) > settings.full_until,
                "seed": np.nan,  # the library shall leave numpy's global generator alone
                "randn": _Normal(seed),
                "verbose": -9,
                "verb_log": 0,
                "maxiter": np.inf,
                "tolfun": 0,
                "tolx": 0,
            },
        )

    def snapshot(self) -> dict[str, Any]:
        return {**super().snapshot(), "strategy": pickle.dumps(self._strategy)}

    def restore(self, snapshot: dict[str, Any]) -> None:
        super().restore(snapshot)
        self._strategy = pickle.loads(snapshot["strategy"])

    def evolve(self, lifetimes: EpisodeBatch) -> tuple[Tensor, dict[str, float]]:
        asked = self._strategy.ask()
        members = torch.from_numpy(np.asarray(asked)).to(self.agent.device, torch.float32)  # (N, W)
        returns, metrics = self.live(members, lifetimes)
        if not torch.isfinite(returns).all():
            raise NotFiniteError(f"a return stopped being finite at update {self.done}")
        self._strategy.tell(asked, (-returns.mean(dim=1)).double().tolist())
        self.become(torch.from_numpy(np.array(self._strategy.mean)).to(self.agent.device, torch.float32))
        return returns, metrics


class _Normal:
    """Normal numbers as `cma` asks for them, from a generator that is pickled with it."""

    def __init__(self, seed: int) -> None:
        self._numbers = np.random.default_rng([seed, 2])

    def __call__(self, *shape: int) -> Any:
        return self._numbers.standard_normal(shape)
