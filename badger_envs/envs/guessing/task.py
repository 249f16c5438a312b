"""The guessing game: find hidden numbers when all you hear is one number saying how wrong you are.

Selects for learning inside a lifetime: who moved which output, and what did the error do?
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from badger_envs.core.arrays import Array, Bounds, namespace
from badger_envs.core.checks import require_bool, require_choice, require_integer
from badger_envs.core.episodes import Keys, uniform
from badger_envs.core.task import Task

ERROR_SCALE = 3.0
"""Makes the error of outputting 0 equal to 1: the mean square of a number uniform in [-1, 1] is 1/3."""
MAX_ERROR = ERROR_SCALE * 4.0
"""Every output at one end of [-1, 1], every target at the other."""

LAST, ERROR, LEFT, TARGET = range(4)
"""Places in what a port shows: its last output, the error, the fraction of the lifetime that is left, its target."""


class GuessingState(NamedTuple):
    """Everything that changes, and what is hidden; what ports show has the shape that they show it in."""

    target: Array  # (B, P) the numbers to guess; hidden
    last: Array  # (B, P, 1) the previous output, 0 at first
    error: Array  # (B,) error of the previous output
    receives_error: Array  # (B, P, 1) 1 where the port is shown the error, 0 elsewhere; constant
    steps_left: Array  # (B, P, 1) a whole number as float32, the same for all ports: spread once, not in every step


@dataclass(frozen=True)
class Guessing(Task[GuessingState]):
    """Guess `dims` hidden numbers from one error signal (Badger technical report, Figures 6 to 9).

    ## Observation
    One port per dimension. A port shows its own last output (0 at first), the error of all last outputs, the
    fraction of the lifetime that is left, and with `identity` its target. The error is
    3 * mean((last - target)**2) over the dimensions; that of the output 0 is shown at the start.

    ## Action
    One number in [-1, 1] per port: the next output.

    ## Reward
    Minus the error of the output just given: at every step, or with objective="last_step" at the last step only.

    ## Episode end
    Terminated after `horizon` steps.

    ## Reference returns
    As the error of the last output, in expectation. Chance: 1 (always 0 is the best blind output; uniform random
    outputs make 2). Local optima: 1 - 1/dims when all outputs equal the mean target, which is also what one solved
    output and zeros elsewhere make. Reference: 0. The error is a quadratic of known curvature, so moving one output
    at a time tells its target: after dims + 1 errors everything is known, dims of them seen after an action.
    `reference_returns` gives the same as returns; with `identity` the reference copies the targets and never errs.

    ## Arguments
    `dims`: numbers to guess, at least 1. `horizon`: steps, at least 1. `feedback`: "all" ports see the error, or
    only the "first" one does and the others see 0. `objective`: "every_step" or "last_step". `identity`: whether
    ports also show their target, which makes it the report's identity task with a hot/cold signal.

    ## Version history
    v0: first version.
    """

    dims: int = 3
    horizon: int = 20
    feedback: str = "all"
    objective: str = "every_step"
    identity: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("dims", self.dims, 1)
        require_integer("horizon", self.horizon, 1)
        require_choice("feedback", self.feedback, ("all", "first"))
        require_choice("objective", self.objective, ("every_step", "last_step"))
        require_bool("identity", self.identity)

    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> GuessingState:
        target = xp.asarray(uniform(episodes, self.dims, low=-1.0, high=1.0), device=device)  # (B, P)
        last = xp.zeros_like(target)[:, :, None]  # (B, P, 1)
        receives_error = xp.ones_like(last)  # (B, P, 1)
        if self.feedback == "first":
            receives_error = xp.concat([receives_error[:, :1], last[:, 1:]], axis=1)  # (B, P, 1)
        return GuessingState(target, last, self._error(last, target), receives_error, last + float(self.horizon))

    def observation(self, state: GuessingState) -> Array:
        xp = namespace(state.last)
        heard = state.error[:, None, None] * state.receives_error  # (B, P, 1)
        features = [state.last, heard, state.steps_left / self.horizon]  # 3 x (B, P, 1)
        if self.identity:
            features.append(state.target[:, :, None])
        return xp.concat(features, axis=2)  # (B, P, F)

    def transition(self, state: GuessingState, action: Array) -> GuessingState:
        error = self._error(action, state.target)
        return GuessingState(state.target, action, error, state.receives_error, state.steps_left - 1.0)

    def reward(self, state: GuessingState, action: Array, next_state: GuessingState) -> Array:
        if self.objective == "every_step":
            return -next_state.error
        xp = namespace(next_state.error)
        return xp.where(self.terminal(next_state), -next_state.error, xp.zeros_like(next_state.error))

    def terminal(self, state: GuessingState) -> Array:
        return state.steps_left[:, 0, 0] <= 0.0

    def privileged(self, state: GuessingState) -> Array:
        return state.target

    def state_info(self, state: GuessingState) -> dict[str, Array]:
        return {"error": state.error}

    @property
    def ports(self) -> int:
        return self.dims

    @property
    def port_bounds(self) -> Bounds:
        low, high = [-1.0, 0.0, 0.0], [1.0, MAX_ERROR, 1.0]
        if self.identity:
            low, high = [*low, -1.0], [*high, 1.0]
        return Bounds(np.asarray(low, np.float32), np.asarray(high, np.float32))  # (F,)

    @property
    def privileged_bounds(self) -> Bounds:
        return Bounds(-np.ones(self.dims, np.float32), np.ones(self.dims, np.float32))

    def _error(self, output: Array, target: Array) -> Array:
        xp = namespace(target)
        off = output[:, :, 0] - target  # (B, P)
        return (ERROR_SCALE / self.dims) * xp.linalg.vecdot(off, off)  # (B,)
