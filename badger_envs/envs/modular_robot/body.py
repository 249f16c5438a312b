"""A body put together from identical modules.

A module is a box of two halves with a hinge between them. It has four ports: the back one, by which it is plugged into
its parent, and the front, left and right one, into which others may be plugged. Bodies lie flat; a module may be
mounted with a quarter turn about its long axis, so that its hinge bends sideways instead of up and down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LENGTH = 0.10
"""Of a module, in metres."""
WIDTH = 0.06
"""Of a module's square section, in metres."""
HUB_RADIUS = 0.06
"""Of the passive hub of a star, in metres: six arms find room round it."""

BACK, FRONT, LEFT, RIGHT = 0, 1, 2, 3
PORTS_OF_A_MODULE = 4
_TURNS: Mapping[int, float] = {FRONT: 0.0, LEFT: np.pi / 2, RIGHT: -np.pi / 2}
_HINGE_TO_PORT: Mapping[int, tuple[float, float]] = {
    FRONT: (LENGTH / 2, 0.0),
    LEFT: (LENGTH / 4, WIDTH / 2),
    RIGHT: (LENGTH / 4, -WIDTH / 2),
}
"""Where the ports are, forwards and to the left of the hinge."""

NO_PARENT = -1
"""The parent of a module that is plugged into no other."""


class Module(NamedTuple):
    """How one module is mounted."""

    parent: int
    """Number of the module it is plugged into, smaller than its own; -1 for none."""
    port: int
    """The parent's port: FRONT, LEFT or RIGHT. For modules on a hub, the number of the arm."""
    roll: int
    """Quarter turns about the long axis: 0 bends up and down, 1 sideways."""


class Pose(NamedTuple):
    """Where a module lies before it moves."""

    x: float
    """Of the hinge, in metres."""
    y: float
    """Of the hinge, in metres."""
    heading: float
    """From its back to its front, in radians."""


@dataclass(frozen=True)
class Body:
    """A body: its modules, parents before children.

    Raises:
        ValueError: No module, or a tree that cannot be: a parent that does not come first, a port used twice or that
            does not exist, a roll that is no quarter turn, two modules in one place.
    """

    modules: tuple[Module, ...]
    arms: int = 0
    """Arms round a passive hub; 0 where there is no hub."""

    def __post_init__(self) -> None:
        if not self.modules:
            raise ValueError("modules must hold at least one module, got none")
        used: set[tuple[int, int]] = set()
        for number, module in enumerate(self.modules):
            named = f"module {number} of modules"
            if not NO_PARENT <= module.parent < number:
                raise ValueError(f"{named} must have a parent in [-1, {number - 1}], got {module.parent}")
            if module.roll not in (0, 1):
                raise ValueError(f"{named} must have a roll of 0 or 1, got {module.roll}")
            self._check_port(named, module, number)
            if (module.parent, module.port) in used:
                raise ValueError(f"{named} must have a port of its own, got {module.port} of parent {module.parent}")
            used.add((module.parent, module.port))
        places = np.asarray([pose[:2] for pose in self.poses()])  # (n, 2)
        apart = np.abs(places[:, None] - places).max(axis=2)  # (n, n)
        near = np.argwhere(np.triu(apart < WIDTH / 2, 1))
        if len(near):
            raise ValueError(f"modules must not lie in one place, got {near[0].tolist()} there")

    def _check_port(self, named: str, module: Module, number: int) -> None:
        if module.parent == NO_PARENT and self.arms:
            if not 0 <= module.port < self.arms:
                raise ValueError(f"{named} must have an arm in [0, {self.arms - 1}] as its port, got {module.port}")
        elif module.port not in _TURNS:
            raise ValueError(f"{named} must have a port in [1, 3] (front, left, right), got {module.port}")
        elif module.parent == NO_PARENT and number > 0:
            raise ValueError(f"{named} must have a parent in [0, {number - 1}], got -1")
        elif module.parent != NO_PARENT and module.port != FRONT and self.modules[module.parent].roll:
            raise ValueError(f"{named} must be at the front of a parent whose roll is 1, got port {module.port}")

    def poses(self) -> list[Pose]:
        """Where the modules lie before they move; the first one of a body without hub has its hinge at the origin."""
        poses: list[Pose] = []
        for module in self.modules:
            if module.parent == NO_PARENT:
                heading = 2 * np.pi * module.port / self.arms if self.arms else 0.0
                from_origin = HUB_RADIUS + LENGTH / 2 if self.arms else 0.0
                poses.append(Pose(from_origin * np.cos(heading), from_origin * np.sin(heading), heading))
                continue
            parent = poses[module.parent]
            along, left = _HINGE_TO_PORT[module.port]
            heading = parent.heading + _TURNS[module.port]
            cos, sin = np.cos(parent.heading), np.sin(parent.heading)
            x = parent.x + along * cos - left * sin + LENGTH / 2 * np.cos(heading)
            y = parent.y + along * sin + left * cos + LENGTH / 2 * np.sin(heading)
            poses.append(Pose(x, y, heading))
        return poses

    def middle(self) -> int:
        """The solid piece in the middle of the body: the front half of this module, or -1 for what comes before all.

        Pieces are joined by hinges: module m joins the piece of its parent to its own.
        """
        pieces = len(self.modules) + 1  # piece m + 1 belongs to module m
        steps = np.full((pieces, pieces), pieces)
        np.fill_diagonal(steps, 0)
        for number, module in enumerate(self.modules):
            steps[number + 1, module.parent + 1] = steps[module.parent + 1, number + 1] = 1
        for between in range(pieces):
            steps = np.minimum(steps, steps[:, between, None] + steps[between])
        return int(steps.max(axis=1).argmin()) - 1

    def neighbours(self) -> npt.NDArray[np.int32]:
        """The module at each port of each module, int32 (modules, 4), -1 where there is none.

        A hub connects its neighbours: the first modules of two arms side by side are at each other's left and right.
        """
        slots = np.full((len(self.modules), PORTS_OF_A_MODULE), NO_PARENT, np.int32)  # (n, 4)
        at_hub: dict[int, int] = {}
        for number, module in enumerate(self.modules):
            if module.parent == NO_PARENT:
                at_hub[module.port] = number
            else:
                slots[number, BACK] = module.parent
                slots[module.parent, module.port] = number
        if len(at_hub) > 1:
            for arm, number in at_hub.items():
                slots[number, LEFT] = at_hub.get((arm + 1) % self.arms, NO_PARENT)
                slots[number, RIGHT] = at_hub.get((arm - 1) % self.arms, NO_PARENT)
        return slots

    def occupied(self) -> npt.NDArray[np.float32]:
        """Whether something is plugged into each port of each module, float32 (modules, 4)."""
        taken = np.zeros((len(self.modules), PORTS_OF_A_MODULE), np.float32)  # (n, 4)
        for number, module in enumerate(self.modules):
            if module.parent != NO_PARENT:
                taken[module.parent, module.port] = 1.0
            taken[number, BACK] = module.parent != NO_PARENT or self.arms > 0
        return taken

    def mounting(self) -> npt.NDArray[np.float32]:
        """The parent's port as three ones and zeros (front, left, right), and the roll from the parent's, (n, 4)."""
        mounted = np.zeros((len(self.modules), 4), np.float32)  # (n, 4)
        for number, module in enumerate(self.modules):
            if module.parent != NO_PARENT:
                mounted[number, module.port - 1] = 1.0
                mounted[number, 3] = module.roll - self.modules[module.parent].roll
        return mounted
