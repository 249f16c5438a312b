"""Many robots at once, each with a body and draws of its own. Importing this imports mujoco.

Axis letters as in `badger_envs.core.task`; R of the B rows, N modules of one body. What goes in and comes out is in
the order of the ports; which module is behind which port is part of the draws of an episode.
"""

import os
import weakref
from typing import Any

import numpy as np

from badger_envs.core.arrays import BoolArray
from badger_envs.envs.modular_robot.body import Body
from badger_envs.envs.modular_robot.draws import Draws
from badger_envs.envs.modular_robot.features import Readings
from badger_envs.envs.modular_robot.group import FloatArray, Group, IntArray
from badger_envs.envs.modular_robot.model import SERVO_RANGE

WHOLE = ("place", "broken")
"""Readings of a body as a whole."""


class Simulation:
    """B robots, each with a body and a draws of its own.

    Args:
        bodies: to choose from.
        draws: of all episodes.
        threads: that step the robots; they change nothing but the speed.
        varied: whether friction, motors or loads differ between episodes.
    """

    def __init__(self, bodies: tuple[Body, ...], draws: Draws, threads: int, varied: bool) -> None:
        self._bodies, self._threads, self._varied = bodies, threads, varied
        self._draws = Draws(*(field.copy() for field in draws))
        self._groups: dict[int, Group] = {}
        self._join()
        self.age = 0
        """Steps and beginnings so far; tells whether a state is the latest one."""
        self.begin(np.arange(len(draws.body)), draws)

    def begin(self, rows: IntArray, draws: Draws) -> None:
        """Begin new episodes in rows (R,), with a draws of R episodes."""
        self._revive()
        for group in self._groups.values():
            group.leave(rows)
        for mine, new in zip(self._draws, draws, strict=True):
            mine[rows] = new
        for number in np.unique(draws.body).tolist():
            if number not in self._groups:
                self._groups[number] = Group(self._bodies[number], self._threads, self._varied)
            arriving = rows[draws.body == number]
            self._groups[number].enter(arriving, self._draws)
            self._groups[number].restart(arriving)
        for number in [number for number, group in self._groups.items() if not len(group.rows)]:
            del self._groups[number]
        for group in self._groups.values():
            group.index(self._draws)
        self.age += 1

    def restart(self, rows: IntArray) -> None:
        """Put the robots of these rows (R,) back to where they began."""
        self._revive()
        for group in self._groups.values():
            group.restart(rows)

    def step(self, commands: FloatArray, running: BoolArray) -> None:
        """Play one control step.

        Args:
            commands: (B, P), in [-1, 1].
            running: (B,), the others stay as they are.
        """
        self._revive()
        wanted = commands * self._draws.signs * SERVO_RANGE  # (B, P)
        all_running = bool(running.all())
        for group in self._groups.values():
            group.step(wanted, None if all_running else running)
        self.age += 1

    def read(self, rows: IntArray | None = None) -> Readings:
        """What there is to know now, about all episodes or those in rows (R,)."""
        self._revive()
        batch, ports = self._draws.modules.shape
        parts = [(group, group.read()) for group in self._groups.values()]
        if len(parts) == 1 and parts[0][0].modules == ports:
            readings = parts[0][1]  # all rows, in order, with nothing to pad
        else:
            group, like = parts[0]
            readings = Readings(
                *(
                    np.zeros(_padded(part.shape, name, batch, ports - group.modules), part.dtype)
                    for name, part in zip(Readings._fields, like, strict=True)
                )
            )
            for group, part in parts:
                for name, out, values in zip(Readings._fields, readings, part, strict=True):
                    if name in WHOLE:
                        out[group.rows] = values
                    else:
                        out[group.rows, : values.shape[1]] = values
        return readings if rows is None else Readings(*(part[rows] for part in readings))

    def __getstate__(self) -> dict[str, Any]:
        kept = {number: group.kept() for number, group in self._groups.items()}
        plain = {name: value for name, value in self.__dict__.items() if name != "_groups"}
        return plain | {"kept": kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        kept = state["kept"]
        self.__dict__.update({name: value for name, value in state.items() if name != "kept"})
        self._join()
        self._groups = {}
        for number, (rows, remembered) in kept.items():
            group = self._groups[number] = Group(self._bodies[number], self._threads, self._varied)
            group.enter(rows, self._draws)
            group.restore(remembered)
            group.index(self._draws)

    def forked(self) -> None:
        """Know that this process is a child, which has none of the threads."""
        self._orphaned = True
        for group in self._groups.values():
            group.abandon()

    def _join(self) -> None:
        self._orphaned = False
        if self._threads > 1:
            _THREADED.add(self)

    def _revive(self) -> None:
        """Go on with threads of this process where a fork has left those of its parent behind."""
        if self._orphaned:
            self.__setstate__(self.__getstate__())


_THREADED: "weakref.WeakSet[Simulation]" = weakref.WeakSet()
"""Simulations that must know of a fork."""


def _after_fork() -> None:
    for simulation in list(_THREADED):
        simulation.forked()


if hasattr(os, "register_at_fork"):  # not on Windows, where no process forks
    os.register_at_fork(after_in_child=_after_fork)


def _padded(shape: tuple[int, ...], name: str, batch: int, missing: int) -> tuple[int, ...]:
    """The shape of a reading of all episodes, with room for ports that this body does not have."""
    return (batch, *shape[1:]) if name in WHOLE else (batch, shape[1] + missing, *shape[2:])
