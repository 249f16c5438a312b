"""Kinds: a few policies in one agent, from one that all experts share to one for each; some may be handmade.

Badger's claim is that ONE shared policy is enough. The number of kinds is the axis on which that is tested: at one end
a single policy, at the other independent learners that still talk (the report's question, Rosa et al. 2019). Axis
letters as in `agents`; G kinds.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from agents.parts import EXPERTS, HANDMADE, load_part
from agents.parts.encoder import Encoded
from agents.parts.experts import Expert


class Kinds(Expert):
    """Experts of several kinds. Which one an expert is, is dealt at birth, and never changes.

    The last private entry of an expert is its kind, the others are what its kind keeps private. Every kind is run for
    every expert and one answer is taken, so that what a kind is asked does not depend on numbers: an update takes G
    times as long.

    Args:
        units: the policy of each kind (G); the trained ones first.
        trained: how many of them are dealt to experts; the others go to experts without a port alone.
        assignment: how kinds are dealt: "in_turn", "random", or "by_role".
    """

    def __init__(self, units: Sequence[Expert], trained: int, assignment: str) -> None:
        largest = max(unit.private_size for unit in units)
        super().__init__(0, units[0].hidden_size, private_size=largest + 1)
        self.units = nn.ModuleList(units)
        self.trained = trained
        self.assignment = assignment

    def initial_state(
        self, batch: int, experts: int, generator: torch.Generator | None, roles: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        kind = self._dealt(batch, experts, generator, roles)  # (B, E, 1)
        starts = [unit.initial_state(batch, experts, generator) for unit in self._units]  # (B, E, H), (B, E, S of each)
        memory, private = starts[0][0], torch.zeros(batch, experts, self.private_size)  # (B, E, H), (B, E, S)
        for number, (its_memory, its_private) in enumerate(starts):
            memory = torch.where(kind == number, its_memory, memory)
            private = torch.where(kind == number, _beside(its_private, private), private)
        return memory, torch.cat([private[..., :-1], kind], dim=-1)  # (B, E, H), (B, E, S)

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        kind, following, kept = private[:, -1:], memory, private  # (N, 1), (N, H), (N, S)
        for number, unit in enumerate(self._units):
            its_memory, its_private = unit(inputs, memory, private[:, : unit.private_size])
            following = torch.where(kind == number, its_memory, following)
            kept = torch.where(kind == number, _beside(its_private, private), kept)
        return following, kept

    def reset(self, private: Tensor, mask: Tensor) -> Tensor:
        kind, left = private[..., -1:], private
        for number, unit in enumerate(self._units):
            its_private = unit.reset(private[..., : unit.private_size], mask)
            left = torch.where(kind == number, _beside(its_private, private), left)
        return left

    @property
    def _units(self) -> list[Expert]:
        units: Any = self.units
        return list(units)

    def _dealt(self, batch: int, experts: int, generator: torch.Generator | None, roles: Tensor | None) -> Tensor:
        """Which kind each expert is, as a float, (B, E, 1)."""
        roles = torch.zeros(experts, dtype=torch.int64) if roles is None else roles.cpu()  # (E,)
        if self.assignment == "random":
            kind = torch.randint(self.trained, (batch, experts), generator=generator)  # (B, E)
        else:
            kind = (torch.arange(experts) if self.assignment == "in_turn" else roles) % self.trained  # (E,)
            kind = kind.expand(batch, -1)  # (B, E)
        if handmade := len(self.units) - self.trained:
            of_hidden = self.trained + (roles.cumsum(0) - 1) % handmade  # (E,) one after the other
            kind = torch.where(roles > 0, of_hidden, kind)  # (B, E)
        return kind[..., None].float()


def kinds_of_experts(config: Any, read: int, heard: int, known: int) -> Expert:
    """The expert policy of a `BadgerConfig`: one, or as many as it has kinds.

    Args:
        config: says which.
        read: entries that an expert reads (R).
        heard: message entries (M).
        known: identity entries (I) that it is given.
    """
    trained = [_trained(config, read + heard + known) for _ in range(config.kinds)]
    names = {"trained": (), "mixed": tuple(HANDMADE)}.get(config.hidden_kind, (config.hidden_kind,))
    handmade = [load_part(HANDMADE[name])(slice(read, read + heard), config.hidden_size) for name in names]
    if config.kinds == 1 and not handmade:
        return trained[0]
    return Kinds([*trained, *handmade], config.kinds, config.assignment)


def _trained(config: Any, inputs: int) -> Expert:
    part: type[Expert] = load_part(EXPERTS[config.expert])
    if config.encoder_size:
        return Encoded(part(config.encoder_size, config.hidden_size), inputs, config.encoder_size)
    return part(inputs, config.hidden_size)


def _beside(its_private: Tensor, private: Tensor) -> Tensor:
    """What one kind keeps private in place of the first entries of (..., S)."""
    return torch.cat([its_private, private[..., its_private.shape[-1] :]], dim=-1)  # (..., S)
