"""What a handcrafted rule is. Axis letters as in `agents`; D = E - 1."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from torch import Tensor


class Own(NamedTuple):
    """What an expert knows without messages."""

    observation: Tensor  # (N, F) by its port
    number: Tensor  # (N,) in [0, 1), no two of one lifetime alike; constant


class Rule(ABC):
    """What ONE expert does, written for N at once that know nothing of each other but their messages.

    In a step it observes; then, K times, it sends a message and receives those of the others; then it acts. All that it
    carries on is its memory, which is 0 at first. A rule is written for one problem: it knows what the places in what a
    port shows mean.

    Args:
        settings: the numbers that its row in `agents.rules.RULES` names, by name.
    """

    message_size: ClassVar[int]
    """Message entries (M)."""

    def __init__(self, settings: dict[str, float]) -> None:
        self.settings = settings

    @abstractmethod
    def memory_size(self, experts: int) -> int:
        """Entries of an expert's memory (H), where there are E experts."""

    @abstractmethod
    def observe(self, own: Own, memory: Tensor) -> Tensor:
        """Begin a step: memory (N, H) -> (N, H)."""

    @abstractmethod
    def send(self, own: Own, memory: Tensor) -> Tensor:
        """Memory (N, H) -> message (N, M); all 0 is silence."""

    @abstractmethod
    def receive(self, own: Own, memory: Tensor, messages: Tensor) -> Tensor:
        """Memory (N, H) and the messages of the others (N, D, M), always in the same order -> memory (N, H)."""

    @abstractmethod
    def act(self, own: Own, memory: Tensor) -> Tensor:
        """End a step: memory (N, H) -> action (N, A) in [-1, 1]."""
