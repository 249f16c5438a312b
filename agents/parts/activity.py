"""Activity: which experts update in a step. The others keep what they know and say what they said.

Recurrent independent mechanisms (Goyal et al. 2019) let the few that are concerned by what is shown update, so that
what is learned about one thing leaves alone what is known of another. Axis letters as in `agents`.
"""

import math

import torch
from torch import Tensor, nn


class AllActive(nn.Module):
    """Every expert updates in every step.

    Args:
        reads: entries that an expert reads (R).
        knows: entries of an expert's memory and identity together (H + I).
        key_size: entries of keys and queries.
        fraction: of the experts that update; all, here.
    """

    def __init__(self, reads: int, knows: int, key_size: int, fraction: float) -> None:
        super().__init__()
        self.key_size, self.fraction = key_size, fraction

    def forward(self, reading: Tensor, memory: Tensor, identity: Tensor, absent: Tensor | None = None) -> Tensor | None:
        """How far each expert goes to its new memory in a round of this step.

        Args:
            reading: (B, E, R).
            memory: (B, E, H), at the start of the step.
            identity: (B, E, I).
            absent: bool (B, E), experts that come last, since they are absent with their ports; or None.

        Returns:
            (B, E, 1), 0 for an expert that stays as it is; None where all go the whole way.
        """
        return None


class TopActive(AllActive):
    """Those update who attend most to what they read, against a learned null: so many of them, whatever is shown.

    An active expert goes as far as its share of attention, so that choosing is learned. Experts that know and read the
    same score the same, and which of these is chosen is arbitrary: identities tell them apart.
    """

    def __init__(self, reads: int, knows: int, key_size: int, fraction: float) -> None:
        super().__init__(reads, knows, key_size, fraction)
        self.query = nn.Linear(knows, key_size)
        self.key = nn.Linear(reads, key_size)
        self.null = nn.Parameter(torch.zeros(key_size))

    def forward(self, reading: Tensor, memory: Tensor, identity: Tensor, absent: Tensor | None = None) -> Tensor | None:
        query = self.query(torch.cat([memory, identity], dim=-1))  # (B, E, key)
        # The softmax over two, what is read and nothing, is the sigmoid of their difference.
        score = (query * (self.key(reading) - self.null)).sum(dim=-1) / math.sqrt(self.key_size)  # (B, E)
        if absent is not None:
            score = score.masked_fill(absent, torch.finfo(score.dtype).min)
        count = max(round(self.fraction * score.shape[1]), 1)
        active = torch.zeros_like(score).scatter(1, score.topk(count, dim=1).indices, 1.0)  # (B, E)
        return (active * torch.sigmoid(score))[..., None]  # (B, E, 1)


def update(share: Tensor | None, before: tuple[Tensor, Tensor], after: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Memory (B, E, H) and private state (B, E, S) after a round in which experts go so far, (B, E, 1) or None."""
    if share is None:
        return after
    memory = before[0] + share * (after[0] - before[0])  # (B, E, H)
    return memory, torch.where(share > 0.0, after[1], before[1])
