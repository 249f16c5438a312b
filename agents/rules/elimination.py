"""Routing along a hidden permutation, by elimination. Axis letters as in `agents.rules.rule`; E experts, oneself first.

Every port shows an input and afterwards which number it should have put out: an input that another port, or it
itself, showed at the time.
"""

import torch
from torch import Tensor

from agents.rules.rule import Own, Rule

INPUT, WANTED = 0, 2
"""Places in what a port shows: its input now, and what it should have put out one step ago."""
TOLERANCE = 1e-3
"""Two numbers that are no further apart may be the same one."""


class Elimination(Rule):
    """Send your input; put out the mean of the inputs that may be the one wanted here; strike out those that were not.

    If all are struck out, the permutation is another one by now: all may be it again.

    Memory: whether it knows of a step before; for each expert whether its input is struck out; and each one's input.
    """

    message_size = 1

    def memory_size(self, experts: int) -> int:
        return 1 + 2 * experts

    def observe(self, own: Own, memory: Tensor) -> Tensor:
        steps, struck, inputs = _parts(memory)
        differs = (inputs - own.observation[:, WANTED, None]).abs() > TOLERANCE  # (N, E)
        struck = torch.maximum(struck, (differs & (steps > 0.0)).to(struck.dtype))  # (N, E)
        struck = struck * (struck.amin(dim=1, keepdim=True) == 0.0)  # (N, E)
        inputs = torch.cat([own.observation[:, INPUT, None], torch.zeros_like(inputs[:, 1:])], dim=1)  # (N, E)
        return torch.cat([torch.ones_like(steps), struck, inputs], dim=1)  # (N, H)

    def send(self, own: Own, memory: Tensor) -> Tensor:
        return own.observation[:, INPUT, None]  # (N, M)

    def receive(self, own: Own, memory: Tensor, messages: Tensor) -> Tensor:
        steps, struck, inputs = _parts(memory)
        return torch.cat([steps, struck, inputs[:, :1], messages[:, :, 0]], dim=1)  # (N, H)

    def act(self, own: Own, memory: Tensor) -> Tensor:
        _, struck, inputs = _parts(memory)
        possible = 1.0 - struck  # (N, E)
        return (possible * inputs).sum(dim=1, keepdim=True) / possible.sum(dim=1, keepdim=True)  # (N, A)


def _parts(memory: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(N, H) -> (N, 1), (N, E), (N, E)."""
    experts = (memory.shape[1] - 1) // 2
    steps, struck, inputs = torch.split(memory, [1, experts, experts], dim=1)
    return steps, struck, inputs
