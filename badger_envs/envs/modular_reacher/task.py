"""A planar arm of many segments, each moved by a port of its own, reaches for goals that perhaps only one of them sees.

Selects for acting together on a body of any size and shape: what one joint does moves everything behind it.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from badger_envs.core.arrays import Array, Bounds, namespace
from badger_envs.core.checks import require_choice, require_fraction, require_integer
from badger_envs.core.episodes import Keys, uniform
from badger_envs.core.task import Task
from badger_envs.envs.modular_reacher.body import MAX_SEGMENTS, MIN_SEGMENTS, SLOTS, grow

TURN = 0.05
"""Radians that the action 1 turns a joint by."""
MEAN_GOAL = (0.0, 1.0 / math.pi)
"""The mean of all goals: mean radius 1/2, mean sine of the angle 2 / pi."""
ROUNDED_ONE = 1.0 + 1e-5
"""A straight arm of length 1 may end this far out: rounding adds up over 64 segments."""
FARTHEST = 4.0
"""The largest square of a distance from a tip to a goal, both within 1 of the origin."""
GOAL, SEES_GOAL, ORIGIN, DIRECTION, END = slice(0, 2), 2, slice(3, 5), slice(5, 7), slice(7, 9)
JOINT, LEFT = slice(9, 11), 11
"""Places in what a port shows: its goal and whether it sees one, its joint, its direction, its end, cosine and sine of
its joint's angle, the fraction of the lifetime that is left."""
CHANGING = 5
"""The first so many fields of the state change; the others are the body and the goals, and stay."""


class ModularReacherState(NamedTuple):
    """Everything that changes, the body, and the goals. The number 2 is always the axis of x and y."""

    angle: Array  # (B, P) of the joints, 0 at first
    direction: Array  # (B, P, 2) where the segments point: cosine and sine
    end: Array  # (B, P, 2) where the segments end
    error: Array  # (B,) mean square over the goals and coordinates
    steps_left: Array  # (B, P, 1) a whole number as float32, the same for all ports
    base: Array  # (B, P) what a joint at 0 adds to the direction of the segment before; constant
    carried: Array  # (B, P, P) 1 where the second segment carries the first or is the same; constant
    length: Array  # (B, 1, 1) of every segment; constant
    neighbour: Array  # (B, P, D) int32, the number of the parent, then those of the children, -1 for none; constant
    goal: Array  # (B, P, 2) of the segments that have one, 0 for the others; constant
    weight: Array  # (B, P, 2) share of each coordinate in the error, 0 without a goal; constant
    visible_goal: Array  # (B, P, 3) the goal as the port sees it and 1, or 0 where it sees none; constant


@dataclass(frozen=True)
class ModularReacher(Task[ModularReacherState]):
    """Reach goals with a planar arm or tree of `segments`, one port each (the Badger authors' robot of 2020).

    The root stands at the origin and points up. Each segment turns on the end of its parent; all are equally long, and
    the longest way from the root to a tip has length 1. A tip is a segment that carries no other. Goals have a radius
    uniform in [0, 1] and an angle uniform in [0, pi], so those of short branches may lie out of reach.

    ## Observation
    One port per segment. A port shows the goal's x and y and 1, or 0, 0, 0 where it sees none; x and y of its joint;
    cosine and sine of its direction; x and y of its end; cosine and sine of its joint's angle; and the fraction of
    the lifetime that is left, without which the return to come could not be predicted. The neighbours of a
    port are its parent and up to 3 children. The bound is ours, for channels of a fixed width.

    ## Action
    One number in [-1, 1] per port: turns the joint by that times 0.05 radians, without limits to its angle.

    ## Reward
    At every step minus the error: the mean, over tips with a goal and coordinates, of the square of tip - goal.

    ## Episode end
    Terminated after `horizon` steps.

    ## Reference returns
    Chance and reference are the same controller: the step that brings the tips closest to their aims, as far as the
    Jacobian tells. Chance aims at the mean goal (0, 1 / pi), for it does not see the goals but may know its own body;
    the reference aims at the goals. Both are measured, on episodes set aside for it; staying upright is worse than
    chance. Lowest: every tip a distance of 2 away, an error of 2. Highest: 0.

    ## Arguments
    `segments`: 2 to 64. `branching`: chance in [0, 1] that a segment hangs, at a random angle up to pi / 2 to either
    side, on a random earlier one with fewer than 3 children, instead of straight on the one before. `goal`: "all",
    the last segment has a goal that all ports see; "last", only it sees its goal; "tips", every tip has a goal of its
    own that only it sees. `horizon`: steps, at least 1.

    ## Version history
    v0: first version.
    """

    segments: int = 5
    branching: float = 0.0
    goal: str = "all"
    horizon: int = 70

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("segments", self.segments, MIN_SEGMENTS, MAX_SEGMENTS)
        require_fraction("branching", self.branching)
        require_choice("goal", self.goal, ("all", "last", "tips"))
        require_integer("horizon", self.horizon, 1)

    def initial(
        self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None
    ) -> ModularReacherState:
        # Nothing is drawn anew from step to step, so all inner episodes of a lifetime are alike.
        segments = self.segments
        radius = uniform(episodes, segments)  # (B, P)
        batch = len(episodes)
        bearing = uniform(episodes, segments, high=math.pi, first=MAX_SEGMENTS)  # (B, P)
        body = grow(episodes, segments, self.branching, first=2 * MAX_SEGMENTS)
        has_goal = body.neighbour[:, :, 1] < 0  # (B, P) the tips
        if self.goal != "tips":
            has_goal = np.repeat([[False] * (segments - 1) + [True]], batch, axis=0)  # (B, P)
        way = np.stack([np.cos(bearing), np.sin(bearing)], axis=2)  # (B, P, 2)
        goal = np.where(has_goal[:, :, None], radius[:, :, None] * way, np.float32(0.0))  # (B, P, 2)
        share = np.repeat(has_goal[:, :, None], 2, axis=2) / (2.0 * has_goal.sum(axis=1)[:, None, None])  # (B, P, 2)
        visible_goal = np.concatenate([goal, has_goal[:, :, None]], axis=2)  # (B, P, 3)
        if self.goal == "all":
            visible_goal = np.repeat(visible_goal[:, -1:], segments, axis=1)  # (B, P, 3)
        goals = (goal, share.astype(np.float32), visible_goal.astype(np.float32))
        constant = [xp.asarray(array, device=device) for array in (*body, *goals)]
        angle = xp.zeros_like(constant[0])  # (B, P)
        return self._placed(angle, angle[:, :, None] + float(self.horizon), *constant)

    def observation(self, state: ModularReacherState) -> Array:
        xp = namespace(state.angle)
        origin = state.end - state.length * state.direction  # (B, P, 2)
        turned = xp.stack([xp.cos(state.angle), xp.sin(state.angle)], axis=2)  # (B, P, 2)
        left = state.steps_left / self.horizon  # (B, P, 1)
        return xp.concat([state.visible_goal, origin, state.direction, state.end, turned, left], axis=2)  # (B, P, F)

    def transition(self, state: ModularReacherState, action: Array) -> ModularReacherState:
        angle = state.angle + TURN * action[:, :, 0]  # (B, P)
        return self._placed(angle, state.steps_left - 1.0, *state[CHANGING:])

    def reward(self, state: ModularReacherState, action: Array, next_state: ModularReacherState) -> Array:
        return -next_state.error

    def terminal(self, state: ModularReacherState) -> Array:
        return state.steps_left[:, 0, 0] <= 0.0

    def privileged(self, state: ModularReacherState) -> Array:
        return state.goal.reshape(state.goal.shape[0], -1)  # (B, P * 2)

    def state_info(self, state: ModularReacherState) -> dict[str, Array]:
        return {"error": state.error}

    def neighbours(self, state: ModularReacherState) -> Array:
        return state.neighbour

    @property
    def max_degree(self) -> int:
        return SLOTS

    @property
    def ports(self) -> int:
        return self.segments

    @property
    def port_bounds(self) -> Bounds:
        high = np.full(LEFT + 1, ROUNDED_ONE, np.float32)  # (F,)
        high[GOAL] = high[SEES_GOAL] = high[LEFT] = 1.0
        low = -high  # (F,)
        low[[GOAL.stop - 1, SEES_GOAL, LEFT]] = 0.0  # goals lie above the ground
        return Bounds(low, high)

    @property
    def privileged_bounds(self) -> Bounds:
        low, high = np.tile(np.asarray([[-1.0, 0.0], [1.0, 1.0]], np.float32), self.segments)  # (P * 2,)
        return Bounds(low, high)

    def _placed(self, angle: Array, steps_left: Array, *constant: Array) -> ModularReacherState:
        """The state with every joint at its `angle`; `constant` are the fields that stay."""
        base, carried, length, _, goal, weight, _ = constant
        xp = namespace(angle)
        absolute = xp.matmul(carried, (base + angle)[:, :, None])[:, :, 0]  # (B, P)
        direction = xp.stack([xp.cos(absolute), xp.sin(absolute)], axis=2)  # (B, P, 2)
        end = length * xp.matmul(carried, direction)  # (B, P, 2)
        off, flat = end - goal, (angle.shape[0], -1)  # (B, P, 2)
        error = xp.linalg.vecdot(xp.reshape(weight * off, flat), xp.reshape(off, flat))  # (B,)
        return ModularReacherState(angle, direction, end, error, steps_left, *constant)
