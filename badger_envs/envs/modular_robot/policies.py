"""Handcrafted policies for modular robots. Axis letters as in `badger_envs.core.task`; N modules of a body."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.policy import FloatArray
from badger_envs.envs.modular_robot import features
from badger_envs.envs.modular_robot.bodies import BACK, FRONT, LEFT, NOBODY, RIGHT, Body
from badger_envs.envs.modular_robot.draws import SPEED_RANGE
from badger_envs.envs.modular_robot.gaits import PACES, Gait, commands, gait_of, layout, speeds_of
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
SERVO_RANGE, SERVO_STIFFNESS, SERVO_DAMPING = 1.2, 3.0, 0.08
"""Of the servo, in rad, N m / rad and N m s / rad, as in `model` beside this file, which would load mujoco."""


Shape = tuple[Any, ...]
"""The arms round the hub, then what is plugged into every module and its roll, parents first."""


class Structure(NamedTuple):
    """What one body turned out to be."""

    body: int
    """Number of the body among those of the task."""
    walked: list[int]
    """Its ports, in the order of `_walk`."""
    direction: int
    """1 where the goal lies ahead, -1 where behind, 0 where that was not shown."""


class Wave:
    """Tells how the body is put together, finds out what is hidden, and lets the wave run that was tuned for it.

    In the first step every port is given another command. After it every module knows how fast its front half turns,
    and by its hinge also how fast its back half does, which is fixed to the parent: the parent is the module that
    turns just so. Who commands which motor, and which way round, is told by the forces in the same step.
    """

    def __init__(self, task: ModularRobot) -> None:
        self._task = task
        self._bodies: dict[Shape, int] = {}
        count = len(task.bodies)
        self._layouts = np.zeros((count, task.ports, 4))  # (bodies, P, 4)
        self._gaits = np.zeros((count, 2, len(Gait._fields)))  # (bodies, 2, 8) backwards, forwards
        self._speeds = np.zeros((count, 2, len(PACES)))  # (bodies, 2, paces) of these gaits, m/s
        for number, body in enumerate(task.bodies):
            shape, walked = _known(body)
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
        parents = _parents(ports.astype(np.float64), self._present)  # (B, P)
        for row in range(batch):
            seen = _recognise(parents[row], self._first[row], self._present[row], self._bodies)
            if seen is not None:
                self._layout[row, seen.walked] = self._layouts[seen.body, : len(seen.walked)]
                self._body[row], self._way[row] = seen.body, seen.direction or 1
        self._signs, self._motors = np.ones((batch, count)), np.tile(np.arange(count), (batch, 1))  # 2 x (B, P)
        target = _targets(ports.astype(np.float64))  # (B, P)
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
        gait[:, 0] *= self._pace
        moves = commands(gait[:, None], self._layout, self._step * SECONDS_OF_A_STEP) * self._signs  # (B, P)
        return np.take_along_axis(moves, self._motors, axis=1)


def _targets(ports: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The command that each motor must have got, (B, P), from the force that it exerts."""
    angle = ports[:, :, features.ANGLE] * features.ANGLE_SCALE
    speed = ports[:, :, features.SPEED] * features.SPIN_SCALE
    told: npt.NDArray[np.float64] = (
        (ports[:, :, features.FORCE] + SERVO_DAMPING * speed) / SERVO_STIFFNESS + angle
    ) / SERVO_RANGE
    return told


def _parents(ports: npt.NDArray[np.float64], agent_mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The port of each module's parent, (B, P), -1 where a module has none or is absent."""
    spin, gravity = ports[:, :, features.SPIN].copy(), ports[:, :, features.GRAVITY].copy()  # 2 x (B, P, 3)
    angle = ports[:, :, features.ANGLE] * features.ANGLE_SCALE
    cos, sin = np.cos(angle), np.sin(angle)  # 2 x (B, P)
    plugged, roll = ports[:, :, features.PARENT_PORT], ports[:, :, features.ROLL]  # (B, P, 3), (B, P)
    apart = np.zeros((*agent_mask.shape, agent_mask.shape[1]))  # (B, P, P) child, parent
    for own, is_spin in ((spin, True), (gravity, False)):
        x, y, z = (own[:, :, axis] for axis in range(3))
        if is_spin:
            y = y - ports[:, :, features.SPEED]  # the back half, in the front half's frame
        x, z = cos * x + sin * z, cos * z - sin * x  # in the back half's frame
        y, z = np.where(roll == 0, y, -roll * z), np.where(roll == 0, z, roll * y)  # without the mount's roll
        turn = plugged[:, :, LEFT - 1] - plugged[:, :, RIGHT - 1]  # quarter turns to the left
        x, y = np.where(turn == 0, x, -turn * y), np.where(turn == 0, y, turn * x)  # in the parent's frame
        expected = np.stack([x, y, z], axis=2)  # (B, P, 3)
        apart += np.square(expected[:, :, None] - own[:, None]).sum(axis=3)
    # A parent is another module, with something plugged into the port in question.
    taken = np.einsum("bik,bjk->bij", plugged, ports[:, :, features.OCCUPIED][:, :, FRONT:])  # (B, P, P)
    apart[(taken < 0.5) | np.eye(agent_mask.shape[1], dtype=np.bool_)] = np.inf
    return np.where(plugged.any(axis=2), apart.argmin(axis=2), NOBODY)


def _recognise(
    parents: npt.NDArray[np.int64], first: FloatArray, agent_mask: npt.NDArray[np.bool_], bodies: dict[Shape, int]
) -> Structure | None:
    """Which body this is, and which module each port, from the parents (P,) and the first observation (P, F).

    None where the parents make up no body of the task: where nothing moved, since an inner episode has but one step.
    """
    ports = np.flatnonzero(agent_mask).tolist()
    children: dict[tuple[int, int], int] = {}
    for port in ports:
        if parents[port] != NOBODY:
            children[int(parents[port]), int(first[port, features.PARENT_PORT].argmax()) + FRONT] = port
    roots = [port for port in ports if parents[port] == NOBODY]
    direction, arms = int(np.sign(first[roots[0], features.AHEAD])), 0
    if first[roots[0], features.OCCUPIED][BACK]:
        # Arms are counted from the one that points forwards, headings told from where the goal is. A star with an odd
        # number of arms has one on this side only; with an even number it is the same both ways.
        arms = len(roots)
        heading = np.arctan2(-first[roots, features.ASIDE], first[roots, features.AHEAD])  # (arms,) from the goal
        places = np.round(heading * arms / np.pi).astype(np.int64)  # (arms,) in half steps from arm to arm
        direction = 1 if (places % 2 == 0).all() else -1
        roots = [roots[place] for place in np.argsort((places + (0 if direction > 0 else arms)) % (2 * arms))]
    described = {port: (tuple(first[port, features.OCCUPIED][FRONT:]), first[port, features.ROLL]) for port in ports}
    walked = list(_walk(roots, children))
    body = bodies.get((arms, *(described[port] for port in walked)))
    return None if body is None else Structure(body, walked, direction)


def _walk(roots: list[int], children: dict[tuple[int, int], int]) -> Iterator[int]:
    """Parents before their children, and these by port; the same order for everybody who knows the structure."""
    for root in roots:
        yield root
        yield from _walk([children[root, port] for port in (FRONT, LEFT, RIGHT) if (root, port) in children], children)


def _known(body: Body) -> tuple[Shape, list[int]]:
    """The shape of a body, and its modules in the order of `_walk`."""
    children = {(module.parent, module.port): n for n, module in enumerate(body.modules) if module.parent != NOBODY}
    roots = [number for number, module in enumerate(body.modules) if module.parent == NOBODY]
    occupied, rolls = body.occupied()[:, FRONT:], body.mounting()[:, 3]
    walked = list(_walk(roots, children))
    return (body.arms, *((tuple(occupied[number]), rolls[number]) for number in walked)), walked


class Oscillator:
    """A rule for one module of a chain: swing, a fixed phase after the module behind, which says where it is.

    The module with nothing behind it swings by itself. Without messages everybody does, all in the same phase, and
    the body goes nowhere.
    """

    message_size = 2
    """Cosine and sine of the phase."""

    def __init__(self, task: ModularRobot) -> None:
        if task.body != "chain" or task.split != "none" or task.unknown != "none":
            raise ValueError(f"task must be one chain with nothing hidden, got {task}")
        self._gaits = {direction: gait_of(task.bodies[0], direction) for direction in (-1, 1)}

    def reset(self, rows: int) -> None:
        self._phase = np.zeros(rows)  # (N,)
        self._ahead: npt.NDArray[np.bool_] | None = None  # (N,) whether the goal lies ahead

    def act(self, observation: FloatArray, heard: FloatArray) -> tuple[FloatArray, FloatArray]:
        if self._ahead is None:  # told while the body lies flat; a module may stand on its head later
            self._ahead = observation[:, features.AHEAD] > 0.0
        gait = np.where(self._ahead[:, None], self._gaits[1], self._gaits[-1])  # (N, 8)
        frequency, after, size = gait[:, 0], gait[:, 1], gait[:, 3]  # 3 x (N,)
        passed = 2 * np.pi * frequency * SECONDS_OF_A_STEP  # (N,) radians in a step
        cos, sin = heard[:, BACK, 0], heard[:, BACK, 1]  # 2 x (N,)
        follows = (cos != 0.0) | (sin != 0.0)
        self._phase = np.where(follows, np.arctan2(sin, cos) + after, self._phase) + passed
        action = np.clip(size * np.sin(self._phase), -1.0, 1.0)[:, None]  # (N, A)
        said = np.stack([np.cos(self._phase), np.sin(self._phase)], axis=1)  # (N, M)
        return action.astype(np.float32), said.astype(np.float32)
