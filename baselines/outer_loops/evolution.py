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
class PES(EvolutionStrategy):
    """Settings of persistent evolution strategies (Vicol et al. 2021): an update plays a window of lives that go on
    after it, each pair of members with states and accumulated noise of its own. So lives may be far longer than what
    an update can play, and unlike with truncated back-propagation the gradient is that of the whole life."""

    kind: ClassVar[str] = "pes"
    learner: ClassVar[str] = "baselines.outer_loops.pes_learner:PESLearner"

    updates: int = 1000
    """Windows."""
    batch: int = 8
    """Episodes that every member of a cohort plays (B), the same for all of it."""
    population_size: int = 64
    """Members of all cohorts (N), which are in pairs: each perturbation is tried with both signs."""
    window: int = 10
    """Steps that an update plays of each life; it divides a life."""
    cohorts: int = 4
    """Parts of the population that are born and die at different times, so that an update sees all ages."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("window", self.window, 1)
        require_integer("cohorts", self.cohorts, 1)
        if self.population_size % (2 * self.cohorts):
            must = f"a multiple of {2 * self.cohorts}, which makes pairs of {self.cohorts} cohorts"
            raise ValueError(f"population_size must be {must}, got {self.population_size}")

    def steps_per_update(self, horizon: int) -> int:
        return self.window


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
