"""Settings of imitation: learn what a handcrafted policy would do, by the plays of the policy that learns."""

from dataclasses import dataclass
from typing import ClassVar

from baselines.outer_loops.base import OuterLoop, Range


@dataclass(frozen=True)
class Imitation(OuterLoop):
    """Settings of imitation. The teacher says in every step what it would do, but the learner acts (Ross et al. 2011,
    DAgger), so that what is imitated is what to do where one gets to by oneself."""

    kind: ClassVar[str] = "imitation"
    learner: ClassVar[str] = "baselines.outer_loops.imitation_learner:ImitationLearner"
    space: ClassVar[dict[str, Range]] = {"learning_rate": Range(1e-3, 2e-2)}

    teacher: str = "reference"
    """Name of one of the environment's handcrafted policies. It sees all ports."""
    caution: float = 1.0
    """How many times the squared error counts where the teacher's number is below 0: above 1 where a wrong action
    costs more than a right one brings."""
    max_grad_norm: float = 1.0
    """Largest norm of the gradient."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive("caution", "max_grad_norm")
        if not isinstance(self.teacher, str):
            raise ValueError(f"teacher must be the name of a policy, got {self.teacher!r}")
