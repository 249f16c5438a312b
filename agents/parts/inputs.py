"""What an agent makes of the numbers that a port shows, the same for every kind of agent.

Learning from an error signal needs its change; a network that has to remember the last value first in order to take
the difference sits on the first plateau for thousands of updates. So every agent gets the difference handed.
"""

import torch
from torch import Tensor


def inputs_size(features: int) -> int:
    """Numbers per port that `with_change` makes of F features."""
    return 2 * features


def with_change(observation: Tensor, previous: Tensor | None) -> Tensor:
    """What ports show, and how that changed since the step before (not at all at first).

    Args:
        observation: (B, P, F).
        previous: (B, P, F) of the step before, or None at the first step.

    Returns:
        (B, P, 2F).
    """
    change = torch.zeros_like(observation) if previous is None else observation - previous  # (B, P, F)
    return torch.cat([observation, change], dim=-1)  # (B, P, 2F)
