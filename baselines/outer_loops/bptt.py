"""The outer loop by back-propagation: differentiate the return of whole lifetimes through the task, and follow it.

The task runs on torch, so the gradient of the return goes through the world as well as through the agent. Axis letters
as in `agents`; T steps of a lifetime.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from agents import Agent
from badger_envs.core.task import Task, require_choice, require_integer
from badger_envs.registry import reference_returns
from baselines.outer_loops.base import EpisodeBatch, Learner, OuterLoop
from baselines.outer_loops.states import detached


@dataclass(frozen=True)
class BPTT(OuterLoop):
    """Settings of the outer loop."""

    kind: ClassVar[str] = "bptt"

    max_grad_norm: float = 1.0
    """Largest norm of the gradient."""
    num_steps: int | None = None
    """Steps after which the policy is changed and gradients are cut, while memory is carried on; None for whole
    lifetimes."""
    loss: str = "every_step"
    """Which rewards count: those of "every_step", or of the "last_step" of the lifetime alone."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive("max_grad_norm")
        require_choice("loss", self.loss, ("every_step", "last_step"))
        if self.num_steps is not None:
            require_integer("num_steps", self.num_steps, 1)
            if self.loss == "last_step":
                raise ValueError(f"num_steps must be None with loss='last_step', got {self.num_steps}")


class BPTTLearner(Learner[BPTT]):
    """Adam on the gradient of the return.

    Raises:
        ValueError: The task lives in a simulator, which has no gradients.
    """

    def __init__(self, agent: Agent, task_id: str, arguments: dict[str, Any], settings: BPTT, *, seed: int) -> None:
        super().__init__(agent, task_id, arguments, settings, seed=seed)
        task = self.spec.make_task(**arguments)
        if not task.functional:
            raise ValueError(
                f"task must be differentiable for back-propagation, got {task}, which lives in a simulator"
            )
        self.optimizer = torch.optim.Adam(agent.parameters(), fused=True)

    def change(self, lifetimes: EpisodeBatch) -> dict[str, float]:
        task, settings = lifetimes.task, self.settings
        state, memory = task.initial(lifetimes.keys, xp=torch, device=self.agent.device), self.begin(lifetimes)
        num_steps = settings.num_steps or task.horizon
        returns = torch.zeros(len(lifetimes.keys), device=self.agent.device)  # (B,)
        for first in range(0, task.horizon, num_steps):
            steps = min(num_steps, task.horizon - first)
            rewards, state, memory = live(task, self.agent, state, memory, steps)  # (steps, B)
            counted = rewards if settings.loss == "every_step" else rewards[-1:]
            # Per step, so that short and long lifetimes weigh the same.
            self.step(-counted.sum(dim=0).mean() / len(counted), settings.max_grad_norm)
            returns = returns + rewards.detach().sum(dim=0)  # (B,)
            state, memory = detached(state), detached(memory)
        self.environment_steps += len(returns) * task.horizon
        metrics = {name: values.mean().item() for name, values in task.state_info(state).items()}
        return {"score": float(reference_returns(task).score(returns.mean().item())), **metrics}


def live(task: Task[Any], agent: Agent, state: Any, memory: Any, steps: int) -> tuple[Tensor, Any, Any]:
    """Live a batch of lifetimes for some steps.

    Args:
        task: a task that runs on torch.
        agent: the policy.
        state: of the task.
        memory: of the agent.
        steps: how many.

    Returns:
        Rewards (steps, B), differentiable, and the states of task and agent after the last step.
    """
    rewards = []
    for _ in range(steps):
        action, memory = agent(task.observation(state), memory)  # (B, P, A)
        following = task.transition(state, action)
        rewards.append(task.reward(state, action, following))  # (B,)
        state = following
    return torch.stack(rewards), state, memory
