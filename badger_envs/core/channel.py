"""How ports talk to each other where a task's views let them: what is said in one step is heard in the next.

Axis letters as in `badger_envs.core.task`; M numbers in a message, D slots for the messages a port hears.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import other_ports
from badger_envs.core.checks import require_bool, require_choice, require_integer
from badger_envs.core.task import Task

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Channel:
    """A message channel between the ports of a task, with one step of delay.

    Every port hears each of the others in a slot of its own, 0 in slots where nobody is. Slots are in the order of
    `Task.neighbours`; when everybody hears everybody, slot s of port p holds port (p + 1 + s) mod P.
    """

    size: int = 0
    """Numbers that a port says in a step (M), as large as actions may be. Either this or `vocabulary` is set."""
    vocabulary: int = 0
    """Words that a port chooses from in each step; heard as ones and zeros (M = vocabulary), all 0 before the first."""
    to: str = "neighbours"
    """Who hears: "neighbours" (`Task.neighbours`) or "all"."""
    cut: bool = False
    """Whether nobody hears anything, for finding out what the messages are worth. No shape changes."""

    def __post_init__(self) -> None:
        require_integer("size", self.size, 0)
        require_integer("vocabulary", self.vocabulary, 0)
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
        """What ports have said before the first step, float32 (B, P, M)."""
        return np.zeros((batch, task.ports, self.width), np.float32)

    def hear(self, task: Task[Any], state: Any, said: FloatArray) -> FloatArray:
        """What every port hears.

        Args:
            task: whose ports talk.
            state: of the task, now.
            said: float32 (B, P, M), in the step before.

        Returns:
            float32 (B, P, D, M).
        """
        batch, ports = said.shape[:2]
        if self.cut:
            return np.zeros((batch, ports, self.max_degree(task), self.width), np.float32)
        said = said * task.agent_mask(state)[:, :, None]  # (B, P, M)
        if self.to == "all":
            speakers = np.broadcast_to(other_ports(ports), (batch, ports, ports - 1))  # (B, P, D)
        else:
            speakers = task.neighbours(state)  # (B, P, D)
        rows = np.arange(batch)[:, None, None]
        heard: FloatArray = said[rows, speakers]  # (B, P, D, M)
        return np.where(speakers[:, :, :, None] >= 0, heard, np.float32(0.0))
