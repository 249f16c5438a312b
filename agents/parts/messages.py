"""Messages: what each expert receives from the others, or from its neighbours in a topology."""

import math
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import pad, scaled_dot_product_attention

from agents.parts import MESSAGES, load_part
from agents.parts.hearing import gathered, mean_heard, without_absent

FAR = -1e9
"""Affinity to experts that are absent."""
CHUNK = 1 << 20
"""Affinities that are compared at once."""


class Messages(nn.Module):
    """Turns memories into the messages that each expert receives.

    Args:
        hidden_size: entries of an expert's memory (H).
        size: message entries (M).
        itself: whether each of those who hear all hears itself too.
    """

    def __init__(self, hidden_size: int, size: int, *, itself: bool = False) -> None:
        super().__init__()
        self.size, self.itself = size, itself

    def forward(self, memory: Tensor, neighbours: Tensor | None = None, absent: Tensor | None = None) -> Tensor:
        """What experts receive.

        Args:
            memory: (B, E, H).
            neighbours: int64 (B, E, D), whom each expert hears, -1 for none; None where each hears all.
            absent: bool (B, E), experts that neither hear nor are heard; None for none.

        Returns:
            (B, E, M); 0 for an expert without neighbours. A forward hook that replaces it by zeros brings silence.
        """
        raise NotImplementedError


def messages_of(config: Any) -> Messages:
    """The messages of a `BadgerConfig`."""
    if config.topology == "learned":
        return ClosestMessages(config.hidden_size, config.message_size, config.in_degree)
    part: type[Messages] = load_part(MESSAGES[config.messages])
    return part(config.hidden_size, config.message_size, itself=config.topology == "all_and_self")


class NoMessages(Messages):
    """No messages: parameters are shared, and nothing else."""

    def __init__(self, hidden_size: int, size: int, *, itself: bool = False) -> None:
        super().__init__(hidden_size, 0, itself=itself)

    def forward(self, memory: Tensor, neighbours: Tensor | None = None, absent: Tensor | None = None) -> Tensor:
        return memory[:, :, :0]  # (B, E, 0)


class MeanMessages(Messages):
    """The mean of the others' messages."""

    def __init__(self, hidden_size: int, size: int, *, itself: bool = False) -> None:
        super().__init__(hidden_size, size, itself=itself)
        self.speak = nn.Linear(hidden_size, size)

    def messages(self, memory: Tensor) -> Tensor:
        """(B, E, H) -> (B, E, M)."""
        messages: Tensor = self.speak(memory)  # (B, E, M)
        return messages

    def forward(self, memory: Tensor, neighbours: Tensor | None = None, absent: Tensor | None = None) -> Tensor:
        return mean_heard(self.messages(memory), neighbours, absent, itself=self.itself)  # (B, E, M)


class GatedMessages(MeanMessages):
    """Each expert decides whether to send, by a differentiable gate between 0 and 1 (IC3Net, Singh et al. 2019)."""

    def __init__(self, hidden_size: int, size: int, *, itself: bool = False) -> None:
        super().__init__(hidden_size, size, itself=itself)
        self.gate = nn.Linear(hidden_size, 1)

    def messages(self, memory: Tensor) -> Tensor:
        return torch.sigmoid(self.gate(memory)) * super().messages(memory)  # (B, E, M)


class AttentionMessages(Messages):
    """Each expert chooses which others to attend to (Vaswani et al. 2017; among agents: TarMAC, Das et al. 2019).

    Keys and queries have as many entries as messages. An expert that hears all does not hear itself, unless it is alone
    or asked to. Memory grows with the number of experts, not with its square: torch's fused attention never has all
    affinities at once, and no mask is made either, see `_all_but_oneself`.
    """

    plain = False
    """Whether it runs in plain operations, which have rules for `torch.func.vmap` and take memory for all pairs."""

    def __init__(self, hidden_size: int, size: int, *, itself: bool = False) -> None:
        super().__init__(hidden_size, size, itself=itself)
        self.project = nn.Linear(hidden_size, 3 * size)

    def forward(self, memory: Tensor, neighbours: Tensor | None = None, absent: Tensor | None = None) -> Tensor:
        query, key, value = self.project(memory).chunk(3, dim=-1)  # 3 x (B, E, M)
        if neighbours is None:
            return self._of_all(query, key, value, absent)  # (B, E, M)
        neighbours = neighbours if absent is None else without_absent(neighbours, absent)  # (B, E, D)
        return self._of_neighbours(query, key, value, neighbours)  # (B, E, M)

    def _of_neighbours(self, query: Tensor, key: Tensor, value: Tensor, neighbours: Tensor) -> Tensor:
        theirs = gathered(torch.cat([key, value], dim=-1), neighbours)  # (B, E, D, 2M)
        affinity = (theirs[..., : self.size] @ query[..., None])[..., 0] / math.sqrt(self.size)  # (B, E, D)
        # With -inf an expert without neighbours would divide by 0: all get a share first, and then lose it.
        affinity = affinity.masked_fill(neighbours < 0, torch.finfo(affinity.dtype).min)
        share = affinity.softmax(dim=-1)[..., None]  # (B, E, D, 1)
        return (share * theirs[..., self.size :]).sum(dim=2)  # (B, E, M) empty slots put out 0

    def _of_all(self, query: Tensor, key: Tensor, value: Tensor, absent: Tensor | None) -> Tensor:
        experts, oneself = query.shape[1], None
        if absent is not None:
            # One more entry, in which only those who are there have affinity to all; the fused kernel wants as many
            # entries of values.
            far = torch.where(absent, FAR, 0.0).to(key.dtype)[..., None]  # (B, E, 1)
            query, key, value = pad(query, (0, 1), value=1.0), torch.cat([key, far], dim=-1), pad(value, (0, 1))
        if experts > 1 and not self.itself:
            query, oneself = query.flip(1), _all_but_oneself(query)  # (B, E, M) last one first, (E, E)
        with sdpa_kernel(SDPBackend.MATH) if self.plain else nullcontext():
            received = scaled_dot_product_attention(
                query[:, None], key[:, None], value[:, None], oneself, scale=1.0 / math.sqrt(self.size)
            )[:, 0, :, : self.size]  # (B, E, M)
        received = received if oneself is None else received.flip(1)  # (B, E, M)
        if absent is None:
            return received
        here = ~absent  # (B, E)
        nobody = here.sum(dim=1, keepdim=True) - (0 if self.itself else here.long()) < 1  # (B, E) is there to be heard
        return received.masked_fill((absent | nobody)[..., None], 0.0)  # (B, E, M)


class ClosestMessages(AttentionMessages):
    """Each expert attends to those that it has most affinity to, chosen anew in each round.

    The gradient goes through the softmax over those, so that whoever is heard with gain is heard more, and others come
    in when their affinity passes theirs. Time grows with the square of the number of experts, memory does not.

    Args:
        in_degree: how many an expert hears (D), or all others where there are fewer.
    """

    def __init__(self, hidden_size: int, size: int, in_degree: int) -> None:
        super().__init__(hidden_size, size)
        self.in_degree = in_degree

    def forward(self, memory: Tensor, neighbours: Tensor | None = None, absent: Tensor | None = None) -> Tensor:
        query, key, value = self.project(memory).chunk(3, dim=-1)  # 3 x (B, E, M)
        return self._of_neighbours(query, key, value, self.closest(query, key, absent))  # (B, E, M)

    @torch.no_grad()
    def closest(self, query: Tensor, key: Tensor, absent: Tensor | None) -> Tensor:
        """Whom each expert has most affinity to, int64 (B, E, D), -1 where nobody is there.

        Args:
            query: (B, E, M).
            key: (B, E, M).
            absent: bool (B, E), or None.
        """
        experts, found = query.shape[1], []
        place = torch.arange(experts, device=query.device)
        for some in torch.split(place, max(CHUNK // experts, 1)):
            affinity = query[:, some] @ key.transpose(1, 2)  # (B, some, E)
            affinity = affinity.masked_fill(some[:, None] == place, -torch.inf)
            if absent is not None:
                affinity = affinity.masked_fill(absent[:, None] | absent[:, some, None], -torch.inf)
            largest, who = affinity.topk(min(self.in_degree, experts), dim=-1)  # 2 x (B, some, D)
            found.append(torch.where(largest == -torch.inf, -1, who))
        return torch.cat(found, dim=1)  # (B, E, D)


def _all_but_oneself(query: Tensor) -> Tensor:
    """What is added to affinities so that no expert attends to itself, (E, E), where queries come last one first.

    Row i and column j have 0, but -inf where i + j = E - 1. So every row is the one above it, moved by one place, and
    all are views of the same 2 E - 1 numbers: the mask takes no memory.
    """
    experts = query.shape[1]
    place = torch.arange(2 * experts - 1, device=query.device)
    line = torch.where(place == experts - 1, -torch.inf, 0.0).to(query.dtype)  # (2E - 1,)
    return line.as_strided((experts, experts), (1, 1))  # (E, E)
