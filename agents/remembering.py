"""What an agent remembers in a lifetime: read, set and reset. Axis letters as in `agents`."""

from typing import Any

import torch
from torch import Tensor, nn

from agents.parts.experts import reset_blocks

State = Any
"""What an agent carries from step to step: a NamedTuple of tensors with leading axis B, or None. Its field `memory`
(B, E, H) is what inner steps change, together with `private` (B, E, S) where there is such a field."""


class Remembering(nn.Module):
    """Everything that learning in a lifetime can change is `carried`; what others can read of it is `memory`."""

    def memory(self, state: State) -> Tensor:
        """The memory of all experts, (B, E, H); E = 1 for an agent that is one. Critics estimate values from it."""
        memory: Tensor = state.memory
        return memory

    def carried(self, state: State) -> Tensor:
        """All that experts carry on, (B, E, H + S): the memory, then what is private; S = 0 where nothing is."""
        private: Tensor | None = getattr(state, "private", None)
        return self.memory(state) if private is None else torch.cat([self.memory(state), private], dim=-1)

    def replaced(self, state: State, carried: Tensor) -> State:
        """The state with another memory: the inverse of `memory` and of `carried`. All else stays, so does `state`.

        Args:
            state: any of this agent.
            carried: float32 (B, E, H), and what is private stays; or (B, E, H + S), and that is replaced too.

        Raises:
            ValueError: `carried` has another shape.
        """
        memory, private = self.memory(state), getattr(state, "private", None)
        batch, experts, entries = memory.shape
        both = entries + (0 if private is None else private.shape[-1])
        if carried.shape not in ((batch, experts, entries), (batch, experts, both)):
            raise ValueError(
                f"carried must be of shape {(batch, experts, entries)}, or of {both} entries with what is private, "
                f"got {tuple(carried.shape)}"
            )
        changed = {"memory": carried[..., :entries]}  # (B, E, H)
        if private is not None and carried.shape[-1] == both:
            changed["private"] = carried[..., entries:]  # (B, E, S)
        return state._replace(**changed)

    def reset_memory(self, state: State, mask: Tensor) -> State:
        """The state with some of the memory reset to 0; what is constant in a lifetime stays.

        Args:
            state: any of this agent.
            mask: bool (E, H) or (B, E, H), the entries of `memory` to reset, and with them what is private to them.

        Raises:
            ValueError: `mask` is not bool, or of another shape.
        """
        shape = self.memory(state).shape  # (B, E, H)
        if mask.dtype != torch.bool or mask.shape not in (shape, shape[1:]):
            raise ValueError(
                f"mask must be bool of shape {tuple(shape[1:])} or {tuple(shape)}, "
                f"got {mask.dtype} of shape {tuple(mask.shape)}"
            )
        mask = mask.to(self.memory(state).device).expand(shape)  # (B, E, H)
        changed = {"memory": state.memory.masked_fill(mask, 0.0)}  # (B, E, H)
        if hasattr(state, "private"):
            changed["private"] = self.reset_private(state.private, mask)  # (B, E, S)
        return state._replace(**changed)

    def reset_private(self, private: Tensor, mask: Tensor) -> Tensor:
        """What an expert carries on besides its memory, (B, E, S), for `reset_memory`; mask is bool (B, E, H)."""
        return reset_blocks(private, mask)
