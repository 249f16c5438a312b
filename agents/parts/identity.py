"""Who am I: what tells experts apart that run the same policy on the same observation."""

import torch
from torch import Tensor, nn


class Identity(nn.Module):
    """A constant of each expert's lifetime.

    Args:
        kind: "one_hot" (expert i has a one at place i), "random" (numbers ~ N(0, 1), new in each lifetime) or "none".
        size: entries of an identity (I); 0 for "none".
    """

    def __init__(self, kind: str, size: int) -> None:
        super().__init__()
        self.kind = kind
        self.size = 0 if kind == "none" else size

    def accepts(self, experts: int) -> bool:
        """One-hot identities run out after I experts."""
        return self.kind != "one_hot" or experts <= self.size

    def forward(self, batch: int, experts: int, generator: torch.Generator | None) -> Tensor:
        """Identities of E experts in each of B lifetimes, float32 (B, E, I), on the CPU."""
        if self.kind == "one_hot":
            return torch.eye(experts, self.size).expand(batch, -1, -1)  # (B, E, I)
        return torch.randn(batch, experts, self.size, generator=generator)  # (B, E, I)

    def more(self, existing: Tensor, count: int, batch: int, generator: torch.Generator | None) -> Tensor:
        """Identities for experts that are added in mid-life.

        Args:
            existing: (B, E, I), those of the experts there are.
            count: number of experts to add (C).
            batch: number of lifetimes (B) to sample for.
            generator: draws random identities; on the CPU.

        Returns:
            float32 (B, C, I) on the CPU. One-hot ones are the lowest that are free.

        Raises:
            ValueError: One-hot identities run out.
        """
        if self.kind != "one_hot":
            return self.forward(batch, count, generator)  # (B, C, I)
        # The same in all lifetimes, so one lifetime tells which are free; with no lifetime it does not matter.
        free = (existing[:1].sum(dim=(0, 1)) == 0.0).nonzero()[:, 0].cpu()  # (free identities,)
        if count > len(free):
            experts = existing.shape[1]
            raise ValueError(f"experts must be at most {self.size} with one-hot ids, got {experts} + {count}")
        return torch.eye(self.size)[free[:count]].expand(batch, -1, -1)  # (B, C, I)
