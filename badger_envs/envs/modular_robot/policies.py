"""Handcrafted policies for modular robots. Axis letters as in `badger_envs.core.task`; N modules of a body."""

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.envs.modular_robot import features
from badger_envs.envs.modular_robot.draws import SPEED_RANGE
from badger_envs.envs.modular_robot.gaits import FREQUENCY, PACES, Gait, commands, gait_of, layout, speeds_of
from badger_envs.envs.modular_robot.recognition import Shape, commands_of_motors, known_shape, parents_of, recognise
from badger_envs.envs.modular_robot.task import SECONDS_OF_A_STEP, ModularRobot

NUDGES = (0.08, 0.2)
"""Range of the commands of the first step: small enough for the motors not to reach their limit, and never 0, since a
hinge that stands still would leave it open which of its two neighbours is which."""
GOLDEN = (5.0**0.5 - 1.0) / 2.0
"""Spreads any number of commands over that range without any two, or sums of them, being alike."""
PATIENCE = 38
"""Steps (1.5 s) after which a direction that was guessed is judged by its reward."""
JUDGING = 100
"""Steps (4 s) after which a goal speed is worked out from the reward of the last half of them."""


class Wave:
    """Tells how the body is put together, finds out what is hidden, and lets the wave run that was tuned for it.

    In the first step every port is given another command. After it every module knows how fast its front half turns,
    and by its hinge also how fast its back half does, which is fixed to the parent: the parent is the module that
    turns just so. Who commands which motor, and which way round, follows from the forces in the same step.
    """

    def __init__(self, task: ModularRobot) -> None:
        self._task = task
        self._bodies: dict[Shape, int] = {}
        count = len(task.bodies)
        self._layouts = np.zeros((count, task.ports, 4))  # (bodies, P, 4)
        self._gaits = np.zeros((count, 2, len(Gait._fields)))  # (bodies, 2, 8) backwards, forwards
        self._speeds = np.zeros((count, 2, len(PACES)))  # (bodies, 2, paces) of these gaits, m/s
        for number, body in enumerate(task.bodies):
            shape, walked = known_shape(body)
            self._bodies[shape] = number
            self._layouts[number, : len(walked)] = layout(body)[walked]
            for place, direction in enumerate((-1, 1)):
                self._gaits[number, place] = gait_of(body, direction)
                self._speeds[number, place] = speeds_of(body, direction)

    def reset(self, batch: int) -> None:
        self._step = 0
        self._gained, self._judged = np.zeros(batch), np.zeros(batch)  # 2 x (B,) metres
        self._pace = np.ones(batch)  # (B,) share of the gait's frequency

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        task, batch = self._task, len(observation)
        ports = observation.reshape(batch, task.ports, task.port_features)  # (B, P, F)
        if self._step == 0:
            self._present: npt.NDArray[np.bool_] = np.any(ports[:, :, features.GRAVITY] != 0.0, axis=2)  # (B, P)
            self._first = ports.copy()
            spread = np.arange(1, task.ports + 1) * GOLDEN % 1.0  # (P,)
            wanted = np.broadcast_to(NUDGES[0] + (NUDGES[1] - NUDGES[0]) * spread, self._present.shape)  # (B, P)
        else:
            if self._step == 1:
                self._recognise(ports)
            self._learn(reward)
            wanted = self._walk()
        self._step += 1
        return np.where(self._present, wanted, 0.0).astype(np.float32)  # (B, P * A)

    def _recognise(self, ports: FloatArray) -> None:
        """Find out everything that one step tells, from what the ports (B, P, F) show after it."""
        batch, count, _ = ports.shape
        self._layout = np.zeros((batch, count, 4))  # (B, P, 4)
        self._body, self._way = np.zeros(batch, np.int64), np.ones(batch, np.int64)  # 2 x (B,)
        parents = parents_of(ports.astype(np.float64), self._present)  # (B, P)
        for row in range(batch):
            seen = recognise(parents[row], self._first[row], self._present[row], self._bodies)
            if seen is not None:
                self._layout[row, seen.walked] = self._layouts[seen.body, : len(seen.walked)]
                self._body[row], self._way[row] = seen.body, seen.direction or 1
        self._signs, self._motors = np.ones((batch, count)), np.tile(np.arange(count), (batch, 1))  # 2 x (B, P)
        target = commands_of_motors(ports.astype(np.float64))  # (B, P)
        given = ports[:, :, features.COMMAND]  # (B, P)
        if self._task.unknown == "signs":
            self._signs = np.where(target * given < 0.0, -1.0, 1.0)
        if self._task.unknown == "permutation":
            apart = np.abs(given[:, :, None] - target[:, None, :])  # (B, P, P) command, motor
            apart[~self._present[:, None, :].repeat(count, axis=1)] = np.inf
            self._motors = np.where(self._present, apart.argmin(axis=2), self._motors)  # (B, P)
        self._pace = self._pace_for(self._first[:, 0, features.GOAL_SPEED].astype(np.float64) * features.SPEED_SCALE)

    def _pace_for(self, wanted: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The share of the gait's frequency that makes for the speed `wanted` (B,); all of it where there is none."""
        if self._task.goal != "speed":
            return np.ones(len(wanted))
        if self._task.unknown == "speed" and self._step < JUDGING:
            wanted = np.full(len(wanted), SPEED_RANGE[1])
        speeds = self._speeds[self._body, (self._way > 0).astype(np.int64)]  # (B, paces)
        self._expected = np.minimum(wanted, speeds[:, -1])  # (B,)
        return np.asarray(
            [np.interp(speed, [0.0, *known], [0.0, *PACES]) for speed, known in zip(wanted, speeds, strict=True)]
        )

    def _learn(self, reward: FloatArray) -> None:
        """Find out what only rewards tell."""
        self._gained += reward
        if self._task.unknown == "direction" and self._step == PATIENCE:
            self._way = np.where(self._gained < 0.0, -self._way, self._way)
        if self._task.unknown == "speed" and JUDGING // 2 < self._step <= JUDGING:
            self._judged += reward / SECONDS_OF_A_STEP
            if self._step == JUDGING:
                # Too fast on purpose: at a speed s above the goal speed g, a second is worth 2 g - s.
                worth = self._judged / (JUDGING - JUDGING // 2)  # (B,) m/s
                self._pace = self._pace_for(np.clip((worth + self._expected) / 2.0, *SPEED_RANGE))

    def _walk(self) -> npt.NDArray[np.float64]:
        """The commands of now, (B, P)."""
        gait = self._gaits[self._body, (self._way > 0).astype(np.int64)]  # (B, 8)
        gait[:, FREQUENCY] *= self._pace
        moves = commands(gait[:, None], self._layout, self._step * SECONDS_OF_A_STEP) * self._signs  # (B, P)
        return np.take_along_axis(moves, self._motors, axis=1)
