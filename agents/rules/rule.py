"""What a handcrafted rule is. Axis letters as in `agents`; N experts in a row, D = E - 1 others that each one hears."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from torch import Tensor


class Own(NamedTuple):
    """What an expert knows without being told by others."""

    shown: Tensor  # (N, F) by its port
    number: Tensor  # (N,) in [0, 1), no two of one lifetime alike; constant


class Rule(ABC):
    """What ONE expert does, written for N at once that know nothing of each other but what they hear.

    In a step it sees; then, K times, it says something and hears the others; then it acts. All that it carries on is
    its memory, which is 0 at birth. A rule is written for one problem: it knows what the places in what a port shows
    mean.

    Args:
        settings: the numbers that its row in `agents.rules.RULES` names, by name.
    """

    message: ClassVar[int]
    """Message entries (M)."""

    def __init__(self, settings: dict[str, float]) -> None:
        self.settings = settings

    @abstractmethod
    def memory(self, experts: int) -> int:
        """Entries of an expert's memory (H), where there are E experts."""

    @abstractmethod
    def see(self, own: Own, memory: Tensor) -> Tensor:
        """Begin a step: memory (N, H) -> (N, H)."""

    @abstractmethod
    def say(self, own: Own, memory: Tensor) -> Tensor:
        """Memory (N, H) -> message (N, M); all 0 is silence."""

    @abstractmethod
    def hear(self, own: Own, memory: Tensor, heard: Tensor) -> Tensor:
        """Memory (N, H) and the messages of the others (N, D, M), always in the same order -> memory (N, H)."""

    @abstractmethod
    def act(self, own: Own, memory: Tensor) -> Tensor:
        """End a step: memory (N, H) -> action (N, A) in [-1, 1]."""
