"""Mixing: what every port is told of all of them, itself too. Axis letters as in `agents`."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from agents.parts.attention import Blocks


class Mixing(nn.Module):
    """Turns a token of every port into what ports are told.

    Args:
        inputs: entries of a token.
        size: entries of what a port is told (H).
        blocks: how deep it is.
        heads: of attention.
    """

    heard: nn.Module
    """Its output is all that ports receive of each other."""

    def forward(self, tokens: Tensor, absent: Tensor | None = None) -> Tensor:
        """(B, P, inputs) -> (B, P, H); absent is bool (B, P), ports that nobody hears, or None."""
        raise NotImplementedError


class AttentionMixing(Mixing):
    """A transformer over ports (Amorpheus, Kurin et al. 2021), which knows no order of them."""

    def __init__(self, inputs: int, size: int, blocks: int, heads: int) -> None:
        super().__init__()
        self.embed = nn.Linear(inputs, size)
        self.blocks = Blocks(size, blocks, heads)
        self.heard = self.blocks.attend
        self.norm = nn.LayerNorm(size)

    def forward(self, tokens: Tensor, absent: Tensor | None = None) -> Tensor:
        closed = None if absent is None else absent[:, None]  # (B, 1, P)
        tokens = self.embed(tokens)  # (B, P, H)
        for block in self.blocks:
            received = self.blocks.attend(*block.compare(tokens), closed=closed)  # (B, P, G)
            tokens = block(tokens, received)  # (B, P, H)
        mixed: Tensor = self.norm(tokens)  # (B, P, H)
        return mixed


class Pool(nn.Module):
    """The mean or the sum over all ports that are there, told to each of them."""

    def __init__(self, mean: bool) -> None:
        super().__init__()
        self.mean = mean

    def forward(self, values: Tensor, absent: Tensor | None = None) -> Tensor:
        """(B, P, H), bool (B, P) or None -> (B, P, H)."""
        here = torch.ones_like(values[..., :1]) if absent is None else (~absent[..., None]).to(values.dtype)
        total = (values * here).sum(dim=1, keepdim=True)  # (B, 1, H)
        if self.mean:
            total = total / here.sum(dim=1, keepdim=True).clamp_min(1.0)  # (B, 1, H)
        return total.expand_as(values)  # (B, P, H)


class MeanMixing(Mixing):
    """DeepSets (Zaheer et al. 2017): a network for each port, and the mean of what it gives."""

    mean = True

    def __init__(self, inputs: int, size: int, blocks: int, heads: int) -> None:
        super().__init__()
        widths = [inputs, *[size] * blocks]
        layers = [nn.Sequential(nn.Linear(*ends), nn.GELU()) for ends in pairwise(widths)]
        self.encode = nn.Sequential(*layers, nn.Linear(size, size))
        self.heard = Pool(self.mean)

    def forward(self, tokens: Tensor, absent: Tensor | None = None) -> Tensor:
        told: Tensor = self.heard(self.encode(tokens), absent)  # (B, P, H)
        return told


class SumMixing(MeanMixing):
    """The same with the sum, which knows how many there are."""

    mean = False
