"""Hidden XOR: every port holds one private bit, every port must answer the parity of all.

Selects for communication: a port that misses a single bit knows nothing. With `subset` also for learning in a lifetime.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from badger_envs.core.arrays import Array, Bounds, entry_of, namespace
from badger_envs.core.checks import require_bool, require_integer
from badger_envs.core.episodes import Keys, uniform
from badger_envs.core.questions import Questions

MIN_BITS, MAX_BITS = 2, 16


class HiddenXORState(NamedTuple):
    """Everything that changes, and what is hidden."""

    bits: Array  # (B, Q, P) -1 or 1, for each question
    counted: Array  # (B, P) 1 where the bit belongs to the parity, 0 elsewhere; hidden
    parity: Array  # (B, Q) the right answers: the product of the bits that count
    last: Array  # (B, P) the previous answers, 0 at first
    payoff: Array  # (B,) of the last answers that counted, 0 at first
    step: Array  # (B,) steps played, a whole number


@dataclass(frozen=True)
class HiddenXOR(Questions[HiddenXORState]):
    """Answer the parity of bits of which each port sees one (Badger workshop report 2019, hidden information).

    A question is `rounds` steps to talk and one step whose answers count; a lifetime is `questions` of them. Q is the
    number of questions below.

    ## Observation
    One port per bit. A port shows its bit as -1 or 1 (0 while `flash` hides it), its own last answer (0 at first), the
    right answer of the question before (0 in the first question), 1 if the answer it gives now counts and 0 otherwise,
    and the fraction of the lifetime that is left.

    ## Action
    One number in [-1, 1] per port: its answer, -1 for odd (an odd number of bits are -1), 1 for even, 0 for no idea.

    ## Reward
    When the answers count: mean(answer * parity) over the ports, which is 1 if all are right; 0 at other steps.

    ## Episode end
    Terminated after questions * (rounds + 1) steps.

    ## Reference returns
    As the mean payoff of a question. Chance: 0, whatever is answered without looking. Without `subset`, a local
    optimum at 1 - 2 / 2**bits: right for all patterns of bits but one, which is an accuracy of 1 - 1 / 2**bits.
    Reference: 1, and with `subset` the probability that the question follows from those before: the bits that count
    are the solution of linear equations over two elements, one for each question asked, so the next right answer is
    known if its bits are a sum of earlier ones. `reference_returns` gives the same as returns.

    ## Arguments
    `bits`: 2 to 16. `rounds`: steps of each question before the answers count, at least 0. `questions`: at least 1;
    each has bits of its own. `flash`: whether bits are shown at the first step of a question only. `subset`: whether
    only a hidden subset of the bits counts, at least one, the same for all questions of a lifetime.

    ## Version history
    v0: first version.
    """

    bits: int = 3
    rounds: int = 2
    questions: int = 1
    flash: bool = False
    subset: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("bits", self.bits, MIN_BITS, MAX_BITS)
        require_bool("flash", self.flash)
        require_bool("subset", self.subset)

    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> HiddenXORState:
        # The stream of an episode: one number for the subset, then the bits of inner episode 0, of inner episode 1, ...
        count = self.questions * self.bits
        sample = uniform(episodes, count, first=1 + inner_episode * count)  # (B, Q * P)
        bits = np.where(sample < 0.5, np.float32(-1.0), np.float32(1.0)).reshape(-1, self.questions, self.bits)
        counted = np.ones((len(episodes), self.bits), np.float32)  # (B, P)
        if self.subset:
            subsets = 1 + np.floor(uniform(episodes, 1) * (2**self.bits - 1)).astype(np.int64)  # (B, 1) none is empty
            counted = (subsets >> np.arange(self.bits) & 1).astype(np.float32)  # (B, P)
        parity = np.where(counted[:, None, :] > 0.0, bits, np.float32(1.0)).prod(axis=2)  # (B, Q)
        zeros = np.zeros_like(counted)  # (B, P)
        state = (bits, counted, parity, zeros, zeros[:, 0].copy(), np.zeros(len(episodes), np.int64))
        return HiddenXORState(*(xp.asarray(array, device=device) for array in state))

    def shown(self, state: HiddenXORState) -> Array:
        bit = entry_of(state.bits, self.asked(state))  # (B, P)
        if self.flash:
            begins = state.step % (self.rounds + 1) == 0  # (B,)
            bit = bit * namespace(state.last).astype(begins, bit.dtype)[:, None]  # (B, P)
        return bit

    def right_answers(self, state: HiddenXORState) -> Array:
        return state.parity

    def privileged(self, state: HiddenXORState) -> Array:
        xp = namespace(state.last)
        asked = self.asked(state)  # (B,)
        parity = entry_of(state.parity, asked)[:, None]  # (B, 1)
        return xp.concat([entry_of(state.bits, asked), state.counted, parity], axis=1)  # (B, 2 P + 1)

    @property
    def ports(self) -> int:
        return self.bits

    @property
    def privileged_bounds(self) -> Bounds:
        low = np.repeat(np.asarray([-1, 0, -1], np.float32), [self.bits, self.bits, 1])  # (2 P + 1,)
        return Bounds(low, np.ones_like(low))
