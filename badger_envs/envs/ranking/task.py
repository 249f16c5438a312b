"""Ranking: a group puts items in order that each member knows a few of and guesses the others.

Selects for weighing each other's opinions by knowledge instead of voting.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from badger_envs.core.arrays import Array, Bounds, namespace
from badger_envs.core.checks import LARGEST_COUNT, require_bool, require_choice, require_fraction, require_integer
from badger_envs.core.episodes import LARGEST_NORMAL, Keys, normal, require_keys, uniform
from badger_envs.core.task import Task
from badger_envs.envs.ranking.points import points

MIN_MEMBERS, MAX_MEMBERS = 2, 32
MIN_ITEMS, MAX_ITEMS = 3, 20
KNOWN_SPREAD, GUESS_SPREAD = 0.2, 2.0
"""Standard deviations of how far opinions are off, where a member knows an item and where it guesses."""
SHOWN = 1.0 / 3.0
"""Opinions are shown smaller, so that most lie in [-1, 1]."""
LARGEST_SHARED = 0.9
"""Without confidence: guesses that are all the same look like knowledge."""
LARGEST_OPINION = SHOWN * LARGEST_NORMAL * (1.0 + GUESS_SPREAD * 2.0**0.5)
"""As shown; what all guess alike and what one guesses alone weigh at most sqrt(2) together."""


class RankingState(NamedTuple):
    """Everything that changes, and what is hidden; I items."""

    opinions: Array  # (B, P, I) of members about the worth of items, as shown
    known: Array  # (B, P, I) 1 where a member knows an item, 0 where it guesses
    target: Array  # (B, I) right positions, rising with worth from -1 to 1; hidden
    positions: Array  # (B, P, I) the previous answers, 0 at first
    error: Array  # (B,) of the previous answers
    step: Array  # (B,) steps played, a whole number


@dataclass(frozen=True)
class Ranking(Task[RankingState]):
    """Put `items` in order of their worth, as a group (the exercise "lost on the moon" of Hall, Watson 1970).

    There is a port for each of `members`. The worth of an item is a standard normal number. A member knows an item with
    probability `knows`: then its opinion is the worth + .2 e, and else a guess, the worth + 2 (sqrt(shared) m +
    sqrt(1 - shared) e). Here e is a standard normal number of the member and the item, and m one of the item, which
    all guess wrong alike: a common misconception (after Thurstone 1927, as in Lee, Steyvers 2014).

    ## Observation
    A port shows its member's opinions of all items, divided by 3; for each item 1 if the member knows it and 0 if it
    guesses (0 for all with `confidence` False); 1 if the answer it gives now counts and 0 otherwise; and the fraction
    of the lifetime that is left.

    ## Action
    A number in [-1, 1] per port and item: its position, from -1 for the least worth to 1 for the most.

    ## Reward
    Minus the error: the mean, over ports and items, of (position - right position)**2 / v. Right positions are evenly
    spaced from -1 to 1, and v = (items + 1) / (3 (items - 1)) is their mean square, so that answering 0 errs 1. With
    `objective` "last_step" after the last step only, with "every_step" after each.

    ## Episode end
    Terminated after rounds + 1 steps.

    ## Reference returns
    As the error of an answer, and in brackets the points of the exercise: the sum of how many places each item is off
    (at most 112 for 15 items, by chance (items**2 - 1) / 3 = 74.7).

    | members | 2 | 3 | 5 | 8 | 16 |
    |---|---|---|---|---|---|
    | alone: no messages | .58 (43) | .58 (43) | .58 (43) | .58 (43) | .58 (43) |
    | vote: mean of all ranks | .61 (43) | .55 (40) | .48 (37) | .44 (35) | .39 (33) |
    | mean_opinion: mean of all opinions | .66 (44) | .61 (42) | .55 (39) | .51 (37) | .47 (36) |
    | mean_belief: the same, each weighed by its member | .46 (34) | .38 (30) | .30 (26) | .25 (24) | .20 (21) |
    | reference | .38 (31) | .26 (24) | .13 (16) | .06 (10) | .02 (6) |

    Nobody votes as well as who weighs by knowledge. The reference expects the right positions by all opinions, exactly
    Bayes: given them the worths are independent normal numbers with known means and variances, so item j is expected
    above item k with probability Phi((mean_j - mean_k) / sqrt(variance_j + variance_k)). "alone" is the same by own
    opinions. The others rank by a mean and shrink the ranks by the factor that errs least. Ranked by raw opinions,
    members alone make 46.8 points and a vote of 5 makes 37.0; people made 46.99 and 36.88 (Hamada and others 2020).

    ## Arguments
    `members`: 2 to 32. `items`: 3 to 20. `rounds`: steps to talk before the last one, at least 0. `confidence`: whether
    ports show what their members know. `knows`: probability that a member knows an item. `shared`: share of the
    misconception in the variance of guesses, at most .9 without confidence. `objective`: "last_step" or "every_step".

    ## Version history
    v0: first version.
    """

    members: int = 5
    items: int = 15
    rounds: int = 4
    confidence: bool = True
    knows: float = 1 / 3
    shared: float = 0.3
    objective: str = "last_step"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("members", self.members, MIN_MEMBERS, MAX_MEMBERS)
        require_integer("items", self.items, MIN_ITEMS, MAX_ITEMS)
        require_integer("rounds", self.rounds, 0, LARGEST_COUNT - 1)
        require_bool("confidence", self.confidence)
        require_fraction("knows", self.knows)
        require_fraction("shared", self.shared)
        require_choice("objective", self.objective, ("last_step", "every_step"))
        if not self.confidence and self.shared > LARGEST_SHARED:
            raise ValueError(
                f"shared must be at most {LARGEST_SHARED} with confidence=False, got {self.shared}: guesses that are "
                "all the same look like knowledge"
            )

    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> RankingState:
        # The stream of an episode: worths, misconceptions, what members are off by themselves, who knows what.
        batch = len(require_keys(episodes))
        shape = (batch, self.members, self.items)
        numbers = normal(episodes, self.items * (self.members + 2))  # (B, I (P + 2))
        worth, misconception = numbers[:, : self.items], numbers[:, self.items : 2 * self.items]  # 2 x (B, I)
        own = numbers[:, 2 * self.items :].reshape(shape)  # (B, P, I)
        drawn = uniform(episodes, self.members * self.items, first=2 * numbers.shape[1]).reshape(shape)  # (B, P, I)
        known = (drawn < np.float32(self.knows)).astype(np.float32)  # (B, P, I)
        alike, alone = (np.float32(GUESS_SPREAD * share**0.5) for share in (self.shared, 1.0 - self.shared))
        off = np.where(known > 0.0, np.float32(KNOWN_SPREAD) * own, alike * misconception[:, None] + alone * own)
        opinions = np.float32(SHOWN) * (worth[:, None] + off)  # (B, P, I)
        places = worth.argsort(axis=1, kind="stable").argsort(axis=1).astype(np.float32)  # (B, I)
        target = places * np.float32(2.0 / (self.items - 1)) - np.float32(1.0)  # (B, I)
        state = (opinions, known, target, np.zeros(shape, np.float32), np.ones(batch, np.float32), np.zeros(batch, int))
        return RankingState(*(xp.asarray(array, device=device) for array in state))

    def observation(self, state: RankingState) -> Array:
        xp = namespace(state.opinions)
        now = xp.stack([self._counts(state), 1.0 - xp.astype(state.step, state.error.dtype) / self.horizon], axis=1)
        spread = xp.broadcast_to(now[:, None], (*state.opinions.shape[:2], 2))  # (B, P, 2)
        known = state.known if self.confidence else xp.zeros_like(state.known)  # (B, P, I)
        return xp.concat([state.opinions, known, spread], axis=2)  # (B, P, F)

    def transition(self, state: RankingState, action: Array) -> RankingState:
        xp = namespace(action)
        off = xp.reshape(action - state.target[:, None], (action.shape[0], -1))  # (B, P I)
        error = xp.linalg.vecdot(off, off) / (self.mean_square * off.shape[1])  # (B,)
        return state._replace(positions=action, error=error, step=state.step + 1)

    def reward(self, state: RankingState, action: Array, next_state: RankingState) -> Array:
        return -next_state.error * self._counts(state)

    def terminal(self, state: RankingState) -> Array:
        return state.step >= self.horizon

    def privileged(self, state: RankingState) -> Array:
        return state.target

    def state_info(self, state: RankingState) -> dict[str, Array]:
        return {"error": state.error, "points": points(state.positions, state.target)}

    @property
    def mean_square(self) -> float:
        """Mean square of the right positions."""
        return (self.items + 1) / (3.0 * (self.items - 1))

    @property
    def horizon(self) -> int:  # type: ignore[override]
        return self.rounds + 1

    @property
    def ports(self) -> int:
        return self.members

    @property
    def port_actions(self) -> int:  # type: ignore[override]
        return self.items

    @property
    def port_bounds(self) -> Bounds:
        sizes = [self.items, self.items, 2]
        low = np.repeat(np.asarray([-LARGEST_OPINION, 0.0, 0.0], np.float32), sizes)  # (F,)
        return Bounds(low, np.repeat(np.asarray([LARGEST_OPINION, 1.0, 1.0], np.float32), sizes))

    @property
    def privileged_bounds(self) -> Bounds:
        return Bounds(-np.ones(self.items, np.float32), np.ones(self.items, np.float32))

    def _counts(self, state: RankingState) -> Array:
        """1 where the answers given now count, else 0, (B,)."""
        counted = state.step >= (self.rounds if self.objective == "last_step" else 0)  # (B,)
        return namespace(state.error).astype(counted, state.error.dtype)
