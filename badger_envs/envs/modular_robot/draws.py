"""What the key of an episode decides: body, numbering, goal, and the hidden task.

Axis letters as in `badger_envs.core.task`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import Array, Bounds
from badger_envs.core.episodes import Keys, require_keys, uniform
from badger_envs.envs.modular_robot.body import NO_PARENT, Body
from badger_envs.envs.modular_robot.features import SPEED_SCALE

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DEAD_SHARE = 4
"""One motor in so many is dead where motors are."""
FRICTION_RANGE = (0.4, 1.4)
"""Times the usual."""
STIFFNESS_RANGE = (0.5, 1.5)
"""Times the usual."""
HEAVIEST_PAYLOAD = 0.4
"""Kilograms on the piece in the middle: as much as two modules."""
SPEED_RANGE = (0.05, SPEED_SCALE)
"""Goal speeds, m/s."""

_DIRECTION, _SPEED, _FRICTION, _STIFFNESS, _PAYLOAD, _BODY, _PORTS = range(7)
"""Places in an episode's stream; from the last one on there are blocks of one number for each port."""


class Draws(NamedTuple):
    """The variables of B episodes; those that the hidden task does not touch have their usual values."""

    body: Array  # (B,) number of the body
    modules: Array  # (B, P) the module behind each port, -1 behind none
    motors: Array  # (B, P) the module whose motor the port commands, -1 for none
    signs: Array  # (B, P) 1 or -1
    dead: Array  # (B, P) whether the motor of the port's module is dead
    friction: Array  # (B,) times the usual
    stiffness: Array  # (B,) times the usual
    payload: Array  # (B,) kilograms
    direction: Array  # (B,) 1 for forwards, -1 for backwards
    speed: Array  # (B,) goal speed, m/s


def draw(episodes: Keys, bodies: tuple[Body, ...], ports: int, hidden: str) -> Draws:
    """The variables of the episodes (B,) that are played with these bodies, at most `ports` modules each."""
    batch = len(require_keys(episodes))

    def one(place: int, low: float = 0.0, high: float = 1.0) -> FloatArray:
        return uniform(episodes, 1, low=low, high=high, first=place)[:, 0].astype(np.float64)  # (B,)

    def of_ports(block: int) -> FloatArray:
        return uniform(episodes, ports, first=_PORTS + block * ports).astype(np.float64)  # (B, P)

    sizes = np.asarray([len(body.modules) for body in bodies])
    body = (one(_BODY) * len(bodies)).astype(np.int64)  # (B,)
    absent = np.arange(ports) >= sizes[body, None]  # (B, P)
    ones = np.ones(batch)
    # The present ports come first, in an order that is new in every episode: an index tells nothing.
    modules = _shuffled(of_ports(0), absent)
    motors = _shuffled(of_ports(2), absent) if hidden == "permutation" else modules
    signs = np.where(of_ports(1) < 0.5, -1.0, 1.0) if hidden == "signs" else np.ones((batch, ports))  # (B, P)
    weakest = np.argsort(np.argsort(np.where(absent, np.inf, of_ports(3)), axis=1), axis=1)  # (B, P)
    dead = weakest < (sizes[body] // DEAD_SHARE)[:, None]  # (B, P)
    physics = hidden == "physics"
    return Draws(
        body=body,
        modules=modules,
        motors=motors,
        signs=signs,
        dead=dead if hidden == "dead" else np.zeros_like(dead),
        friction=one(_FRICTION, *FRICTION_RANGE) if physics else ones,
        stiffness=one(_STIFFNESS, *STIFFNESS_RANGE) if physics else ones,
        payload=one(_PAYLOAD, 0.0, HEAVIEST_PAYLOAD) if physics else 0.0 * ones,
        direction=np.where(one(_DIRECTION) < 0.5, -1.0, 1.0),
        speed=one(_SPEED, *SPEED_RANGE),
    )


def secrets(draws: Draws) -> npt.NDArray[np.float32]:
    """The variables as a central critic sees them, in the order of `secret_bounds`, float32 (B, 7 + 4 P).

    The first two, the velocity of the centre of mass, are 0 at the beginning.
    """
    ports = draws.modules.shape[1]
    still = np.zeros((len(draws.body), 2))  # (B, 2)
    single = np.stack(
        [draws.direction, draws.speed / SPEED_RANGE[1], draws.friction, draws.stiffness, draws.payload], axis=1
    )  # (B, 5)
    of_ports = [draws.modules / ports, draws.motors / ports, draws.signs, draws.dead]  # 4 x (B, P)
    return np.concatenate([still, single, *of_ports], axis=1).astype(np.float32)


def secret_bounds(ports: int, fastest: float) -> Bounds:
    """Ends of `secrets`, for `ports` ports and velocities up to `fastest`, each (7 + 4 P,)."""
    low = [-fastest, -fastest, -1.0, 0.0, 0.0, 0.0, 0.0, *[-1.0] * (3 * ports), *[0.0] * ports]
    high = [fastest, fastest, 1.0, 1.0, FRICTION_RANGE[1], STIFFNESS_RANGE[1], HEAVIEST_PAYLOAD, *[1.0] * (4 * ports)]
    return Bounds(np.asarray(low, np.float32), np.asarray(high, np.float32))


def _shuffled(numbers: FloatArray, absent: npt.NDArray[np.bool_]) -> IntArray:
    """The present places 0, 1, ... in the order of random numbers, -1 in absent ones, (B, P)."""
    order = np.argsort(np.where(absent, np.inf, numbers), axis=1, kind="stable")  # (B, P)
    return np.where(absent, NO_PARENT, order)
