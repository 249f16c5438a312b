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

    def forward(self, batch: int, experts: int, generator: torch.Generator | None, alike: bool) -> Tensor:
        """Identities float32 (B, E, I), on the CPU; the same in the whole batch where `alike`."""
        if self.kind == "one_hot":
            return torch.eye(experts, self.size).expand(batch, -1, -1)  # (B, E, I)
        return random_numbers(batch, experts, self.size, generator, alike)

    def more(self, taken: Tensor, count: int, generator: torch.Generator | None, alike: bool) -> Tensor:
        """Identities for experts that are born in mid-life.

        Args:
            taken: (B, E, I), those of the experts there are.
            count: number of newborn experts (C).
            generator: draws random identities; on the CPU.
            alike: all lifetimes draw the same.

        Returns:
            float32 (B, C, I) on the CPU. One-hot ones are the lowest that nobody has.

        Raises:
            ValueError: One-hot identities run out.
        """
        batch, experts = taken.shape[:2]
        if self.kind != "one_hot":
            return random_numbers(batch, count, self.size, generator, alike)
        # The same in all lifetimes, so one lifetime tells which are free; with no lifetime it does not matter.
        free = (taken[:1].sum(dim=(0, 1)) == 0.0).nonzero()[:, 0].cpu()  # (ids that are left,)
        if count > len(free):
            raise ValueError(f"experts must be at most {self.size} with one-hot ids, got {experts} + {count}")
        return torch.eye(self.size)[free[:count]].expand(batch, -1, -1)  # (B, C, I)


def random_numbers(batch: int, rows: int, size: int, generator: torch.Generator | None, alike: bool) -> Tensor:
    """Numbers ~ N(0, 1), float32 (batch, rows, size), on the CPU; the same in the whole batch where `alike`."""
    drawn = torch.randn(1 if alike else batch, rows, size, generator=generator)
    return drawn.expand(batch, -1, -1)
