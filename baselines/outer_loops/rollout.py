"""A batch of lifetimes as tensors, without gradients: how the outer loops that only see rewards meet any task.

Axis letters as in `badger_envs.core.task`.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from badger_envs.core.episodes import Keys
from badger_envs.core.task import Task


class BatchedEnv:
    """Plays B episodes of a task in step. Pure tasks run on torch; tasks in a simulator on numpy, and are carried over.

    Args:
        task: what is played.
        device: where the tensors live.
    """

    def __init__(self, task: Task[Any], device: torch.device | str = "cpu") -> None:
        self.task, self.device = task, torch.device(device)
        self._state: Any = None
        self.over = torch.zeros(0, dtype=torch.bool)
        """Which episodes have ended, bool (B,)."""

    def begin(self, keys: Keys) -> Tensor:
        """Begin the episodes of these names, uint64 (B,); what the ports show, float32 (B, P, F)."""
        if self.task.functional:
            self._state = self.task.initial(keys, xp=torch, device=self.device)
        elif self._state is None or len(self.over) != len(keys):
            self._state = self.task.initial(keys)
        else:  # a simulator is built once
            self._state = self.task.reset_rows(self._state, np.arange(len(keys)), keys)
        self.over = torch.zeros(len(keys), dtype=torch.bool, device=self.device)  # (B,)
        return self.observation()

    @torch.no_grad()
    def step(self, action: Tensor) -> tuple[Tensor, Tensor]:
        """Play one step.

        Args:
            action: float32 (B, P, A), in range.

        Returns:
            What the ports show, float32 (B, P, F), and the rewards, float32 (B,), 0 where an episode was over.
        """
        played: Any = action if self.task.functional else action.cpu().numpy()
        state = self._state
        self._state = self.task.transition(state, played)
        reward = self._tensor(self.task.reward(state, played, self._state)).masked_fill(self.over, 0.0)  # (B,)
        self.over = self.over | self._tensor(self.task.terminal(self._state))  # (B,)
        return self.observation(), reward

    def observation(self) -> Tensor:
        """What the ports show, float32 (B, P, F)."""
        return self._tensor(self.task.observation(self._state))

    def central(self) -> Tensor:
        """What a central critic sees: all that ports show and what is hidden, float32 (B, P * F + hidden)."""
        return torch.cat([self.observation().flatten(1), self._tensor(self.task.privileged(self._state))], dim=1)

    def agent_mask(self) -> Tensor:
        """Which ports there are, bool (B, P)."""
        return self._tensor(self.task.agent_mask(self._state))

    def state_info(self) -> dict[str, float]:
        """Means of the task's metrics."""
        return {name: float(self._tensor(values).mean()) for name, values in self.task.state_info(self._state).items()}

    def _tensor(self, values: Any) -> Tensor:
        if isinstance(values, Tensor):
            return values
        return torch.from_numpy(np.array(values)).to(self.device)
