"""Settings of back-propagation through time: the gradient of the return of whole episodes, through task and agent."""

from dataclasses import dataclass
from typing import ClassVar

from badger_envs.core.checks import require_choice, require_integer
from baselines.outer_loops.base import OuterLoop, Range


@dataclass(frozen=True)
class BPTT(OuterLoop):
    """Settings of back-propagation through time, which needs a task that is differentiable."""

    kind: ClassVar[str] = "bptt"
    learner: ClassVar[str] = "baselines.outer_loops.bptt_learner:BPTTLearner"
    space: ClassVar[dict[str, Range]] = {"learning_rate": Range(1e-3, 2e-2)}

    max_grad_norm: float = 1.0
    """Largest norm of the gradient."""
    num_steps: int | None = None
    """Steps after which the policy is changed and gradients are cut (truncated BPTT), while memory is carried on; None
    for whole episodes."""
    loss: str = "every_step"
    """Which rewards count: those of "every_step", or of the "last_step" of the episode alone."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive("max_grad_norm")
        require_choice("loss", self.loss, ("every_step", "last_step"))
        if self.num_steps is not None:
            require_integer("num_steps", self.num_steps, 1)
            if self.loss == "last_step":
                raise ValueError(f"num_steps must be None with loss='last_step', got {self.num_steps}")
