"""Back-propagation through time: differentiate the return through the task as well as through the agent.

The task runs on torch, so its transitions have gradients too. Axis letters as in `agents`; T steps of an episode.
"""

from typing import Any

import torch

from agents import Agent
from badger_envs.registry import reference_returns
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.learner import EpisodeBatch, Learner
from baselines.outer_loops.rollout import rollout
from baselines.outer_loops.states import detached


class BPTTLearner(Learner[BPTT]):
    """Adam on the gradient of the return.

    Raises:
        ValueError: The task runs in a simulator, which has no gradients.
    """

    def __init__(self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: BPTT, *, seed: int) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        task = self.spec.make_task(**arguments)
        if not task.functional:
            raise ValueError(f"task must be differentiable for back-propagation, got {task}, which runs in a simulator")
        self.optimizer = torch.optim.Adam(agent.parameters(), fused=True)

    def training_step(self, episodes: EpisodeBatch) -> dict[str, float]:
        task, settings, env = episodes.task, self.settings, self.env(episodes.task)
        env.reset(episodes.keys)
        state = self.initial_state(episodes)
        num_steps = settings.num_steps or task.horizon
        returns = torch.zeros(len(episodes.keys), device=self.agent.device)  # (B,)
        for first in range(0, task.horizon, num_steps):
            rewards, state = rollout(env, episodes.agent, state, min(num_steps, task.horizon - first))  # (T, B)
            counted = rewards if settings.loss == "every_step" else rewards[-1:]  # (T or 1, B)
            # Per step, so that short and long episodes weigh the same.
            self.gradient_step(-counted.sum(dim=0).mean() / len(counted), settings.max_grad_norm)
            returns = returns + rewards.detach().sum(dim=0)  # (B,)
            env.detach()
            state = detached(state)
        self.environment_steps += len(returns) * task.horizon
        return {"score": float(reference_returns(task).score(returns.mean().item())), **env.state_info()}
