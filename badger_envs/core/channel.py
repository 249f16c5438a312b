"""How ports talk to each other where a task's views let them: what is sent in one step is received in the next.

Axis letters as in `badger_envs.core.task`; D slots for the messages that a port receives.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from badger_envs.core.arrays import FloatArray, other_ports
from badger_envs.core.checks import hold_plain_numbers, require_bool, require_choice, require_integer
from badger_envs.core.task import Task

MOST_NUMBERS = 1 << 16
"""In a message."""


@dataclass(frozen=True)
class Channel:
    """A message channel between the ports of a task, with one step of delay.

    Every port hears each of the others in a slot of its own, 0 in empty slots. Slots are in the order of
    `Task.neighbours`; when all ports hear each other, slot s of port p holds port (p + 1 + s) mod P.
    """

    size: int = 0
    """Entries of a message (M), as large as actions may be. Either this or `vocabulary` is set."""
    vocabulary: int = 0
    """Words that a port chooses from in each step; heard as ones and zeros (M = vocabulary), all 0 before the first."""
    to: str = "neighbours"
    """The receivers: "neighbours" (`Task.neighbours`) or "all"."""
    cut: bool = False
    """Whether all messages are replaced by 0, to measure what they contribute. No shape changes."""

    def __post_init__(self) -> None:
        hold_plain_numbers(self)
        require_integer("size", self.size, 0, MOST_NUMBERS)
        require_integer("vocabulary", self.vocabulary, 0, MOST_NUMBERS)
        if (self.size > 0) == (self.vocabulary > 0):
            raise ValueError(
                f"a channel needs either size or vocabulary above 0, got size={self.size} and "
                f"vocabulary={self.vocabulary}"
            )
        require_choice("to", self.to, ("neighbours", "all"))
        require_bool("cut", self.cut)

    @property
    def width(self) -> int:
        """Numbers in a message as it is heard (M)."""
        return self.size or self.vocabulary

    def max_degree(self, task: Task[Any]) -> int:
        """Messages that a port hears in a step (D)."""
        return task.max_degree if self.to == "neighbours" else task.ports - 1

    def silence(self, task: Task[Any], batch: int) -> FloatArray:
        """The messages before the first step, float32 (B, P, M) of zeros."""
        return np.zeros((batch, task.ports, self.width), np.float32)

    def send(self, task: Task[Any], state: Any, messages: FloatArray) -> FloatArray:
        """What is under way of the messages (B, P, M) of the step from `state`: absent ports say nothing."""
        sent: FloatArray = messages * task.agent_mask(state)[:, :, None]  # (B, P, M)
        return sent

    def hear(self, task: Task[Any], state: Any, messages: FloatArray) -> FloatArray:
        """What every port hears. Nothing is heard by absent ports, nor of ports that have gone since they spoke.

        Args:
            task: whose ports talk.
            state: of the task, now.
            messages: float32 (B, P, M), of the step before, as `send` gave them.

        Returns:
            float32 (B, P, D, M).
        """
        batch, ports = messages.shape[:2]
        if self.cut:
            return np.zeros((batch, ports, self.max_degree(task), self.width), np.float32)
        here = task.agent_mask(state)  # (B, P)
        messages = messages * here[:, :, None]  # (B, P, M)
        if self.to == "all":
            senders = np.broadcast_to(other_ports(ports), (batch, ports, ports - 1))  # (B, P, D)
        else:
            senders = task.neighbours(state)  # (B, P, D)
        rows = np.arange(batch)[:, None, None]
        heard: FloatArray = messages[rows, senders]  # (B, P, D, M)
        return np.where((senders >= 0)[..., None] & here[:, :, None, None], heard, np.float32(0.0))
