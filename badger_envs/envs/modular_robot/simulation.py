"""Many robots at once in `mujoco.batch.Batch`: one batch for each body. Importing this imports mujoco.

Axis letters: B episodes, P ports, R rows of the episodes; N modules of one body. What goes in and comes out is in the
order of the ports; which module is behind which port is part of the draws of an episode.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import mujoco
import numpy as np
import numpy.typing as npt
from mujoco.batch import Batch

from badger_envs.core.arrays import Array
from badger_envs.envs.modular_robot.bodies import Body
from badger_envs.envs.modular_robot.draws import Draws
from badger_envs.envs.modular_robot.model import (
    FRICTION,
    SERVO_DAMPING,
    SERVO_FORCE,
    SERVO_RANGE,
    SERVO_STIFFNESS,
    SUBSTEPS,
    build,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

ROOT_PLACES = 7
"""Numbers in qpos that say where the piece in the middle is and how it is turned."""
FASTEST = 300.0
"""In rad/s or m/s: a simulation in which something moves faster ran away."""
WHOLE = ("place", "broken")
"""Readings of a body as a whole."""
KEPT = ("time", "qpos", "qvel", "ctrl", "qacc_warmstart")
"""All that a simulation of these models remembers from one step to the next."""


class Readings(NamedTuple):
    """What there is to know about the robots now; zeros for ports with nothing behind them."""

    angle: Array  # (B, P) of the hinge, radians
    speed: Array  # (B, P) of the hinge, rad/s
    force: Array  # (B, P) of the motor now, N m
    axes: Array  # (B, P, 9) of the front half, in the world: a matrix, row by row
    spin: Array  # (B, P, 3) of the front half, about the world's axes, rad/s
    touch: Array  # (B, P) contact force on the front half, N
    place: Array  # (B, 3) centre of mass, metres
    qpos: Array  # (B, 7 + P) MuJoCo's coordinates, for pictures
    broken: Array  # (B,) whether the simulation ran away


@contextmanager
def quiet() -> Iterator[None]:
    """Keep MuJoCo from writing MUJOCO_LOG.TXT into the working folder; a simulation that runs away is seen anyway."""
    before, silent = mujoco.MjLogConfig.get(), mujoco.MjLogConfig.get()
    silent.logto_file = silent.logto_console = False
    mujoco.MjLogConfig.set(silent)
    try:
        yield
    finally:
        mujoco.MjLogConfig.set(before)


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
        self._groups: dict[int, _Group] = {}
        self.age = 0
        """Steps and beginnings so far; tells whether a state is the latest one."""
        self.begin(np.arange(len(draws.body)), draws)

    def begin(self, rows: IntArray, draws: Draws) -> None:
        """Begin new episodes in rows (R,), with a draws of R episodes."""
        for group in self._groups.values():
            group.leave(rows)
        for mine, new in zip(self._draws, draws, strict=True):
            mine[rows] = new
        for number in np.unique(draws.body).tolist():
            if number not in self._groups:
                self._groups[number] = _Group(self._bodies[number], self._threads, self._varied)
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
        for group in self._groups.values():
            group.restart(rows)

    def step(self, commands: FloatArray, running: BoolArray) -> None:
        """Play one control step.

        Args:
            commands: (B, P), in [-1, 1].
            running: (B,), the others stay as they are.
        """
        wanted = commands * self._draws.signs * SERVO_RANGE  # (B, P)
        everybody = bool(running.all())
        for group in self._groups.values():
            group.step(wanted, None if everybody else running)
        self.age += 1

    def read(self, rows: IntArray | None = None) -> Readings:
        """What there is to know now, about all episodes or those in rows (R,)."""
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
        kept = state.pop("kept")
        self.__dict__.update(state)
        self._groups = {}
        for number, (rows, remembered) in kept.items():
            group = self._groups[number] = _Group(self._bodies[number], self._threads, self._varied)
            group.enter(rows, self._draws)
            group.restore(remembered)
            group.index(self._draws)


def _padded(shape: tuple[int, ...], name: str, batch: int, missing: int) -> tuple[int, ...]:
    """The shape of a reading of all episodes, with room for ports that this body does not have."""
    return (batch, *shape[1:]) if name in WHOLE else (batch, shape[1] + missing, *shape[2:])


class _Group:
    """The robots that have one body, in one batch. Row rows[i] of the episodes is simulation slots[i]."""

    def __init__(self, body: Body, threads: int, varied: bool) -> None:
        self._robot = build(body)
        self.modules, self._threads, self._varied = len(body.modules), threads, varied
        self.rows: IntArray = np.zeros(0, np.int64)
        self._slots: IntArray = np.zeros(0, np.int64)
        self._capacity = 0

    def leave(self, rows: IntArray) -> None:
        """Forget these rows where they are here."""
        stay = ~np.isin(self.rows, rows)
        self._settle(self.rows[stay], self._slots[stay])

    def enter(self, rows: IntArray, draws: Draws) -> None:
        """Take rows that are not here yet; restart or restore them before they are read."""
        needed = len(self.rows) + len(rows)
        if needed > self._capacity:
            old, remembered = self.kept() if len(self.rows) else (self.rows, {})
            self._open(needed)
            self._settle(old, np.arange(len(old)))
            if len(old):
                self._configure(old, draws)
                self.restore(remembered)
        free = np.setdiff1d(np.arange(self._capacity), self._slots)[: len(rows)]  # (R,)
        order = np.argsort(np.concatenate([self.rows, rows]), kind="stable")
        self._settle(
            np.concatenate([self.rows, rows])[order],
            np.concatenate([self._slots, free])[order],
        )
        self._configure(rows, draws)

    def index(self, draws: Draws) -> None:
        """Look up once where everything is; after rows left or entered, and before the next step or reading."""
        self._behind = draws.modules[self.rows, : self.modules]  # (R, N)
        self._motors = draws.motors[self.rows, : self.modules]  # (R, N)
        self._angles = self._robot.angles[self._behind]  # (R, N)
        self._speeds = self._robot.speeds[self._behind]  # (R, N)
        self._pieces = self._robot.pieces[self._behind]  # (R, N)
        self._alive = ~draws.dead[self.rows, : self.modules]  # (R, N)
        self._stiffness = SERVO_STIFFNESS * draws.stiffness[self.rows, None]  # (R, 1)

    def restart(self, rows: IntArray) -> None:
        """Put those of these rows that are here back to where they began."""
        here = np.sort(self._slots[np.isin(self.rows, rows)])
        if len(here):
            self._batch.reset(here, stage=mujoco.mjtStage.mjSTAGE_VEL)

    def step(self, wanted: FloatArray, running: BoolArray | None) -> None:
        """Play a control step where an episode is running (None: everywhere), with the angles wanted (B, P)."""
        self._ctrl[self._at, self._motors] = wanted[self.rows, : self.modules]  # (R, N)
        ids = None if self._full else np.sort(self._slots)
        if running is not None:
            ids = np.sort(self._slots[running[self.rows]])
            if not len(ids):
                return
        with quiet():
            self._batch.step(ids, nstep=SUBSTEPS, stage=mujoco.mjtStage.mjSTAGE_VEL)

    def read(self) -> Readings:
        """What is known about these robots, in the order of their rows."""
        at = self._at
        angle, speed = self._qpos[at, self._angles], self._qvel[at, self._speeds]  # 2 x (R, N)
        wanted = self._ctrl[at, self._behind]  # (R, N)
        force = (self._stiffness * (wanted - angle) - SERVO_DAMPING * speed) * self._alive  # (R, N)
        return Readings(
            angle=angle,
            speed=speed,
            force=np.clip(force, -SERVO_FORCE, SERVO_FORCE),
            axes=self._xmat[at, self._pieces],
            spin=self._cvel[at, self._pieces][:, :, :3],
            touch=self._touch[at, self._behind],
            place=self._place[self._slots],
            qpos=self._qpos[self._slots],
            # The comparison is false for NaN as well.
            broken=~(np.abs(self._qvel[self._slots]).max(axis=1) <= FASTEST),
        )

    def kept(self) -> tuple[IntArray, dict[str, FloatArray]]:
        """The rows, and all that their simulations remember."""
        return self.rows, {name: self._batch.bind(name)[self._slots] for name in KEPT}

    def restore(self, remembered: dict[str, FloatArray]) -> None:
        """Go on from what `kept` gave, for the same rows."""
        for name, values in remembered.items():
            self._batch.bind(name)[self._slots] = values
        self._batch.forward(np.sort(self._slots), stage=mujoco.mjtStage.mjSTAGE_VEL)

    def _open(self, capacity: int) -> None:
        self._capacity = capacity
        # One MjData for each simulation: what a step computes stays there, and the next step goes on from it.
        self._batch = Batch(self._robot.model, capacity, nthread=self._threads, persistent=True)
        self._qpos, self._qvel, self._ctrl = (self._batch.bind(name) for name in ("qpos", "qvel", "ctrl"))
        self._xmat, self._cvel = self._batch.bind("xmat"), self._batch.bind("cvel")
        self._touch = self._batch.bind("sensordata")  # (R, N)
        self._place = self._batch.bind("subtree_com")[:, self._robot.root]  # (R, 3)

    def _settle(self, rows: IntArray, slots: IntArray) -> None:
        self.rows, self._slots, self._at = rows, slots, slots[:, None]
        self._full = len(rows) == self._capacity

    def _configure(self, rows: IntArray, draws: Draws) -> None:
        """Give the simulations of these rows their friction, motors and loads."""
        if not self._varied:
            return
        batch, model, slots = self._batch, self._robot.model, self._slots[np.isin(self.rows, rows)]
        mine = self.rows[np.isin(self.rows, rows)]
        alive = np.ones((len(mine), self.modules))  # (R, N)
        behind = draws.modules[mine, : self.modules]
        np.put_along_axis(alive, behind, ~draws.dead[mine, : self.modules], axis=1)
        stiffness = SERVO_STIFFNESS * draws.stiffness[mine, None] * alive  # (R, N)
        batch.expand("geom_friction")[slots, :, 0] = FRICTION[0] * draws.friction[mine, None]
        batch.expand("actuator_gainprm")[slots, :, 0] = stiffness
        batch.expand("actuator_biasprm")[slots, :, 1] = -stiffness
        batch.expand("actuator_biasprm")[slots, :, 2] = -SERVO_DAMPING * alive
        root = self._robot.root
        mass, inertia = model.body_mass[root], model.body_inertia[root]
        loaded = mass + draws.payload[mine]  # (R,)
        batch.expand("body_mass")[slots, root] = loaded
        batch.expand("body_inertia")[slots, root] = inertia * (loaded / mass)[:, None]
        batch.set_const(np.sort(slots))
