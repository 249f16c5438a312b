"""Optimisation: find the lowest place of a hidden landscape when all you hear is how high you are.

Selects for learning that is not tied to one kind of problem: train on one landscape, search another.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from badger_envs.core.arrays import Array, Bounds, entry_of, namespace
from badger_envs.core.checks import LARGEST_COUNT, require_choice, require_fraction, require_integer
from badger_envs.core.episodes import LARGEST_NORMAL, Keys, normal, require_keys, uniform
from badger_envs.core.task import Task
from badger_envs.envs.optimisation.arms import paid, pulled
from badger_envs.envs.optimisation.landscapes import Landscape
from badger_envs.envs.optimisation.table import LANDSCAPES

LAST, ERROR, LEFT = range(3)
"""Places in what a port shows, as in the guessing game: last output, error, fraction of the lifetime that is left."""
MAX_DIMS = 64
"""An ellipsoid is made of dims * dims numbers."""
NOT_HEARD = -1.0
"""What ports that were not pulled are shown with feedback="winner": no error is below 0, so it is never one."""


class OptimisationState(NamedTuple):
    """Everything that changes, and what is hidden; what ports show has the shape that they show it in."""

    hidden: Array  # (B, N) the numbers that the landscape is made of
    luck: Array  # (B, T + 1) noise added to each error, or by what an arm pays; (B, 1) zeros without either
    last: Array  # (B, P, 1) the previous output, 0 at first
    error: Array  # (B,) of the previous output, without noise
    heard: Array  # (B, P, 1) the error as each port is shown it
    step: Array  # (B,) steps played, a whole number


@dataclass(frozen=True)
class Optimisation(Task[OptimisationState]):
    """Search a hidden landscape over `dims` outputs for its lowest place, told only how high one is.

    ## Observation
    One port per dimension, showing what a port of Badger/Guessing-v0 shows: its own last output (0 at first), the error
    of all last outputs, with `noise` added to it, and the fraction of the lifetime that is left. At the start the error
    is that of the output 0.

    ## Action
    One number in [-1, 1] per port: the next output x.

    ## Reward
    Minus the error of the output just given, without noise: at every step, or with objective="last_step" at the last
    step only. With z = x - t, targets t uniform in [-1, 1], and d = `dims`, the error is for landscape

    - "sphere": 3 mean(z^2), which is the guessing game; "absolute": 2 mean|z|;
    - "ellipsoid": 3/d z'Q'LQz, Q a random rotation, curvatures L of sum d falling geometrically over up to 2 decades;
    - "ripples": mean(z^2 + .15 (1 - cos(3 pi z))) / (1/3 + .15);
    - "peaks": 1 - max_m h_m exp(-|x - c_m|^2 / (2 d .35^2)), 8 random centres c, one height 1, the others in [.3, .8];
    - "mixed": one of these, drawn for each lifetime.

    With landscape="bandit" ports are arms that pay with probabilities uniform in [0, 1). The port with the largest
    output is pulled, the first of them, and the error is 0 if it pays, 2 if not (1 is shown before the first pull).
    With a `rent` outputs above 0 are bids: the error rises by the rent times the share of ports that bid, and is 1 if
    nobody bids and so nobody works.

    ## Episode end
    Terminated after `horizon` steps.

    ## Reference returns
    As the mean error of 40 steps with 3 dimensions. Chance: 1, from always answering 0; peaks .55, mixed .91. Local
    optima: `all_equal`, a search with all outputs alike, sphere .77, ellipsoid .63, absolute .79, ripples .80, peaks
    .40, mixed .67; and `evolution`, what a (1+1) evolution strategy comes to, which ports can play without messages,
    each with random steps of its own: .56, .53, .63, .68, .38, .56. Reference: one output is moved at a time, once on
    the sphere and on ripples, whose curve then tells the target, .05 and .07; elsewhere to both sides and to where a
    parabola or a wedge through the three errors is lowest: ellipsoid .23, absolute .19, peaks .23, mixed .21, at the
    end .02, 0, .13, .03. It is made for errors without noise. With feedback="first" and no
    messages: `first_alone`, the same search by the first port, .63 on mixed.

    Of the bandit, 5 arms and 40 steps: chance 1, `greedy`, the arm that has paid best, .55, reference, the highest
    index, .50; where each port bids its own index and hears of its own pulls alone, without messages, still .50. With
    rent .5 (and 1): `all_bid` 1.00 (1.50), `threshold`, those bid whose own index is above .8, the best we know without
    messages, .74 (.87), reference, the highest index alone bids, .60 (.69). `reference_returns` gives all as returns.

    ## Arguments
    `dims`: numbers to find, 1 to 64. `horizon`: steps, at least 1. `landscape`: as above. `objective`: "every_step" or
    "last_step". `feedback`: "all" ports see the error, or only the "first" one does and the others see 0, or, of the
    bandit, the "winner", which was pulled, and the others see -1. `noise`: standard deviation of what is added to the
    error shown, 0 to 1, not of the bandit; rewards are without it. `rent`: of the bandit, 0 to 1.

    ## Version history
    v0: first version.
    """

    dims: int = 3
    horizon: int = 40
    landscape: str = "mixed"
    objective: str = "every_step"
    feedback: str = "all"
    noise: float = 0.0
    rent: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("dims", self.dims, 1, MAX_DIMS)
        require_integer("horizon", self.horizon, 1, LARGEST_COUNT - 1)
        require_choice("landscape", self.landscape, tuple(LANDSCAPES))
        require_choice("objective", self.objective, ("every_step", "last_step"))
        require_choice("feedback", self.feedback, ("all", "first", "winner"))
        require_fraction("noise", self.noise)
        require_fraction("rent", self.rent)
        if self.is_bandit:
            require_integer("dims with landscape='bandit'", self.dims, 2)
            if self.noise:
                raise ValueError(f"noise must be 0 with landscape='bandit', where luck is in the pay, got {self.noise}")
        elif self.rent or self.feedback == "winner":
            raise ValueError(f"landscape must be 'bandit' with rent or feedback='winner', got {self.landscape!r}")

    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> OptimisationState:
        # The stream of an episode: the landscape, then the luck of inner episode 0, of inner episode 1, ...
        batch, count = len(require_keys(episodes)), self.horizon + 1
        hidden, first = self.ground.draw(episodes, self.dims, 0)  # (B, N)
        first += inner_episode * 2 * count
        luck = np.zeros((batch, 1), np.float32)  # (B, 1)
        if self.is_bandit:
            luck = uniform(episodes, count, first=first)  # (B, T + 1)
        elif self.noise:
            luck = np.float32(self.noise) * normal(episodes, count, first=first)  # (B, T + 1)
        begin = (hidden, luck, np.zeros((batch, self.dims), np.float32), np.zeros(batch, np.int64))
        return self._arrived(*(xp.asarray(array, device=device) for array in begin))

    def observation(self, state: OptimisationState) -> Array:
        xp = namespace(state.last)
        left = 1.0 - xp.astype(state.step, state.last.dtype) / self.horizon  # (B,)
        return xp.concat(
            [state.last, state.heard, xp.zeros_like(state.last) + left[:, None, None]], axis=2
        )  # (B, P, F)

    def transition(self, state: OptimisationState, action: Array) -> OptimisationState:
        return self._arrived(state.hidden, state.luck, action[:, :, 0], state.step + 1)

    def reward(self, state: OptimisationState, action: Array, next_state: OptimisationState) -> Array:
        if self.objective == "every_step":
            return -next_state.error
        xp = namespace(next_state.error)
        return xp.where(self.terminal(next_state), -next_state.error, xp.zeros_like(next_state.error))

    def terminal(self, state: OptimisationState) -> Array:
        return state.step >= self.horizon

    def privileged(self, state: OptimisationState) -> Array:
        return state.hidden

    def state_info(self, state: OptimisationState) -> dict[str, Array]:
        return {"error": state.error}

    @property
    def ports(self) -> int:
        return self.dims

    @property
    def ground(self) -> Landscape:
        """What the error is a function of."""
        return LANDSCAPES[self.landscape]

    @property
    def is_bandit(self) -> bool:
        """Whether outputs are not a place on a landscape but bids for being the one that is pulled."""
        return self.landscape == "bandit"

    @property
    def max_error(self) -> float:
        """No output errs more."""
        return self.ground.max_error(self.dims) + self.rent

    @property
    def port_bounds(self) -> Bounds:
        noise = LARGEST_NORMAL * self.noise
        least = NOT_HEARD if self.feedback == "winner" else -noise
        low, high = [-1.0, least, 0.0], [1.0, self.max_error + noise, 1.0]
        return Bounds(np.asarray(low, np.float32), np.asarray(high, np.float32))  # (F,)

    @property
    def privileged_bounds(self) -> Bounds:
        return self.ground.bounds(self.dims)

    def _arrived(self, hidden: Array, luck: Array, output: Array, step: Array) -> OptimisationState:
        """The state once the output (B, P) is given."""
        xp = namespace(hidden)
        now = xp.where(step < self.horizon, step, self.horizon)  # (B,) rows that are over may go on
        error, chance = self.ground.error(hidden, output), entry_of(luck, now)  # 2 x (B,)
        if self.is_bandit:
            error = xp.where(step > 0, paid(error, chance, output, self.rent), xp.ones_like(error))  # (B,)
        heard = xp.zeros_like(output) + (error if self.is_bandit else error + chance)[:, None]  # (B, P)
        if self.feedback == "first":
            heard = xp.concat([heard[:, :1], xp.zeros_like(heard[:, 1:])], axis=1)  # (B, P)
        elif self.feedback == "winner":
            worked = pulled(output) & (output > 0.0 if self.rent else output >= -1.0) & (step > 0)[:, None]  # (B, P)
            heard = xp.where(worked, heard, xp.full_like(heard, NOT_HEARD))  # (B, P)
        return OptimisationState(hidden, luck, output[:, :, None], error, heard[:, :, None], step)
