"""Maze: walk to a goal that all cells are told of, through walls that each cell sees only around itself.

Selects for joining local with global supervision, and for thinking while nothing happens: the way is found by talking.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import device as device_of

from badger_envs.core.arrays import Array, Bounds, namespace
from badger_envs.core.checks import LARGEST_COUNT, require_choice, require_fraction, require_integer
from badger_envs.core.episodes import Keys, require_keys, uniform
from badger_envs.core.task import Task
from badger_envs.envs.maze.walls import SLOTS, draw_ways, grid_neighbours, links_of, wall_draws
from badger_envs.envs.mesh_routing.graph import distances

LARGEST_SIDE = 8
WRONG = 3.0
"""What it costs to walk without coming nearer, or into a wall: blind walks, which come nearer too, must not pay."""

PLACE, GOAL, TOLD, HERE, EXISTS, FORBIDDEN = slice(0, 2), slice(2, 4), 4, 5, slice(6, 10), slice(10, 14)
COUNTS, LEFT = 14, 15
"""Places in what a cell shows: its row and column, those of the goal, whether the goal is told, whether the walker is
here, which sides lead to a cell, which of them are known to be forbidden, whether moves count, life left."""


class MazeState(NamedTuple):
    """Everything that changes, and what is hidden."""

    ways: Array  # (B, P, 4) 1 allowed, -1 forbidden, 0 where the grid ends; hidden but for what ports show
    hops: Array  # (B, P) steps from every cell to the goal; hidden
    goal: Array  # (B,) int32, its cell
    starts: Array  # (B, steps + 1) int32, where each walk begins; hidden
    walker: Array  # (B,) int32, its cell
    touched: Array  # (B, P, 4) 1 where the walker touched a forbidden link in the step before, else 0
    arrivals: Array  # (B,) a whole number as float32
    gain: Array  # (B,) reward of the previous step
    total: Array  # (B,) rewards so far
    step: Array  # (B,) steps played, a whole number as float32


@dataclass(frozen=True)
class Maze(Task[MazeState]):
    """Bring a walker to the goal as often as possible; each cell of the maze is a port.

    ## Observation
    One port per cell of a square grid, in rows. A cell shows its own row and column; the goal's row and column and
    whether the goal is told, 0 before it is; 1 if the walker is here; for each of its sides N E S W whether there is a
    cell beyond, and whether the step there is known to be forbidden; 1 if moves count; and the fraction of the
    lifetime that is left. Rows and columns are counted from the middle of the grid in units of 3.5 cells, so that
    neighbours are as far apart in grids of all sizes.

    ## Action
    Four numbers in [-1, 1] per port, N E S W. The walker takes the side with the largest number of its own cell, if
    that is above 0; else it stays. In the first `think` steps it stays whatever is said. When it arrives, it begins
    anew in another random cell; the goal stays.

    ## Reward
    1 if the walker came nearer to the goal, counted in allowed steps; 0 if it stayed; -3 for anything else, a touch of
    a forbidden link or of the border included, which moves nothing. Nothing in the first `think` steps.

    ## Episode end
    Terminated after `think` + `steps` steps.

    ## Reference returns
    Chance: 0, from staying put; blind walks cost more than they bring. Local optimum: "compass", an allowed step in the
    direction of the goal, which needs no messages. Reference: all is seen and every step comes nearer, so `steps`; with
    local="felt" the way is planned as if untried links were open, and anew after each touch, which in fewer than about
    `side`^2 steps costs more than it brings. Policy "wave" is a rule shared by all ports: distances from the goal
    spread by one cell in a step, through what ports say to their neighbours.

    ## Arguments
    `side`: cells of a side, 2 to 8, so that there are `side`^2 ports. `openness`: probability, in [0, 1], that a link
    is allowed that the maze could do without. `think`: steps before moves count, at least 0. `steps`: steps that count,
    at least 1. `local`: forbidden links are "shown" always, or only "felt" in the step after the walker touched one.
    `goal`: told from the first step on, "before" moves count, or only "after", from when they do.

    ## Version history
    v0: first version.
    """

    side: int = 4
    openness: float = 0.3
    think: int = 8
    steps: int = 20
    local: str = "shown"
    goal: str = "before"
    port_actions = SLOTS

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("side", self.side, 2, LARGEST_SIDE)
        require_fraction("openness", self.openness)
        require_integer("think", self.think, 0)
        require_integer("steps", self.steps, 1)
        require_choice("local", self.local, ("shown", "felt"))
        require_choice("goal", self.goal, ("before", "after"))
        if self.horizon > LARGEST_COUNT:
            raise ValueError(f"think and steps must make at most {LARGEST_COUNT}, got {self.think} and {self.steps}")

    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> MazeState:
        batch, ports, walls, walks = len(require_keys(episodes)), self.ports, wall_draws(self.side), self.steps + 1
        ways = draw_ways(self.side, self.openness, uniform(episodes, walls))  # (B, P, 4)
        goal = (uniform(episodes, 1, first=walls)[:, 0] * ports).astype(np.int32)  # (B,)
        by_start = uniform(episodes, walks, first=walls + 1 + inner_episode * walks)  # (B, steps + 1)
        starts = (goal[:, None] + 1 + (by_start * (ports - 1)).astype(np.int32)) % ports  # (B, steps + 1)
        hops = distances(links_of(ways))[np.arange(batch), goal].astype(np.float32)  # (B, P)
        zero = np.zeros(batch, np.float32)  # (B,)
        state = (ways, hops, goal, starts, starts[:, 0].copy(), np.zeros_like(ways), zero, zero, zero, zero)
        return MazeState(*(xp.asarray(array, device=device) for array in state))

    def observation(self, state: MazeState) -> Array:
        xp, dtype, everywhere = namespace(state.ways), state.ways.dtype, state.ways.shape[:2]
        cells = xp.arange(self.ports, device=device_of(state.ways))  # (P,)
        told = xp.astype(state.step >= (self.think if self.goal == "after" else 0), dtype)[:, None]  # (B, 1)
        goal = xp.concat([self._place(state.goal, dtype) * told, told], axis=1)  # (B, 3)
        counts = xp.astype(state.step >= self.think, dtype)  # (B,)
        ends = xp.stack([counts, 1.0 - state.step / self.horizon], axis=1)  # (B, 2)
        known = xp.astype(state.ways < 0.0, dtype) if self.local == "shown" else state.touched  # (B, P, 4)
        parts = [
            xp.broadcast_to(self._place(cells, dtype)[None], (*everywhere, 2)),  # (B, P, 2)
            xp.broadcast_to(goal[:, None, :], (*everywhere, 3)),  # (B, P, 3)
            xp.astype(cells == state.walker[:, None], dtype)[:, :, None],  # (B, P, 1)
            xp.astype(state.ways != 0.0, dtype),  # (B, P, 4)
            known,
            xp.broadcast_to(ends[:, None, :], (*everywhere, 2)),  # (B, P, 2)
        ]
        return xp.concat(parts, axis=2)  # (B, P, F)

    def transition(self, state: MazeState, action: Array) -> MazeState:
        xp = namespace(state.ways)
        dtype, device = state.ways.dtype, device_of(state.ways)
        rows = xp.arange(state.ways.shape[0], device=device)  # (B,)
        offered = action[rows, state.walker]  # (B, 4)
        slot = xp.argmax(offered, axis=1)  # (B,)
        tries = (offered[rows, slot] > 0.0) & (state.step >= self.think)  # (B,)
        allowed = state.ways[rows, state.walker, slot]  # (B,)
        beyond = xp.asarray(grid_neighbours(self.side).copy(), device=device)[state.walker, slot]  # (B,)
        place = xp.where(tries & (allowed > 0.0), beyond, state.walker)  # (B,)
        nearer = state.hops[rows, place] < state.hops[rows, state.walker]  # (B,)
        gain = xp.where(nearer, 1.0, -WRONG * xp.astype(tries, dtype))  # (B,)
        here = xp.arange(self.ports, device=device) == state.walker[:, None]  # (B, P)
        side = xp.arange(SLOTS, device=device) == slot[:, None]  # (B, 4)
        touches = here[:, :, None] & side[:, None, :] & (tries & (allowed < 0.0))[:, None, None]  # (B, P, 4)
        arrived = place == state.goal  # (B,)
        arrivals = state.arrivals + xp.astype(arrived, dtype)  # (B,)
        number = xp.clip(xp.astype(arrivals, xp.int32), 0, self.steps)  # (B,) also past the last step
        walker = xp.where(arrived, state.starts[rows, number], place)  # (B,)
        touched = xp.astype(touches, dtype)  # (B, P, 4)
        return MazeState(*state[:4], walker, touched, arrivals, gain, state.total + gain, state.step + 1.0)

    def reward(self, state: MazeState, action: Array, next_state: MazeState) -> Array:
        return next_state.gain

    def terminal(self, state: MazeState) -> Array:
        return state.step >= self.horizon

    def privileged(self, state: MazeState) -> Array:
        return state.hops  # (B, P)

    def state_info(self, state: MazeState) -> dict[str, Array]:
        counted = namespace(state.step).clip(state.step - self.think, 1.0, None)  # (B,)
        return {"error": 1.0 - state.total / counted, "arrivals": state.arrivals}

    @property
    def ports(self) -> int:
        return self.side * self.side

    @property
    def horizon(self) -> int:  # type: ignore[override]
        return self.think + self.steps

    @property
    def max_degree(self) -> int:
        return SLOTS

    def neighbours(self, state: MazeState) -> Array:
        """The cells N E S W, int32 (B, P, 4), -1 where the grid ends; forbidden links carry messages too."""
        grid = namespace(state.ways).asarray(grid_neighbours(self.side).copy(), device=device_of(state.ways))  # (P, 4)
        return namespace(state.ways).broadcast_to(grid, (state.ways.shape[0], *grid.shape))  # (B, P, 4)

    @property
    def port_bounds(self) -> Bounds:
        low = np.where(np.arange(LEFT + 1) < GOAL.stop, -1.0, 0.0).astype(np.float32)  # (F,) places are signed
        return Bounds(low, np.ones_like(low))  # (F,)

    @property
    def privileged_bounds(self) -> Bounds:
        return Bounds(np.zeros(self.ports, np.float32), np.full(self.ports, self.ports - 1, np.float32))  # (P,)

    def _place(self, cells: Array, dtype: Any) -> Array:
        """Row and column of cells (N,), from the middle of the grid, (N, 2)."""
        xp = namespace(cells)
        places = xp.astype(xp.stack([cells // self.side, cells % self.side], axis=1), dtype)  # (N, 2)
        return (places - (self.side - 1) / 2) / ((LARGEST_SIDE - 1) / 2)
