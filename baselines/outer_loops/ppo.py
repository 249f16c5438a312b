"""The outer loop by reinforcement learning: proximal policy optimisation of recurrent policies, for any agent and task.

Schulman et al. 2017, with generalised advantage estimation (Schulman et al. 2016). The task is only played, never
differentiated; whole lifetimes (or windows of them, with memory carried on) are lived in a batch, then followed again
with gradients through the memory. Axis letters as in `agents`; W steps of a window.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from agents import Agent
from badger_envs.core.task import require_bool, require_choice, require_integer
from badger_envs.registry import reference_returns
from baselines.outer_loops.base import EpisodeBatch, Learner, OuterLoop
from baselines.outer_loops.distributions import make_distribution
from baselines.outer_loops.rollout import BatchedEnv
from baselines.outer_loops.states import detached, rows_of

CRITIC_WIDTH = 64
"""Units of the critic's one hidden layer."""


@dataclass(frozen=True)
class PPO(OuterLoop):
    """Settings of the outer loop. An update is a batch of lifetimes."""

    kind: ClassVar[str] = "ppo"

    batch: int = 256
    """Lifetimes per update (B)."""
    learning_rate: float = 2e-3
    """Of Adam."""
    warmup: int = 5
    """Updates over which the learning rate rises linearly from 0."""
    num_steps: int | None = None
    """Steps that are lived before the policy is changed, and that gradients go through (W); None for lifetimes."""
    update_epochs: int = 4
    """How many times each window is followed."""
    num_minibatches: int = 4
    """Parts that an epoch cuts the batch into."""
    clip_coef: float = 0.2
    """How far the probability of an action may move, as a fraction."""
    gamma: float = 0.99
    """Of rewards, from step to step."""
    gae_lambda: float = 0.95
    """Decay of the advantage's memory (lambda)."""
    ent_coef: float = 1e-3
    """Weight of the entropy that is paid for, per entry of the action."""
    vf_coef: float = 0.5
    """Weight of the critic's error."""
    max_grad_norm: float = 0.5
    """Largest norm of the gradient."""
    bins: int | None = None
    """How many evenly spaced values each entry of the action is chosen from; None for all."""
    critic: str = "memory"
    """What the critic sees: the mean over experts of what it makes of their "memory"; each port that of its own expert
    ("port", IPPO); or all that ports show and what is hidden ("central", MAPPO)."""
    per_port: bool = False
    """Whether the clipping looks at each port's probability (multi-agent RL) or at that of the joint action."""

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
            if not 0.0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")
        require_choice("critic", self.critic, ("memory", "port", "central"))
        require_bool("per_port", self.per_port)


class Window(NamedTuple):
    """What was lived, step by step."""

    shown: Tensor  # (W, B, P, F) what ports showed
    central: Tensor  # (W, B, C) what a central critic saw; C = 0 for other critics
    drawn: Tensor  # (W, B, P, A) the actions, as the head draws them
    logs: Tensor  # (W, B, P) their log-probabilities
    agent_mask: Tensor  # (W, B, P) 1 where there is a port
    alive: Tensor  # (W, B) 1 where the episode still ran before the step
    advantages: Tensor  # (W, B, P or 1) normalised
    targets: Tensor  # (W, B, P or 1) what the critic should have said


class Critic(nn.Module):
    """Says what return is to come.

    Args:
        inputs: numbers it sees: the memory of an expert (H) or the central view.
        mean: whether to take the mean of what it makes of all experts.
    """

    def __init__(self, inputs: int, *, mean: bool) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, CRITIC_WIDTH), nn.Tanh(), nn.Linear(CRITIC_WIDTH, 1))
        self.mean = mean

    def forward(self, seen: Tensor) -> Tensor:
        """Values (..., P or 1) of what is seen, (..., E, inputs)."""
        values: Tensor = self.layers(seen)[..., 0]  # (..., E)
        return values.mean(dim=-1, keepdim=True) if self.mean else values


class PPOLearner(Learner[PPO]):
    """Adam on the clipped objective.

    Rewards are divided by what lies between chance and reference, so that the critic's numbers and the learning rate
    mean the same on every task.

    Raises:
        ValueError: The agent does not give as many outputs as the head wants, or the critic can't be had.
    """

    def __init__(self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: PPO, *, seed: int) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        task = self.spec.make_task(**arguments)
        self.head = make_distribution(task.port_actions, settings.bins)
        if agent.config.port_actions != self.head.outputs:
            raise ValueError(
                f"port_actions must be {self.head.outputs} for bins={settings.bins}, got {agent.config.port_actions}"
            )
        if settings.critic == "central":
            inputs = task.ports * task.port_features + len(task.privileged_bounds.low)
        else:
            with torch.no_grad():
                memory = agent.memory(agent.initial_state(1, task.ports, generator=torch.Generator()))  # (1, E, H)
            inputs = memory.shape[-1]
            if settings.critic == "port" and memory.shape[1] != task.ports:
                raise ValueError(
                    f"critic must be 'memory' or 'central' where experts are not ports, got 'port' for {agent}"
                )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.critic = Critic(inputs, mean=settings.critic == "memory")
        self.trained["head"], self.trained["critic"] = self.head.to(agent.device), self.critic.to(agent.device)
        self.optimizer = torch.optim.Adam(self.trained.parameters(), fused=True)

    def change(self, lifetimes: EpisodeBatch) -> dict[str, float]:
        task, settings = lifetimes.task, self.settings
        world = self.world(task)
        numbers = torch.Generator(self.agent.device).manual_seed(self.seed * 2**32 + self.done)
        scale = 1.0 / (reference_returns(task).reference - reference_returns(task).chance)
        shown, memory = world.begin(lifetimes.keys), detached(self.begin(lifetimes))
        returns = torch.zeros(len(shown), device=self.agent.device)  # (B,)
        for first in range(0, task.horizon, settings.num_steps or task.horizon):
            steps = min(settings.num_steps or task.horizon, task.horizon - first)
            before = memory
            window, shown, memory, rewards = self._live(world, shown, memory, steps, numbers, scale)
            returns += rewards
            for _ in range(settings.update_epochs):
                order = torch.randperm(len(shown), generator=numbers, device=self.agent.device)  # (B,)
                for rows in order.chunk(settings.num_minibatches):
                    self.step(self._loss(window, before, rows), settings.max_grad_norm)
            if bool(world.over.all()):
                break
        return {"score": float(reference_returns(task).score(returns.mean().item())), **world.state_info()}

    @torch.no_grad()
    def _live(
        self, world: BatchedEnv, shown: Tensor, memory: Any, steps: int, numbers: torch.Generator, scale: float
    ) -> tuple[Window, Tensor, Any, Tensor]:
        """Live `steps` steps; returns them, what is shown and remembered after them, and the returns (B,)."""
        record: list[list[Tensor]] = []
        rewards, values = [], []
        for _ in range(steps):
            central, alive = self._central(world), ~world.over  # (B, C), (B,)
            outputs, memory = self.agent(shown, memory)  # (B, P, outputs)
            values.append(self._value(memory, central) * alive[:, None])  # (B, P or 1) nothing comes after the end
            drawn = self.head.sample(outputs, numbers)  # (B, P, A)
            here = world.agent_mask().to(shown.dtype)  # (B, P)
            record.append([shown, central, drawn, self.head.log_prob(outputs, drawn), here, alive.to(shown.dtype)])
            shown, reward = world.step(self.head.play(drawn))
            rewards.append(reward)
            self.environment_steps += int(alive.sum())
        # Where the window was cut there is more to come; where the episode ended there is not.
        _, ahead = self.agent(shown, memory)
        following = self._value(ahead, self._central(world)) * ~world.over[:, None]  # (B, P or 1)
        shown_before, central, drawn, logs, here, alive = (torch.stack(parts) for parts in zip(*record, strict=True))
        earned = torch.stack(rewards)  # (W, B)
        gains = advantages(
            scale * earned[:, :, None], torch.stack(values), following, self.settings.gamma, self.settings.gae_lambda
        )  # (W, B, P or 1)
        targets = gains + torch.stack(values)  # (W, B, P or 1)
        counted = gains[alive.bool()]  # (steps lived, P or 1)
        gains = (gains - counted.mean()) / (counted.std() + 1e-8)
        return Window(shown_before, central, drawn, logs, here, alive, gains, targets), shown, memory, earned.sum(dim=0)

    def _loss(self, window: Window, memory: Any, rows: Tensor) -> Tensor:
        """The clipped objective of some episodes (R,) of a window, followed again from the memory before it."""
        settings = self.settings
        part = Window(*(values[:, rows] for values in window))
        memory = rows_of(memory, rows)
        outputs, memories, _ = self.agent.follow(part.shown, memory)  # (W, R, P, outputs), (W, R, E, H)
        seen = part.central[:, :, None] if settings.critic == "central" else memories  # (W, R, E, inputs)
        change = (self.head.log_prob(outputs, part.drawn) - part.logs) * part.agent_mask  # (W, R, P)
        if not settings.per_port:
            change = change.sum(dim=-1, keepdim=True)  # (W, R, 1)
        ratio = change.exp()
        gains = part.advantages if settings.per_port else part.advantages.mean(dim=-1, keepdim=True)
        clipped = ratio.clamp(1.0 - settings.clip_coef, 1.0 + settings.clip_coef)
        objective = torch.minimum(ratio * gains, clipped * gains).mean(dim=-1)  # (W, R)
        error = (self.critic(seen) - part.targets).square().mean(dim=-1)  # (W, R)
        entropy = self.head.entropy(outputs).mean(dim=-1)  # (W, R)
        loss = -objective + settings.vf_coef * error - settings.ent_coef * entropy  # (W, R)
        mean: Tensor = (loss * part.alive).sum() / part.alive.sum().clamp_min(1.0)
        return mean

    def _central(self, world: BatchedEnv) -> Tensor:
        if self.settings.critic == "central":
            return world.central()
        return torch.zeros(len(world.over), 0, device=self.agent.device)

    def _value(self, memory: Any, central: Tensor) -> Tensor:
        central_critic = self.settings.critic == "central"
        seen = central[:, None] if central_critic else self.agent.memory(memory)  # (B, E, inputs)
        values: Tensor = self.critic(seen)  # (B, P or 1)
        return values


def advantages(rewards: Tensor, values: Tensor, following: Tensor, gamma: float, gae_lambda: float) -> Tensor:
    """Generalised advantage estimates (Schulman et al. 2016, equation 16), without an end inside the window.

    After an episode's end rewards are 0 and must be valued 0 by whoever uses the result.

    Args:
        rewards: (W, B, 1).
        values: (W, B, V), what the critic said before each step.
        following: (B, V), what it says after the last one; 0 where the episode is over.
        gamma: discount factor of rewards.
        gae_lambda: decay of the estimate (lambda).

    Returns:
        (W, B, V).
    """
    gains, gain = [], torch.zeros_like(following)
    for reward, value in zip(rewards.flip(0), values.flip(0), strict=True):
        gain = reward + gamma * following - value + gamma * gae_lambda * gain  # (B, V)
        following = value
        gains.append(gain)
    return torch.stack(gains[::-1])
