"""Rounds: how the exchanges of messages within one step follow each other. Axis letters as in `agents`.

What a round is, the agent says: messages are heard of what experts hold, and every expert updates a memory.
"""

from collections.abc import Callable

import torch
from torch import Tensor

Round = Callable[[int, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
"""Takes the number of the round, memories that messages are made of, and memories and private states that experts
update, (B, E, H), (B, E, H) and (B, E, S); returns the updated ones."""


class Chain:
    """Every round updates what the round before left: K steps of the shared policy.

    Extra rounds run on: with more of them than in training, memories are where they never were.

    Args:
        free_rounds: first rounds without gradient; none here, since the past reaches a step through all of them.
        agreement: relative change of a memory below which a lifetime's rounds end; 0, never, here.
    """

    def __init__(self, free_rounds: int, agreement: float) -> None:
        self.free_rounds, self.agreement = free_rounds, agreement

    def run(self, rounds: int, once: Round, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """All rounds of a step.

        Args:
            rounds: how many, at most (K).
            once: one round.
            memory: at the start of the step (B, E, H).
            private: at the start of the step (B, E, S).

        Returns:
            The next memory (B, E, H) and private state (B, E, S), and how many rounds each lifetime used, int64 (B,).
        """
        for number in range(rounds):
            memory, private = once(number, memory, memory, private)
        return memory, private, torch.full((len(memory),), rounds, device=memory.device)


class Settle(Chain):
    """Messages settle while memory waits: each round makes the step's new memory anew, of the memory at its start and
    the messages that the others would send with what the round before made.

    What experts say to each other goes to a fixed point, which holds the past since memory does; a chain with a fixed
    point would forget it. Deep equilibrium models (Bai et al. 2019) solve for such a point; here plain rounds go there,
    and after rounds without gradient the last ones give it, as in the "phantom gradient" (Geng et al. 2021).

    A lifetime whose experts agree keeps what it has, though the loop goes on for others: `torch.func.vmap` takes no
    loop that ends by what is in a tensor.
    """

    def run(self, rounds: int, once: Round, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        said, after = memory, private  # (B, E, H), (B, E, S)
        used = torch.zeros(len(memory), dtype=torch.int64, device=memory.device)  # (B,)
        going = torch.ones_like(used, dtype=torch.bool)  # (B,)
        free = min(self.free_rounds, rounds - 1)  # the last one always has a gradient
        for number in range(rounds):
            with torch.set_grad_enabled(torch.is_grad_enabled() and number >= free):
                new, following = once(number, said, memory, private)  # (B, E, H), (B, E, S)
            used = used + going  # (B,)
            if not self.agreement:
                said, after = new, following
                continue
            still = going[:, None, None]  # (B, 1, 1)
            agreed = _relative_change(said, new) < self.agreement  # (B,)
            said, after = torch.where(still, new, said), torch.where(still, following, after)
            if number >= free:  # whoever stopped before would have no gradient
                going = going & ~agreed  # (B,)
        return said, after, used


@torch.no_grad()
def _relative_change(before: Tensor, after: Tensor) -> Tensor:
    """Of all experts of a lifetime together, (B, E, H) twice -> (B,); 0 where nothing changes."""
    change, size = (values.flatten(1).norm(dim=1) for values in (after - before, after))  # 2 x (B,)
    relative: Tensor = change / size.clamp_min(torch.finfo(size.dtype).tiny)  # (B,)
    return relative
