"""Proximal policy optimisation of recurrent policies, for any agent and task.

Schulman et al. 2017, with generalised advantage estimation (Schulman et al. 2016). The task is only played, never
differentiated; whole episodes (or parts of them, with memory carried on) are collected in a batch, then unrolled again
with gradients through the memory. Axis letters as in `agents`; T steps of a rollout, C entries of a central
observation, R episodes of a minibatch.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from agents import Agent
from badger_envs.registry import reference_returns
from baselines.outer_loops.distributions import make_distribution
from baselines.outer_loops.learner import EpisodeBatch, Learner
from baselines.outer_loops.ppo import PPO
from baselines.outer_loops.rollout import BatchedEnv, followed, neighbours_for, one_life, told
from baselines.outer_loops.states import detached, rows_of

CRITIC_WIDTH = 64
"""Units of the critic's one hidden layer."""


class Rollout(NamedTuple):
    """What was collected, step by step."""

    observation: Tensor  # (T, B, P, F)
    neighbours: Tensor  # (T, B, P, D) who was whose neighbour
    central: Tensor  # (T, B, C) what a central critic observed; C = 0 for other critics
    sample: Tensor  # (T, B, P, A) the actions, as the distribution draws them
    log_prob: Tensor  # (T, B, P) of the samples
    agent_mask: Tensor  # (T, B, P) 1 where there is a port
    alive: Tensor  # (T, B) 1 where the episode still ran before the step
    advantages: Tensor  # (T, B, P or 1) normalised
    value_targets: Tensor  # (T, B, P or 1)


class Critic(nn.Module):
    """The state-value function.

    Args:
        inputs: entries of what it observes: the memory of an expert (H) or the central observation (C).
        mean: whether to take the mean of the values over all experts.
    """

    def __init__(self, inputs: int, *, mean: bool) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, CRITIC_WIDTH), nn.Tanh(), nn.Linear(CRITIC_WIDTH, 1))
        self.mean = mean

    def forward(self, inputs: Tensor) -> Tensor:
        """Values (..., P or 1) of inputs (..., E, H) or (..., 1, C)."""
        values: Tensor = self.layers(inputs)[..., 0]  # (..., E)
        return values.mean(dim=-1, keepdim=True) if self.mean else values


class PPOLearner(Learner[PPO]):
    """Adam on the clipped objective.

    Rewards are divided by the distance between chance and reference, so that the critic's values and the learning rate
    mean the same on every task.

    Raises:
        ValueError: The agent does not have the outputs that the distribution needs, or the critic does not fit it.
    """

    def __init__(self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: PPO, *, seed: int) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        task = self.spec.make_task(**arguments)
        self.distribution = make_distribution(task.port_actions, settings.bins)
        outputs = self.distribution.outputs
        if agent.config.port_actions != outputs:
            raise ValueError(
                f"port_actions must be {outputs} for bins={settings.bins}, got {agent.config.port_actions}"
            )
        if settings.critic == "central":
            inputs = task.ports * task.port_features + len(task.privileged_bounds.low)
        else:
            with torch.no_grad():
                memory = agent.memory(one_life(agent, task))  # (1, E, H)
            inputs = memory.shape[-1]
            if settings.critic == "port" and memory.shape[1] != task.ports:
                raise ValueError(
                    f"critic must be 'memory' or 'central' where experts are not ports, got 'port' for {agent}"
                )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.critic = Critic(inputs, mean=settings.critic == "memory")
        self.trained["distribution"] = self.distribution.to(agent.device)
        self.trained["critic"] = self.critic.to(agent.device)
        self.optimizer = torch.optim.Adam(self.trained.parameters(), fused=True)

    def training_step(self, episodes: EpisodeBatch) -> dict[str, float]:
        task, settings, env = episodes.task, self.settings, self.env(episodes.task)
        generator = torch.Generator(self.agent.device).manual_seed(self.seed * 2**32 + self.num_updates)
        env.reset(episodes.keys)
        state = detached(self.initial_state(episodes))
        returns = torch.zeros(len(episodes.keys), device=self.agent.device)  # (B,)
        for first in range(0, task.horizon, settings.num_steps or task.horizon):
            steps = min(settings.num_steps or task.horizon, task.horizon - first)
            before = state
            rollout, state, rewards = self._collect(env, episodes.agent, state, steps, generator)
            returns += rewards
            for _ in range(settings.update_epochs):
                order = torch.randperm(len(returns), generator=generator, device=self.agent.device)  # (B,)
                for rows in order.chunk(settings.num_minibatches):
                    self.gradient_step(self._loss(episodes.agent, rollout, before, rows), settings.max_grad_norm)
            if bool(env.terminated.all()):
                break
        return {"score": float(reference_returns(task).score(returns.mean().item())), **env.state_info()}

    @torch.no_grad()
    def _collect(
        self, env: BatchedEnv, agent: Agent, state: Any, steps: int, generator: torch.Generator
    ) -> tuple[Rollout, Any, Tensor]:
        """Play some steps with exploration; returns them, the agent's state after them, and their returns (B,)."""
        levels, settings = reference_returns(env.task), self.settings
        record: list[list[Tensor]] = []
        rewards, values = [], []
        for _ in range(steps):
            observation, central, alive = env.observation(), self._central(env), ~env.terminated
            neighbours, state = neighbours_for(agent, env), told(agent, env, state)  # (B, P, D)
            outputs, state = agent(observation, state)  # (B, P, outputs)
            values.append(self._value(state, central) * alive[:, None])  # (B, P or 1) 0 after the end
            sample = self.distribution.sample(outputs, generator)  # (B, P, A)
            mask = env.agent_mask().to(observation.dtype)  # (B, P)
            log_prob = self.distribution.log_prob(outputs, sample)  # (B, P)
            record.append([observation, neighbours, central, sample, log_prob, mask, alive.to(observation.dtype)])
            rewards.append(env.step(self.distribution.to_action(sample)))  # (B,)
            self.environment_steps += int(alive.sum())
        # Where the episode was cut its value counts; where it ended there is none.
        _, ahead = agent(env.observation(), told(agent, env, state))
        next_value = self._value(ahead, self._central(env)) * ~env.terminated[:, None]  # (B, P or 1)
        played = [torch.stack(parts) for parts in zip(*record, strict=True)]  # each (T, B, ...)
        reward, value = torch.stack(rewards), torch.stack(values)  # (T, B), (T, B, P or 1)
        scaled = 1.0 / (levels.reference - levels.chance) * reward[:, :, None]  # (T, B, 1)
        gains = advantages(scaled, value, next_value, settings.gamma, settings.gae_lambda)  # (T, B, P or 1)
        targets = gains + value  # (T, B, P or 1)
        counted = gains[played[-1].bool()]  # (steps of running episodes, P or 1)
        if counted.numel() > 1:  # of a single step there is no deviation
            gains = (gains - counted.mean()) / (counted.std() + 1e-8)
        return Rollout(*(*played, gains, targets)), state, reward.sum(dim=0)

    def _loss(self, agent: Agent, rollout: Rollout, state: Any, rows: Tensor) -> Tensor:
        """The clipped objective of some episodes (R,) of a rollout, unrolled again from the state before it."""
        settings = self.settings
        part = Rollout(*(values[:, rows] for values in rollout))
        before = rows_of(state, rows)
        outputs, memories, _ = followed(
            agent, part.observation, part.neighbours, before
        )  # (T, R, P, outputs), (T, R, E, H)
        inputs = part.central[:, :, None] if settings.critic == "central" else memories  # (T, R, E, inputs)
        log_ratio = (self.distribution.log_prob(outputs, part.sample) - part.log_prob) * part.agent_mask  # (T, R, P)
        if not settings.per_port:
            log_ratio = log_ratio.sum(dim=-1, keepdim=True)  # (T, R, 1)
        ratio = log_ratio.exp()
        gains = part.advantages if settings.per_port else part.advantages.mean(dim=-1, keepdim=True)
        clipped = ratio.clamp(1.0 - settings.clip_coef, 1.0 + settings.clip_coef)
        objective = torch.minimum(ratio * gains, clipped * gains).mean(dim=-1)  # (T, R)
        error = (self.critic(inputs) - part.value_targets).square().mean(dim=-1)  # (T, R)
        entropy = self.distribution.entropy(outputs).mean(dim=-1)  # (T, R)
        loss = -objective + settings.vf_coef * error - settings.ent_coef * entropy  # (T, R)
        mean: Tensor = (loss * part.alive).sum() / part.alive.sum().clamp_min(1.0)
        return mean

    def _central(self, env: BatchedEnv) -> Tensor:
        if self.settings.critic == "central":
            return env.central_observation()  # (B, C)
        return torch.zeros(len(env.terminated), 0, device=self.agent.device)  # (B, 0)

    def _value(self, state: Any, central: Tensor) -> Tensor:
        inputs = central[:, None] if self.settings.critic == "central" else self.agent.memory(state)  # (B, E, inputs)
        values: Tensor = self.critic(inputs)  # (B, P or 1)
        return values


def advantages(rewards: Tensor, values: Tensor, next_value: Tensor, gamma: float, gae_lambda: float) -> Tensor:
    """Generalised advantage estimates (Schulman et al. 2016, equation 16), for episodes that do not end in the rollout.

    After an episode's end rewards and values must be 0, and whoever uses the result must leave those steps out.

    Args:
        rewards: (T, B, 1).
        values: (T, B, V), of the states before each step.
        next_value: (B, V), of the state after the last one; 0 where the episode is over.
        gamma: discount factor of rewards.
        gae_lambda: lambda.

    Returns:
        (T, B, V).
    """
    gains, gain = [], torch.zeros_like(next_value)
    for reward, value in zip(rewards.flip(0), values.flip(0), strict=True):
        gain = reward + gamma * next_value - value + gamma * gae_lambda * gain  # (B, V)
        next_value = value
        gains.append(gain)
    return torch.stack(gains[::-1])
