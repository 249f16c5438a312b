"""Routing: find out which output wants which input, and carry fresh values there at every step.

Selects for binding: what was seen here has to be used there, and where "there" is has to be learned inside a lifetime.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import device as device_of

from badger_envs.core.arrays import Array, Bounds, namespace
from badger_envs.core.checks import require_choice, require_integer
from badger_envs.core.episodes import Keys, uniform
from badger_envs.core.task import Task

ERROR_SCALE = {"continuous": 3.0, "binary": 1.0}
"""Makes the error of outputting 0 equal to 1: the mean square of a number uniform in [-1, 1] is 1/3, of a sign 1."""
MAX_SQUARE = 4.0
"""Output and wanted value at opposite ends of [-1, 1]."""

INPUT, LAST, FEEDBACK, LEFT = range(4)
"""Places in what a port shows: its input, its last output, the feedback, the fraction of the lifetime that is left."""


class RoutingState(NamedTuple):
    """Everything that changes, and what is hidden."""

    inputs: Array  # (B, T + 1, P) what the ports show, step by step
    routes: Array  # (B, S, P) int32, the input that each output wants, for each of S stretches of life; hidden
    input: Array  # (B, P) what the ports show now
    wanted: Array  # (B, P) what should come out now; hidden
    last: Array  # (B, P) the previous output, 0 at first
    heard: Array  # (B, P) feedback on the previous output, 0 at first
    error: Array  # (B,) error of the previous output, 0 at first
    steps_left: Array  # (B, P) a whole number as float32, the same for all ports: so it need not be spread every step


@dataclass(frozen=True)
class Routing(Task[RoutingState]):
    """Carry each input to the output that wants it, along a hidden permutation.

    ## Observation
    Port i is input i and output i. It shows the value of its input, fresh at every step; its own last output (0 at
    first); feedback on that (0 at first); and the fraction of the lifetime that is left. With feedback="supervised"
    that is what should have come out of this port, with feedback="reward" the error of all outputs, the same at all
    ports. The error is the mean of (output - wanted)**2 over the ports, 3 times that with values="continuous", which
    makes it 1 for the output 0.

    ## Action
    One number in [-1, 1] per port: the output. Wanted of port i is the input shown right now by the port that a
    hidden permutation, drawn uniformly, assigns to i.

    ## Reward
    Minus the error of the output just given.

    ## Episode end
    Terminated after `horizon` steps.

    ## Reference returns
    As the error of one step, in expectation, with n ports. Chance: 1 (always 0). Local optimum "mean": 1 - 1/n, when
    all outputs equal the mean input. Reference: elimination. Each output answers the mean of the inputs that it can
    still belong to; c candidates, of which one is right, err 1 - 1/c. After k signs seen, each of the n - 1 others is
    still a candidate with probability q = 2**-k, and the mean of 1/c is (1 - (1 - q)**n) / (n q). One number seen
    tells everything, so supervised continuous routing errs only once. From the reward alone an output's wanted number
    is found by moving this output: continuous ones are found one per step, so (u - 1)/n is erred while u are unknown;
    the signs of up to 16 outputs are found at once by moving each twice as far as the one before. What the moves cost
    is counted, nothing is moved at the last step of a permutation, and `returns.reference_curve` has it step by step.

    ## Arguments
    `ports`: inputs, and outputs, at least 1. `horizon`: steps, at least 1. `feedback`: "supervised" or "reward".
    `values`: "continuous" inputs are uniform in [-1, 1], "binary" ones are -1 or 1. `switch_every`: steps after which
    a new permutation is drawn, at least 1, or None for one that lasts.

    ## Version history
    v0: first version.
    """

    ports: int = 4
    horizon: int = 20
    feedback: str = "supervised"
    values: str = "continuous"
    switch_every: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("ports", self.ports, 1)
        require_integer("horizon", self.horizon, 1)
        require_choice("feedback", self.feedback, ("supervised", "reward"))
        require_choice("values", self.values, tuple(ERROR_SCALE))
        if self.switch_every is not None:
            require_integer("switch_every", self.switch_every, 1)

    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> RoutingState:
        stretches, steps = -(-self.horizon // self.stretch), self.horizon + 1
        draws = uniform(episodes, stretches * self.ports).reshape(-1, stretches, self.ports)  # (B, S, P)
        routes = draws.argsort(axis=2).astype(np.int32)  # (B, S, P)
        first = (stretches + inner_episode * steps) * self.ports
        inputs = uniform(episodes, steps * self.ports, low=-1.0, high=1.0, first=first)
        inputs = inputs.reshape(-1, steps, self.ports)  # (B, T + 1, P)
        if self.values == "binary":
            inputs = np.where(inputs < 0.0, np.float32(-1.0), np.float32(1.0))
        wanted = np.take_along_axis(inputs[:, 0], routes[:, 0], axis=1)  # (B, P)
        hosted = (inputs, routes, inputs[:, 0], wanted, np.zeros_like(wanted))
        inputs, routes, now, wanted, zeros = (xp.asarray(array, device=device) for array in hosted)
        return RoutingState(inputs, routes, now, wanted, zeros, zeros, zeros[:, 0], zeros + float(self.horizon))

    def observation(self, state: RoutingState) -> Array:
        xp = namespace(state.last)
        features = (state.input, state.last, state.heard, state.steps_left / self.horizon)  # 4 x (B, P)
        return xp.concat([feature[:, :, None] for feature in features], axis=2)  # (B, P, F)

    def transition(self, state: RoutingState, action: Array) -> RoutingState:
        xp = namespace(state.last)
        output = action[:, :, 0]  # (B, P)
        off = output - state.wanted  # (B, P)
        error = (self.error_scale / self.ports) * xp.linalg.vecdot(off, off)  # (B,)
        heard = state.wanted if self.feedback == "supervised" else xp.zeros_like(off) + error[:, None]  # (B, P)
        steps_left = state.steps_left - 1.0
        rows = xp.arange(off.shape[0], device=device_of(off))  # (B,)
        step = self._step(steps_left)  # (B,)
        now = state.inputs[rows, step]  # (B, P)
        wanted = now[rows[:, None], self._route(state.routes, step)]  # (B, P)
        return RoutingState(state.inputs, state.routes, now, wanted, output, heard, error, steps_left)

    def reward(self, state: RoutingState, action: Array, next_state: RoutingState) -> Array:
        return -next_state.error

    def terminal(self, state: RoutingState) -> Array:
        return state.steps_left[:, 0] <= 0.0

    def privileged(self, state: RoutingState) -> Array:
        xp = namespace(state.last)
        route = xp.astype(self._route(state.routes, self._step(state.steps_left)), state.wanted.dtype)  # (B, P)
        return xp.concat([state.wanted, route], axis=1)  # (B, 2 P)

    def state_info(self, state: RoutingState) -> dict[str, Array]:
        return {"error": state.error}

    @property
    def stretch(self) -> int:
        """Steps that a permutation lasts."""
        return self.horizon if self.switch_every is None else min(self.switch_every, self.horizon)

    @property
    def error_scale(self) -> float:
        """Makes the error of outputting 0 equal to 1."""
        return ERROR_SCALE[self.values]

    @property
    def port_bounds(self) -> Bounds:
        minimum, maximum = (-1.0, 1.0) if self.feedback == "supervised" else (0.0, self.error_scale * MAX_SQUARE)
        low, high = [-1.0, -1.0, minimum, 0.0], [1.0, 1.0, maximum, 1.0]
        return Bounds(np.asarray(low, np.float32), np.asarray(high, np.float32))  # (F,)

    @property
    def privileged_bounds(self) -> Bounds:
        low, high = np.repeat([[-1.0, 0.0], [1.0, self.ports - 1.0]], self.ports, axis=1).astype(np.float32)
        return Bounds(low, high)  # (2 P,)

    def _step(self, steps_left: Array) -> Array:
        """The steps played, int32 (B,), never more than there are."""
        xp = namespace(steps_left)
        return xp.astype(xp.clip(self.horizon - steps_left[:, 0], 0, self.horizon), xp.int32)

    def _route(self, routes: Array, step: Array) -> Array:
        """The permutation that holds at a step (B,), int32 (B, P); the last one also after the end."""
        xp = namespace(step)
        rows = xp.arange(step.shape[0], device=device_of(step))  # (B,)
        stretch = xp.clip(step // self.stretch, 0, routes.shape[1] - 1)  # (B,)
        return xp.astype(routes[rows, stretch], xp.int32)  # (B, P)
