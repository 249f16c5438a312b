"""Settings of the outer loops by evolution: they see nothing but returns, and so work on every task.

Axis letters as in `agents`; N members of a population.
"""

from dataclasses import dataclass
from typing import ClassVar

from badger_envs.core.checks import require_integer
from baselines.outer_loops.base import OuterLoop, Range


@dataclass(frozen=True)
class EvolutionStrategy(OuterLoop):
    """Settings of an antithetic evolution strategy (Salimans et al. 2017): Adam on the gradient that ranks estimate."""

    kind: ClassVar[str] = "es"
    learner: ClassVar[str] = "baselines.outer_loops.evolution_learner:EvolutionStrategyLearner"
    space: ClassVar[dict[str, Range]] = {"learning_rate": Range(5e-3, 1e-1), "sigma": Range(2e-2, 2e-1)}

    updates: int = 300
    """Generations."""
    batch: int = 16
    """Episodes that every member plays (B), the same for all of a generation."""
    learning_rate: float = 2e-2
    """Of Adam."""
    warmup: int = 0
    """Updates over which the learning rate rises linearly from 0."""
    population_size: int = 256
    """Members of a generation (N), an even number: each perturbation is tried with both signs."""
    sigma: float = 0.05
    """Standard deviation of the perturbations."""

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
    learner: ClassVar[str] = "baselines.outer_loops.cmaes_learner:CMAESLearner"
    space: ClassVar[dict[str, Range]] = {"sigma": Range(5e-2, 1.0)}

    updates: int = 300
    """Generations."""
    batch: int = 16
    """Episodes that every member plays (B), the same for all of a generation."""
    population_size: int = 64
    """Members of a generation (N)."""
    sigma: float = 0.1
    """Standard deviation of the first generation."""
    full_until: int = 2000
    """Largest number of weights for which the whole covariance is estimated; above it only its diagonal."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("population_size", self.population_size, 4)
        require_integer("full_until", self.full_until, 0)
        self.require_positive("sigma")
