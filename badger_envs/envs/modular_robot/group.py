"""The robots that have one body, in one `mujoco.batch.Batch`. Importing this imports mujoco.

Axis letters as in `badger_envs.core.task`; R of the B rows, N modules of the body.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import mujoco
import numpy as np
import numpy.typing as npt
from mujoco.batch import Batch

from badger_envs.core.arrays import BoolArray
from badger_envs.envs.modular_robot.body import Body
from badger_envs.envs.modular_robot.draws import Draws
from badger_envs.envs.modular_robot.features import Readings
from badger_envs.envs.modular_robot.model import (
    FRICTION,
    SERVO_DAMPING,
    SERVO_FORCE,
    SERVO_STIFFNESS,
    SUBSTEPS,
    build,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ROOT_PLACES = 7
"""Numbers in qpos that say where the piece in the middle is and how it is turned."""
FASTEST = 300.0
"""In rad/s or m/s: a simulation in which something moves faster ran away."""
KEPT = ("time", "qpos", "qvel", "ctrl", "qacc_warmstart")
"""All that a simulation of these models remembers from one step to the next."""


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


class Group:
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

    def abandon(self) -> None:
        """Never free the simulations: that would wait for threads, which a fork has left in the parent."""
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._batch))

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
