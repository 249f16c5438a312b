"""Attention by several heads, and the blocks of a transformer that are made of it.

Blocks normalise first (Xiong et al. 2020), and their perceptron has twice as many units as tokens have entries. Axis
letters as in `agents`; N tokens in a batch, Q that ask, K that answer, G entries of the keys of all heads.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn


class Heads(nn.Module):
    """Attention by several heads, without parameters, so that its output is all that tokens receive of each other."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None, closed: Tensor | None = None
    ) -> Tensor:
        """What is received.

        Args:
            query: (..., Q, G).
            key: (..., K, G).
            value: (..., K, G).
            bias: (heads, Q, K), added to what is compared.
            closed: bool (..., 1 or Q, K), who is not attended to; nobody is, where all are closed.

        Returns:
            (..., Q, G).
        """
        query, key, value = map(self._apart, (query, key, value))  # 3 x (..., heads, Q or K, G / heads)
        affinity = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])  # (..., heads, Q, K)
        if bias is not None:
            affinity = affinity + bias  # (..., heads, Q, K)
        if closed is None:
            weights = affinity.softmax(dim=-1)  # (..., heads, Q, K)
        else:
            # With -inf a row that is all closed would be NaN: all get a share first, and then lose it.
            shut = closed[..., None, :, :]  # (..., 1, 1 or Q, K)
            weights = affinity.masked_fill(shut, torch.finfo(affinity.dtype).min).softmax(dim=-1) * ~shut
        return (weights @ value).transpose(-2, -3).flatten(-2)  # (..., Q, G)

    def _apart(self, values: Tensor) -> Tensor:
        """(..., Q, G) -> (..., heads, Q, G / heads)."""
        return values.view(*values.shape[:-1], self.heads, -1).transpose(-2, -3)  # (..., heads, Q, G / heads)


class Block(nn.Module):
    """A pre-norm block: attention, then a perceptron, both added to the token.

    Args:
        size: entries of a token (H).
        heads: of attention, which share the largest multiple of their number within H (G).
    """

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.keys = size // heads * heads
        """Entries of the keys of all heads (G)."""
        self.norm, self.norm_after = nn.LayerNorm(size), nn.LayerNorm(size)
        self.project = nn.Linear(size, 3 * self.keys)
        self.join = nn.Linear(self.keys, size)
        self.perceptron = nn.Sequential(nn.Linear(size, 2 * size), nn.GELU(), nn.Linear(2 * size, size))

    def compare(self, tokens: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Query, key and value of tokens (..., H), 3 x (..., G)."""
        query, key, value = self.project(self.norm(tokens)).chunk(3, dim=-1)  # 3 x (..., G)
        return query, key, value

    def forward(self, tokens: Tensor, received: Tensor) -> Tensor:
        """Tokens (..., H) after what they received (..., G)."""
        tokens = tokens + self.join(received)  # (..., H)
        after: Tensor = tokens + self.perceptron(self.norm_after(tokens))  # (..., H)
        return after


class Blocks(nn.Module):
    """Blocks in a row; one module for all of them, `attend`, gives what is received."""

    def __init__(self, size: int, count: int, heads: int) -> None:
        super().__init__()
        self.row = nn.ModuleList(Block(size, heads) for _ in range(count))
        self.attend = Heads(heads)

    def __iter__(self) -> Iterator[Block]:
        return (block for block in self.row if isinstance(block, Block))
