"""A gait: a plane wave of bending that runs over a body as it lies.

Hirose 1993, "Biologically Inspired Robots: Snake-like Locomotors and Manipulators": a body that bends in a travelling
wave moves against the wave. Here a module asks where it is and which way it points, and takes its phase from there.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.envs.modular_robot.body import LENGTH, Body
from badger_envs.envs.modular_robot.data import read

FloatArray = npt.NDArray[np.float64]


class Gait(NamedTuple):
    """One wave. Commands are in [-1, 1], phases in radians."""

    frequency: float
    """In Hz."""
    wave_along: float
    """Phase per module length along the first module."""
    wave_aside: float
    """Phase per module length to the left of the first module."""
    along: float
    """Command of hinges that bend up and down, of modules that point along the first one."""
    across: float
    """The same of modules that point across it; between the two, as sine and cosine of the heading."""
    sideways: float
    """Command of hinges that bend sideways."""
    phase_across: float
    """How far the second kind is ahead of the first."""
    phase_sideways: float
    """How far the third kind is ahead of the first."""


FREQUENCY = Gait._fields.index("frequency")
"""Its place in the array of a gait."""
USUAL = Gait(2.0, -0.8, 0.0, 0.58, 0.2, 0.2, 0.0, 0.0)
"""Drives every chain forwards; where a search begins, and what is used for bodies that were not tuned."""


USUAL_SPEED = 0.3
"""In m/s, of the usual gait."""
PACES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Shares of a gait's frequency at which its speed is known."""


def gait_name(body: Body) -> str:
    """A body as one word: parent, port and roll of every module."""
    modules = " ".join(f"{module.parent}.{module.port}.{module.roll}" for module in body.modules)
    return f"{body.arms}: {modules}"


def gait_of(body: Body, direction: int) -> Gait:
    """The gait that was found for a body and a direction, 1 or -1, or else the usual one."""
    stored = read("gaits")["gaits"].get(gait_name(body))
    if stored is None:
        return USUAL._replace(wave_along=direction * USUAL.wave_along)
    return Gait(*stored["forwards" if direction > 0 else "backwards"]["gait"])


def speeds_of(body: Body, direction: int) -> FloatArray:
    """How fast the gait of `gait_of` is at each of `PACES` times its frequency, in m/s, (10,); never falling."""
    stored = read("gaits")["gaits"].get(gait_name(body))
    if stored is None:
        return USUAL_SPEED * np.asarray(PACES)
    return np.maximum.accumulate(np.asarray(stored["forwards" if direction > 0 else "backwards"]["speeds"]))


def layout(body: Body) -> FloatArray:
    """What a gait asks of each module: how far along and aside (module lengths), heading, and roll, (modules, 4)."""
    rows = [
        (pose.x / LENGTH, pose.y / LENGTH, pose.heading, module.roll)
        for pose, module in zip(body.poses(), body.modules, strict=True)
    ]
    return np.asarray(rows)  # (modules, 4)


def commands(gait: FloatArray, layout: FloatArray, seconds: float) -> FloatArray:
    """What the modules do at a time.

    Args:
        gait: numbers of `Gait` on the last axis, (..., 1, 8): one gait for all modules of a body, or one for each.
        layout: (..., modules, 4), from `layout`.
        seconds: since the wave began.

    Returns:
        (..., modules), in [-1, 1].
    """
    x, y, heading, roll = (layout[..., place] for place in range(4))  # (..., modules)
    frequency, wave_along, wave_aside, along, across, sideways, phase_across, phase_sideways = (
        gait[..., place] for place in range(8)
    )  # (..., 1)
    phase = 2 * np.pi * frequency * seconds + wave_along * x + wave_aside * y  # (..., modules)
    pitch = along * np.cos(heading) * np.sin(phase) + across * np.sin(heading) * np.sin(phase + phase_across)
    yaw = sideways * np.sin(phase + phase_sideways)
    wanted: FloatArray = np.clip(np.where(roll > 0, yaw, pitch), -1.0, 1.0)
    return wanted
