"""Handcrafted policies for the maze. Axis letters as in `badger_envs.core.task`; slots N E S W."""

from abc import abstractmethod

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import BoolArray, FloatArray
from badger_envs.envs.maze.task import EXISTS, FORBIDDEN, GOAL, LARGEST_SIDE, TOLD, Maze
from badger_envs.envs.maze.walls import MOVES, SLOTS, grid_neighbours
from badger_envs.envs.mesh_routing.graph import distances

Whole = npt.NDArray[np.int64]


class Walk:
    """Every cell says in which direction it would send the walker; where to is up to subclasses."""

    def __init__(self, task: Maze) -> None:
        self._task = task
        self._beyond = grid_neighbours(task.side)  # (P, 4)
        self._numbers = np.arange(task.ports)  # (P,)

    def reset(self, batch: int) -> None:
        pass

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        ports = observation.reshape(len(observation), self._task.ports, -1)  # (B, P, F)
        goal = self._goal(ports[:, 0, GOAL])  # (B,)
        good = self.good(ports, goal, ports[:, 0, TOLD] > 0.0)  # (B, P, 4)
        return np.where(good, np.float32(1.0), np.float32(-1.0)).reshape(len(ports), -1)  # (B, P * A)

    @abstractmethod
    def good(self, ports: FloatArray, goal: Whole, told: BoolArray) -> BoolArray:
        """Which sides to take, bool (B, P, 4), of what ports show (B, P, F); the first of several is taken.

        Args:
            ports: what they show.
            goal: its cell, (B,), where it is told.
            told: whether it is, (B,).
        """

    def _goal(self, place: FloatArray) -> Whole:
        """The cell at a row and column as ports show them, (B, 2) to (B,)."""
        row, column = np.rint(place * (LARGEST_SIDE - 1) / 2 + (self._task.side - 1) / 2).astype(np.int64).T  # 2 x (B,)
        goal: Whole = np.clip(row * self._task.side + column, 0, self._task.ports - 1)  # (B,)
        return goal


class Compass(Walk):
    """An allowed step in the direction of the goal, if there is one: local and global sight without any messages."""

    def good(self, ports: FloatArray, goal: Whole, told: BoolArray) -> BoolArray:
        side = self._task.side
        away = np.stack([goal // side, goal % side], axis=1)[:, None] - np.stack(divmod(self._numbers, side), axis=1)
        nearer = (away @ np.asarray(MOVES).T) > 0  # (B, P, 4)
        good: BoolArray = nearer & open_sides(ports) & told[:, None, None]  # (B, P, 4)
        return good


class GlobalCompass(Compass):
    """A step in the direction of the goal, through walls: what the global channel is worth alone."""

    def good(self, ports: FloatArray, goal: Whole, told: BoolArray) -> BoolArray:
        blind = ports.copy()
        blind[:, :, FORBIDDEN] = 0.0
        return super().good(blind, goal, told)


class Wave(Walk):
    """A rule shared by all cells: 0 at the goal, else one more than the least that an allowed neighbour last said.

    Distances spread by one cell in a step. The walker goes where the least was said, and stays where nothing was.
    """

    def reset(self, batch: int) -> None:
        self._said = np.full((batch, self._task.ports), np.inf)  # (B, P) distances, of the step before

    def good(self, ports: FloatArray, goal: Whole, told: BoolArray) -> BoolArray:
        heard = np.where(open_sides(ports), self._said[:, self._beyond], np.inf)  # (B, P, 4)
        least = heard.min(axis=2, keepdims=True)  # (B, P, 1)
        is_goal = (self._numbers == goal[:, None]) & told[:, None]  # (B, P)
        self._said = np.where(is_goal, 0.0, least[:, :, 0] + 1.0)  # (B, P)
        good: BoolArray = (heard == least) & np.isfinite(heard)  # (B, P, 4)
        return good


class Planner(Walk):
    """Sees all cells: the reference. What is not known to be forbidden counts as open; a touch makes it plan anew."""

    def reset(self, batch: int) -> None:
        self._forbidden = np.zeros((batch, self._task.ports, SLOTS), bool)  # (B, P, 4)
        self._hops = np.zeros((batch, self._task.ports, self._task.ports), np.uint8)  # (B, P, P)
        self._stale = np.ones(batch, bool)  # (B,)

    def good(self, ports: FloatArray, goal: Whole, told: BoolArray) -> BoolArray:
        new = (ports[:, :, FORBIDDEN] > 0.0) & ~self._forbidden  # (B, P, 4)
        # A link that is forbidden from here is forbidden from beyond too.
        for slot in range(SLOTS):
            rows, cells = np.nonzero(new[:, :, slot])  # 2 x (N,)
            self._forbidden[rows, cells, slot] = True
            self._forbidden[rows, self._beyond[cells, slot], (slot + SLOTS // 2) % SLOTS] = True
        stale = np.flatnonzero(self._stale | new.any(axis=(1, 2)))  # (R,)
        links = np.where((ports[:, :, EXISTS] > 0.0) & ~self._forbidden, self._beyond, -1)  # (B, P, 4)
        self._hops[stale], self._stale[:] = distances(links[stale].astype(np.int32)), False
        hops = np.take_along_axis(self._hops, goal[:, None, None], axis=2)[:, :, 0].astype(np.int64)  # (B, P)
        nearer = np.where(links >= 0, hops[:, self._beyond], self._task.ports) < hops[:, :, None]  # (B, P, 4)
        good: BoolArray = nearer & told[:, None, None]  # (B, P, 4)
        return good


def open_sides(ports: FloatArray) -> BoolArray:
    """Sides that lead to a cell and are not known to be forbidden, bool (B, P, 4)."""
    sides: BoolArray = (ports[:, :, EXISTS] > 0.0) & (ports[:, :, FORBIDDEN] == 0.0)  # (B, P, 4)
    return sides
