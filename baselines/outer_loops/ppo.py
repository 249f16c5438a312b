"""Settings of proximal policy optimisation of recurrent policies (Schulman et al. 2017)."""

from dataclasses import dataclass
from typing import ClassVar

from badger_envs.core.checks import require_bool, require_choice, require_integer
from baselines.outer_loops.base import OuterLoop, Range


@dataclass(frozen=True)
class PPO(OuterLoop):
    """Settings of proximal policy optimisation. An update is a batch of episodes."""

    kind: ClassVar[str] = "ppo"
    learner: ClassVar[str] = "baselines.outer_loops.ppo_learner:PPOLearner"
    space: ClassVar[dict[str, Range]] = {"learning_rate": Range(3e-4, 6e-3), "ent_coef": Range(1e-4, 1e-2)}

    batch: int = 256
    """Episodes per update (B)."""
    learning_rate: float = 2e-3
    """Of Adam."""
    warmup: int = 5
    """Updates over which the learning rate rises linearly from 0."""
    num_steps: int | None = None
    """Steps of a rollout (T), after which the policy is changed and gradients are cut, while memory is carried on; None
    for whole episodes."""
    update_epochs: int = 4
    """How many times the policy is trained on each rollout."""
    num_minibatches: int = 4
    """Parts that an epoch divides the batch into."""
    clip_coef: float = 0.2
    """How far the probability of an action may move, as a fraction."""
    gamma: float = 0.99
    """Discount factor of rewards."""
    gae_lambda: float = 0.95
    """Lambda of generalised advantage estimation."""
    ent_coef: float = 1e-3
    """Weight of the entropy bonus, per entry of the action."""
    vf_coef: float = 0.5
    """Weight of the critic's squared error."""
    max_grad_norm: float = 0.5
    """Largest norm of the gradient."""
    bins: int | None = None
    """How many evenly spaced values each entry of the action is chosen from; None for all."""
    critic: str = "memory"
    """What the critic observes: the mean over experts of its values of their "memory"; for each port that of its own
    expert ("port", IPPO); or what all ports observe and what is privileged ("central", MAPPO)."""
    per_port: bool = False
    """Whether ratios are clipped for each port (multi-agent RL) or for the joint action."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive("clip_coef", "gamma", "gae_lambda", "max_grad_norm")
        for name in ("update_epochs", "num_minibatches"):
            require_integer(name, getattr(self, name), 1)
        if self.batch % self.num_minibatches:
            raise ValueError(f"num_minibatches must divide the batch of {self.batch}, got {self.num_minibatches}")
        for name, optional in (("num_steps", 1), ("bins", 2)):
            if getattr(self, name) is not None:
                require_integer(name, getattr(self, name), optional)
        for name in ("gamma", "gae_lambda"):
            if getattr(self, name) > 1.0:
                raise ValueError(f"{name} must be at most 1, got {getattr(self, name)}")
        for name in ("ent_coef", "vf_coef"):
            self.require_number(name)
            if not 0.0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")
        require_choice("critic", self.critic, ("memory", "port", "central"))
        require_bool("per_port", self.per_port)
