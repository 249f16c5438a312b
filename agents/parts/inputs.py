"""What an agent makes of the numbers that a port shows, the same for every kind of agent.

Learning from an error signal needs its change; a network that has to remember the last value first in order to take
the difference sits on the first plateau for thousands of updates. So every agent gets the difference handed.
"""

import torch
from torch import Tensor


def inputs_size(features: int, error_feature: int | None = None) -> int:
    """Numbers per port that `with_change` makes of F features."""
    return 2 * (features + (error_feature is not None))


def with_change(observation: Tensor, previous: Tensor | None, error_feature: int | None = None) -> Tensor:
    """What ports show, and how that changed since the step before (not at all at first).

    Args:
        observation: (B, P, F).
        previous: (B, P, F) of the step before, or None at the first step.
        error_feature: which feature is an error that all ports share. Its sum, and how that changed, join the others,
            squashed to between -1 and 1.

    Returns:
        (B, P, 2F), or (B, P, 2F + 2).
    """
    change = torch.zeros_like(observation) if previous is None else observation - previous  # (B, P, F)
    inputs = [observation, change]
    if error_feature is not None:
        # Squashed, since sums over more ports than were trained with are larger than any that were seen.
        inputs += [torch.tanh(summed_error(each, error_feature))[..., None] for each in (observation, change)]
    return torch.cat(inputs, dim=-1)  # (B, P, 2F or 2F + 2)


def summed_error(observation: Tensor, error_feature: int) -> Tensor:
    """An error that is a mean over ports, as a sum over them, and a third of it: (B, P, F) -> (B, P).

    One port's part in a mean gets smaller the more ports there are; its part in a sum does not. A third makes the
    error of the guessing game the sum of squares.
    """
    return observation[..., error_feature] * (observation.shape[1] / 3.0)  # (B, P)
