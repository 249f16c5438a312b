"""Memory: ports are shown pairs of a key and a value, then some ports are lost, then all pairs are asked for.

Selects for memory that is shared out: what one expert alone knows is gone with it.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from badger_envs.core.arrays import Array, Bounds, entry_of, namespace
from badger_envs.core.checks import LARGEST_COUNT, require_bool, require_integer
from badger_envs.core.episodes import Keys, require_keys
from badger_envs.core.task import Task
from badger_envs.envs.memory.lots import KEY_SIGNS, MAX_PAIRS, draw_lots
from badger_envs.envs.memory.moment import Moment, cycle_steps, moment, questions_over

MIN_PORTS, MAX_PORTS = 2, 64
KEY, VALUE, FLAGS = slice(KEY_SIGNS), slice(KEY_SIGNS, -4), slice(-4, None)
"""Places in what a port shows. The flags: whether a pair is written here, whether one is asked for, whether answers
count now; and the fraction of the lifetime that is left."""


class MemoryState(NamedTuple):
    """Everything that changes, and what is hidden. Q pairs of a lifetime, S signs of a value, C cycles."""

    keys: Array  # (B, Q, KEY_SIGNS) -1 or 1, in the order in which they are written
    values: Array  # (B, Q, S) -1 or 1
    shown_to: Array  # (B, Q, P) 1 for the port that is shown the pair, 0 for the others
    order: Array  # (B, Q) number of the pair that each question asks for
    lost: Array  # (B, C, P) whether a port is absent when the cycle's pairs are asked for; hidden until then
    last: Array  # (B, P, S) the previous answers, 0 at first
    payoff: Array  # (B,) of the previous answers, 0 unless they counted
    recalled: Array  # (B,) sum of all payoffs until now
    step: Array  # (B,) steps played, a whole number


@dataclass(frozen=True)
class Memory(Task[MemoryState]):
    """Hold together what each of the ports was shown, so that it is still known when some of them are lost.

    A cycle has three parts. In each of `pairs` steps one port, drawn at random, is shown a key of 6 signs and a value
    of `signs` signs; no two keys are alike. One step is quiet. Then `lost` ports are absent until the cycle ends, and
    the pairs are asked for in random order: the key is shown at all ports that are there, for `rounds` steps to talk
    and one step whose answers count. A lifetime is `cycles` of them, each with other pairs; whoever was absent is back.

    ## Observation
    A port shows a key (6 numbers) and a value (`signs` numbers), 0 where there is none; 1 if this pair is written here
    now; 1 if a pair is asked for; 1 if the answer that it gives now counts; and the fraction of the lifetime that is
    left. An absent port shows only 0; one that is there never does.

    ## Action
    `signs` numbers in [-1, 1] per port: the value of the key that is asked for, 0 for no idea.

    ## Reward
    When the answers count: mean(answer * value) over the signs and the ports that are there, which is 1 if all are
    right; 0 at other steps.

    ## Episode end
    Terminated after cycles * (pairs + 1 + pairs * (rounds + 1)) steps.

    ## Reference returns
    As the mean payoff of a question, of N pairs, where P ports are there and L of them are lost:

    | level | formula | 8 ports, 2 lost | 8 ports, 4 lost |
    |---|---|---|---|
    | chance | 0 | 0 | 0 |
    | no messages: every port answers by what it was shown itself | 1 / P | .125 | .125 |
    | values alone: all know all values, nobody heeds a key | C(N - 1, floor((N - 1) / 2)) / 2^(N - 1) | .273 | .273 |
    | one copy: whoever was shown a pair keeps it, and tells it when asked | 1 - L / P | .75 | .5 |
    | two copies: another port keeps it too | 1 - C(P - 2, L - 2) / C(P, L) | .964 | .786 |
    | reference: everybody is told everything | 1 | 1 | 1 |

    With `fragile` one copy, kept by a port that was never lost before, recalls 1 - L / P after the first shock and all
    after later ones. Nothing is lost in the first `calm` cycles: without messages 1 / P, with them 1.

    ## Arguments
    `ports`: 2 to 64. `pairs`: of a cycle, 1 to 64, or None for as many as ports. `lost`: ports, fewer than there are.
    `rounds`: steps of each question before the answers count, at least 0. `signs`: of a value, at least 1. `cycles`: at
    least 1. `fragile`: whether the same ports, drawn for life, are lost in every cycle. `calm`: first cycles in which
    nobody is lost, at most all.

    ## Version history
    v0: first version.
    """

    ports: int = 8
    pairs: int | None = None
    lost: int = 2
    rounds: int = 2
    signs: int = 2
    cycles: int = 1
    fragile: bool = False
    calm: int = 0
    variable_size = True
    presence_changes = True

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("ports", self.ports, MIN_PORTS, MAX_PORTS)
        if self.pairs is not None:
            require_integer("pairs", self.pairs, 1, MAX_PAIRS)
        require_integer("lost", self.lost, 0, self.ports - 1)
        require_integer("rounds", self.rounds, 0)
        require_integer("signs", self.signs, 1)
        require_integer("cycles", self.cycles, 1)
        require_bool("fragile", self.fragile)
        require_integer("calm", self.calm, 0, self.cycles)
        if self.horizon > LARGEST_COUNT:
            raise ValueError(
                f"pairs, rounds and cycles must make at most {LARGEST_COUNT} steps, got {self.load}, "
                f"{self.rounds} and {self.cycles}"
            )

    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> MemoryState:
        last = np.zeros((len(require_keys(episodes)), self.ports, self.signs), np.float32)  # (B, P, S)
        lots = draw_lots(
            episodes, inner_episode, ports=self.ports, pairs=self.load, signs=self.signs, cycles=self.cycles,
            lost=self.lost, fragile=self.fragile,
        )  # fmt: skip
        lots.lost[:, : self.calm] = False
        sums, step = np.zeros((2, len(last)), np.float32), np.zeros(len(last), np.int64)  # (2, B), (B,)
        return MemoryState(*(xp.asarray(array, device=device) for array in (*lots, last, *sums, step)))

    def observation(self, state: MemoryState) -> Array:
        now, xp, here = self.moment(state), namespace(state.last), self.here(state)  # here (B, P)
        written = entry_of(state.shown_to, now.pair) * xp.astype(now.writes, here.dtype)[:, None]  # (B, P)
        asked, counts = (here * xp.astype(flag, here.dtype)[:, None] for flag in (now.asks, now.counts))  # 2 x (B, P)
        left = here * (1.0 - xp.astype(state.step, here.dtype) / self.horizon)[:, None]  # (B, P)
        key = (written + asked)[:, :, None] * entry_of(state.keys, now.pair)[:, None, :]  # (B, P, KEY_SIGNS)
        value = written[:, :, None] * entry_of(state.values, now.pair)[:, None, :]  # (B, P, S)
        return xp.concat([key, value, xp.stack([written, asked, counts, left], axis=2)], axis=2)  # (B, P, F)

    def transition(self, state: MemoryState, action: Array) -> MemoryState:
        now, xp, here = self.moment(state), namespace(state.last), self.here(state)  # here (B, P)
        answers = action * here[:, :, None]  # (B, P, S)
        right = xp.sum(answers * entry_of(state.values, now.pair)[:, None, :], axis=(1, 2))  # (B,)
        payoff = right / (self.signs * xp.sum(here, axis=1)) * xp.astype(now.counts, here.dtype)  # (B,)
        recalled = state.recalled + payoff  # (B,)
        return state._replace(last=answers, payoff=payoff, recalled=recalled, step=state.step + 1)

    def reward(self, state: MemoryState, action: Array, next_state: MemoryState) -> Array:
        return next_state.payoff

    def terminal(self, state: MemoryState) -> Array:
        return state.step >= self.horizon

    def privileged(self, state: MemoryState) -> Array:
        now, xp = self.moment(state), namespace(state.last)
        lost = xp.astype(entry_of(state.lost, now.cycle), state.last.dtype)  # (B, P)
        return xp.concat([lost, entry_of(state.values, now.pair)], axis=1)  # (B, P + S)

    def state_info(self, state: MemoryState) -> dict[str, Array]:
        xp = namespace(state.last)
        over = xp.astype(questions_over(state.step, pairs=self.load, rounds=self.rounds), state.last.dtype)  # (B,)
        return {"error": (1.0 - state.recalled / xp.where(over > 0.0, over, 1.0)) / 2.0}

    def agent_mask(self, state: MemoryState) -> Array:
        now = self.moment(state)
        return ~(entry_of(state.lost, now.cycle) & now.asks[:, None])  # (B, P)

    @property
    def port_actions(self) -> int:  # type: ignore[override]
        return self.signs

    @property
    def horizon(self) -> int:  # type: ignore[override]
        return self.cycles * cycle_steps(self.load, self.rounds)

    @property
    def port_bounds(self) -> Bounds:
        low = np.repeat(np.asarray([-1, 0], np.float32), [KEY_SIGNS + self.signs, 4])  # (F,)
        return Bounds(low, np.ones_like(low))

    @property
    def privileged_bounds(self) -> Bounds:
        low = np.repeat(np.asarray([0, -1], np.float32), [self.ports, self.signs])  # (P + S,)
        return Bounds(low, np.ones_like(low))

    @property
    def load(self) -> int:
        """Pairs of a cycle."""
        return self.ports if self.pairs is None else self.pairs

    def moment(self, state: MemoryState) -> Moment:
        """What happens in the step that comes next."""
        return moment(state.step, state.order, pairs=self.load, rounds=self.rounds, cycles=self.cycles)

    def here(self, state: MemoryState) -> Array:
        """1 for every port that is there, 0 for the others, (B, P)."""
        return namespace(state.last).astype(self.agent_mask(state), state.last.dtype)
