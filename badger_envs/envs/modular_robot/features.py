"""What a module senses and shows, in its own frame. Axis letters as in `badger_envs.core.task`."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import Array, Bounds, FloatArray
from badger_envs.envs.modular_robot.body import PORTS_OF_A_MODULE, Body

IntArray = npt.NDArray[np.int64]

ANGLE_SCALE = 1.4
"""In radians: the range of a hinge."""
SPIN_SCALE = 20.0
"""In rad/s."""
TOUCH_SCALE = 2.0
"""In N, about the weight of a module."""
SPEED_SCALE = 0.25
"""In m/s: the largest goal speed."""

ANGLE, SPEED, COMMAND, FORCE = range(4)
GRAVITY, SPIN = slice(4, 7), slice(7, 10)
TOUCH, AHEAD, ASIDE, GOAL_SPEED, REWARD, BEGINS = range(10, 16)
OCCUPIED, PARENT_PORT, ROLL = slice(16, 20), slice(20, 23), 23
STRUCTURE = slice(16, 24)
COUNT = 24

_LOW = np.full(COUNT, -1.0, np.float32)
_LOW[[TOUCH, GOAL_SPEED, BEGINS]] = _LOW[OCCUPIED] = _LOW[PARENT_PORT] = 0.0
_HIGH = np.ones(COUNT, np.float32)
BOUNDS = Bounds(_LOW, _HIGH)
MAX_REWARD = 2.0
"""In m/s."""
_LOW[REWARD], _HIGH[REWARD] = -MAX_REWARD, MAX_REWARD
for _ends in BOUNDS:
    _ends.setflags(write=False)  # every robot gives out these


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


def of_the_moment(
    observation: FloatArray, readings: Readings, commands: FloatArray, direction: npt.NDArray[np.float64]
) -> None:
    """Write into `shown` (B, P, F) what the modules sense.

    Args:
        shown: to be written to.
        readings: of the robots.
        commands: float32 (B, P), the last ones.
        direction: (B,) of the goal: 1 or -1 along the world's x axis, or 0 where it is not shown.
    """
    axes = readings.axes  # (B, P, 9) a matrix that turns the module's frame into the world's, row by row
    observation[:, :, ANGLE] = readings.angle * (1.0 / ANGLE_SCALE)
    observation[:, :, SPEED] = readings.speed * (1.0 / SPIN_SCALE)
    observation[:, :, COMMAND] = commands
    observation[:, :, FORCE] = readings.force
    observation[:, :, GRAVITY] = -axes[:, :, 6:9]
    spin = readings.spin * (1.0 / SPIN_SCALE)  # (B, P, 3) about the world's axes
    observation[:, :, SPIN] = (
        axes[:, :, 0:3] * spin[:, :, 0:1] + axes[:, :, 3:6] * spin[:, :, 1:2] + (axes[:, :, 6:9] * spin[:, :, 2:3])
    )
    observation[:, :, TOUCH] = readings.touch / (readings.touch + TOUCH_SCALE)
    observation[:, :, AHEAD] = axes[:, :, 0] * direction[:, None]
    observation[:, :, ASIDE] = axes[:, :, 3] * -direction[:, None]
    np.clip(observation[:, :, :AHEAD], -1.0, 1.0, out=observation[:, :, :AHEAD])


def of_the_structure(
    bodies: tuple[Body, ...], body: IntArray, modules: IntArray
) -> tuple[FloatArray, npt.NDArray[np.int32]]:
    """How the modules behind the ports are put together.

    Args:
        bodies: to choose from.
        body: (B,) number of the body.
        modules: (B, P) the module behind each port, -1 behind none.

    Returns:
        What the ports show of it, float32 (B, P, 8), and the port at each physical port of a module, int32 (B, P, 4).
    """
    batch, ports = modules.shape
    structure = np.zeros((batch, ports, 2 * PORTS_OF_A_MODULE), np.float32)
    neighbours = np.full((batch, ports, PORTS_OF_A_MODULE), -1, np.int32)
    for number in np.unique(body).tolist():
        rows, count = np.flatnonzero(body == number), len(bodies[number].modules)
        behind = modules[rows, :count]  # (R, N)
        fixed = np.concatenate([bodies[number].occupied(), bodies[number].mounting()], axis=1)  # (N, 8)
        structure[rows, :count] = fixed[behind]
        port_of = np.full((len(rows), count + 1), -1)  # the last one stands for no module
        np.put_along_axis(port_of, behind, np.arange(count)[None], axis=1)
        beside = bodies[number].neighbours()[behind]  # (R, N, 4) modules
        neighbours[rows, :count] = np.take_along_axis(
            port_of, np.where(beside < 0, count, beside).reshape(len(rows), -1), axis=1
        ).reshape(beside.shape)
    return structure, neighbours
