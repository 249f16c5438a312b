"""How a controller tells from one step which body it has, and which module is behind which port.

Axis letters as in `badger_envs.core.task`.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.envs.modular_robot import features
from badger_envs.envs.modular_robot.body import BACK, FRONT, LEFT, NO_PARENT, RIGHT, Body

SERVO_RANGE, SERVO_STIFFNESS, SERVO_DAMPING = 1.2, 3.0, 0.08
"""Of the servo, in rad, N m / rad and N m s / rad, as in `model` beside this file, which would load mujoco."""


Shape = tuple[Any, ...]
"""The arms round the hub, then what is plugged into every module and its roll, parents first."""


class Structure(NamedTuple):
    """What one body turned out to be."""

    body: int
    """Number of the body among those of the task."""
    walked: list[int]
    """Its ports, in the order of `walk`."""
    direction: int
    """1 where the goal lies ahead, -1 where behind, 0 where that was not shown."""


def commands_of_motors(ports: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The command that each motor must have got, (B, P), from the force that it exerts."""
    angle = ports[:, :, features.ANGLE] * features.ANGLE_SCALE
    speed = ports[:, :, features.SPEED] * features.SPIN_SCALE
    commands_given: npt.NDArray[np.float64] = (
        (ports[:, :, features.FORCE] + SERVO_DAMPING * speed) / SERVO_STIFFNESS + angle
    ) / SERVO_RANGE
    return commands_given


def parents_of(ports: npt.NDArray[np.float64], agent_mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
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
    return np.where(plugged.any(axis=2), apart.argmin(axis=2), NO_PARENT)


def recognise(
    parents: npt.NDArray[np.int64], first: FloatArray, agent_mask: npt.NDArray[np.bool_], bodies: dict[Shape, int]
) -> Structure | None:
    """Which body this is, and which module each port, from the parents (P,) and the first observation (P, F).

    None where the parents make up no body of the task: where nothing moved, since an inner episode has but one step.
    """
    ports = np.flatnonzero(agent_mask).tolist()
    children: dict[tuple[int, int], int] = {}
    for port in ports:
        if parents[port] != NO_PARENT:
            children[int(parents[port]), int(first[port, features.PARENT_PORT].argmax()) + FRONT] = port
    roots = [port for port in ports if parents[port] == NO_PARENT]
    direction, arms = int(np.sign(first[roots[0], features.AHEAD])), 0
    if first[roots[0], features.OCCUPIED][BACK]:
        # Arms are counted from the one that points forwards, headings from the goal. A star with an odd
        # number of arms has one on this side only; with an even number it is the same both ways.
        arms = len(roots)
        heading = np.arctan2(-first[roots, features.ASIDE], first[roots, features.AHEAD])  # (arms,) from the goal
        places = np.round(heading * arms / np.pi).astype(np.int64)  # (arms,) in half steps from arm to arm
        direction = 1 if (places % 2 == 0).all() else -1
        roots = [roots[place] for place in np.argsort((places + (0 if direction > 0 else arms)) % (2 * arms))]
    described = {port: (tuple(first[port, features.OCCUPIED][FRONT:]), first[port, features.ROLL]) for port in ports}
    walked = list(walk(roots, children))
    body = bodies.get((arms, *(described[port] for port in walked)))
    return None if body is None else Structure(body, walked, direction)


def walk(roots: list[int], children: dict[tuple[int, int], int]) -> Iterator[int]:
    """Parents before their children, and these by port; the order depends on the structure alone."""
    for root in roots:
        yield root
        yield from walk([children[root, port] for port in (FRONT, LEFT, RIGHT) if (root, port) in children], children)


def known_shape(body: Body) -> tuple[Shape, list[int]]:
    """The shape of a body, and its modules in the order of `walk`."""
    children = {(module.parent, module.port): n for n, module in enumerate(body.modules) if module.parent != NO_PARENT}
    roots = [number for number, module in enumerate(body.modules) if module.parent == NO_PARENT]
    occupied, rolls = body.occupied()[:, FRONT:], body.mounting()[:, 3]
    walked = list(walk(roots, children))
    return (body.arms, *((tuple(occupied[number]), rolls[number]) for number in walked)), walked
