"""Imitation: back-propagate the difference to what a handcrafted policy would do, through the agent's memory.

Axis letters as in `agents`; T steps of an episode.
"""

from typing import Any

import torch
from torch import Tensor

from agents import Agent
from badger_envs.registry import reference_returns
from baselines.outer_loops.imitation import Imitation
from baselines.outer_loops.learner import EpisodeBatch, Learner
from baselines.outer_loops.rollout import told


class ImitationLearner(Learner[Imitation]):
    """Adam on the squared difference to the teacher's actions, over all ports and steps.

    Raises:
        ValueError: The environment has no policy of the teacher's name.
    """

    def __init__(
        self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: Imitation, *, seed: int
    ) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        if settings.teacher not in self.spec.policies:
            names = ", ".join(map(repr, self.spec.policies))
            raise ValueError(f"teacher must be a policy of {task_id}, one of {names}, got {settings.teacher!r}")
        self.optimizer = torch.optim.Adam(agent.parameters(), fused=True)

    def training_step(self, episodes: EpisodeBatch) -> dict[str, float]:
        task, env, batch = episodes.task, self.env(episodes.task), len(episodes.keys)
        teacher = self.spec.policy(self.settings.teacher, task)
        teacher.reset(batch)
        env.reset(episodes.keys)
        state = self.initial_state(episodes)
        reward = torch.zeros(batch, device=self.agent.device)  # (B,)
        returns, losses = reward, []
        for _ in range(task.horizon):
            observation, present = env.observation(), env.agent_mask()  # (B, P, F), (B, P)
            outputs, state = episodes.agent(observation, told(self.agent, env, state))  # (B, P, A)
            shown = teacher.act(observation.flatten(1).cpu().numpy(), reward.cpu().numpy())  # (B, P * A)
            target = torch.from_numpy(shown).to(outputs).view_as(outputs)  # (B, P, A)
            losses.append(self.loss(outputs, target)[present].mean())
            reward = env.step(outputs.detach())  # (B,)
            returns = returns + reward  # (B,)
        self.gradient_step(torch.stack(losses).mean(), self.settings.max_grad_norm)
        self.environment_steps += batch * task.horizon
        return {"score": float(reference_returns(task).score(returns.mean().item())), **env.state_info()}

    def loss(self, outputs: Tensor, target: Tensor) -> Tensor:
        """The weighted squared difference of each port's actions, (B, P, A)."""
        weight = torch.where(target < 0.0, self.settings.caution, 1.0)  # (B, P, A)
        return weight * (outputs - target).square()  # (B, P, A)
