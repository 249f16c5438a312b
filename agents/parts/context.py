"""A transformer over time, as something that carries a memory on from step to step. Axis letters as in `agents`."""

import torch
from torch import Tensor, nn

from agents.parts.attention import Blocks
from agents.parts.experts import Expert, reset_blocks


class Context(Expert):
    """Attends to the last W steps and to the present one; it carries on the keys and values of the former.

    How long ago a step was is told by a slope, and by nothing else: ALiBi (Press et al. 2022). Steps that never were,
    or were forgotten, are keys of zeros, which nobody attends to. Its memory is what the last block gives.

    Args:
        inputs: numbers that it takes in each step.
        hidden_size: entries of a token (H).
        layers: blocks of attention.
        heads: of each.
        window: steps (W).
    """

    def __init__(self, inputs: int, hidden_size: int, layers: int, heads: int, window: int) -> None:
        keys = hidden_size // heads * heads  # (G)
        super().__init__(inputs, hidden_size, private_size=layers * 2 * window * keys)
        self.heads, self.window, self.keys = heads, window, keys
        self.embed = nn.Linear(inputs, hidden_size)
        self.blocks = Blocks(hidden_size, layers, heads)
        self.norm = nn.LayerNorm(hidden_size)

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        kept = private.view(len(private), -1, 2, self.window, self.keys)  # (N, layers, 2, W, G)
        token, bias, following = self.embed(inputs), self._by_age(inputs), []  # (N, H), (heads, 1, W + 1)
        for block, past in zip(self.blocks, kept.unbind(dim=1), strict=True):
            query, *now = block.compare(token)  # 3 x (N, G)
            both = torch.cat([past, torch.stack(now, dim=1)[:, :, None]], dim=2)  # (N, 2, W + 1, G)
            key, value = both.unbind(dim=1)  # 2 x (N, W + 1, G)
            empty = (key == 0.0).all(dim=-1)[:, None]  # (N, 1, W + 1)
            received = self.blocks.attend(query[:, None], key, value, bias, empty)  # (N, 1, G)
            token = block(token, received[:, 0])  # (N, H)
            following.append(both[:, :, 1:])  # (N, 2, W, G)
        return self.norm(token), torch.stack(following, dim=1).flatten(1)  # (N, H), (N, S)

    def reset(self, private: Tensor, mask: Tensor) -> Tensor:
        return reset_blocks(private, mask[..., : self.keys])  # (..., S)

    def _by_age(self, like: Tensor) -> Tensor:
        """What a step loses by its age, (heads, 1, W + 1): slopes from 2 ** (-8 / heads) down to 2 ** -8."""
        place = torch.arange(1, self.heads + 1, dtype=like.dtype, device=like.device)  # (heads,)
        age = torch.arange(self.window, -1, -1, dtype=like.dtype, device=like.device)  # (W + 1,)
        return -torch.exp2(-8.0 / self.heads * place)[:, None, None] * age  # (heads, 1, W + 1)
