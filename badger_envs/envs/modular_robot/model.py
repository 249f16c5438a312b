"""MuJoCo models of bodies. Importing this imports mujoco."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import mujoco
import numpy as np
import numpy.typing as npt

from badger_envs.envs.modular_robot.body import HUB_RADIUS, LENGTH, NO_PARENT, WIDTH, Body, Pose

HALF_MASS = 0.10
"""Of half a module, in kilograms; the hub of a star weighs as much as a module."""
SERVO_RANGE = 1.2
"""The angle that an action of 1 sets, in radians."""
SERVO_STIFFNESS, SERVO_DAMPING, SERVO_FORCE = 3.0, 0.08, 1.0
"""In N m / rad, N m s / rad and N m."""
JOINT_RANGE, JOINT_DAMPING, JOINT_ARMATURE = 1.4, 0.01, 0.002
FRICTION = (1.0, 0.005, 0.0001)
"""MuJoCo's sliding, torsional and rolling friction; with contacts of three dimensions only the first one counts."""
CONTACT_DIMENSIONS = 3
SUBSTEP = 0.01
"""In seconds."""
SUBSTEPS = 4
"""To a control step."""
CONTROL_STEP = SUBSTEP * SUBSTEPS
MEMORY_OF_A_BODY, MEMORY_OF_A_MODULE = 1 << 18, 1 << 17
"""Bytes for contacts, for each simulation; MuJoCo's own guess of 14 MB adds up in large batches."""
TOUCH_MARGIN = 0.002
"""How far the skin that feels touch stands out, in metres, so that contacts on the surface lie inside."""
TILE = 0.05
"""Of the floor, in metres, before MuJoCo doubles it."""
HUB_COLOR, FRONT_COLOR, BACK_COLOR = (0.35, 0.37, 0.40, 1.0), (0.93, 0.60, 0.22, 1.0), (0.24, 0.47, 0.72, 1.0)

Matrix = npt.NDArray[np.float64]


class Robot(NamedTuple):
    """A compiled body, and where its modules are in MuJoCo's arrays."""

    model: Any
    """mujoco.MjModel."""
    root: int
    """MuJoCo's number of the piece in the middle, which the free joint moves."""
    pieces: npt.NDArray[np.int64]
    """MuJoCo body of each module's front half, (modules,)."""
    angles: npt.NDArray[np.int64]
    """Place of each hinge's angle in qpos, (modules,)."""
    speeds: npt.NDArray[np.int64]
    """Place of each hinge's speed in qvel, (modules,)."""


@lru_cache(maxsize=256)
def build(body: Body) -> Robot:
    """Compile a body; one that was compiled before is taken from a cache, so leave the model as it is.

    The free joint is at the middle of the body: elsewhere the same gait is faster one way than the other.
    """
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    spec.memory = MEMORY_OF_A_BODY + MEMORY_OF_A_MODULE * len(body.modules)
    spec.option.timestep = SUBSTEP
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    # A simulation that ran away stays so, and is seen to have; MuJoCo would put it back to the start.
    spec.option.disableflags = int(mujoco.mjtDisableBit.mjDSBL_AUTORESET)
    _add_surroundings(spec)
    poses = body.poses()
    for parent, piece, hinge in _outwards(body):
        _add_piece(spec, body, poses, parent, piece, hinge)
    for number in range(len(body.modules)):
        servo = spec.add_actuator(name=f"servo_{number}", target=f"hinge_{number}")
        servo.trntype = mujoco.mjtTrn.mjTRN_JOINT
        servo.set_to_position(kp=SERVO_STIFFNESS, kv=SERVO_DAMPING)
        servo.gear[0] = 1.0
        servo.forcelimited, servo.forcerange = True, [-SERVO_FORCE, SERVO_FORCE]
        touch = spec.add_sensor(name=f"touch_{number}", objname=f"skin_{number}")
        touch.type, touch.objtype = mujoco.mjtSensor.mjSENS_TOUCH, mujoco.mjtObj.mjOBJ_SITE
    model = spec.compile()
    hinges = [model.joint(f"hinge_{number}") for number in range(len(body.modules))]
    return Robot(
        model,
        root=1,
        pieces=np.asarray([model.body(_name(number)).id for number in range(len(body.modules))]),
        angles=np.asarray([int(hinge.qposadr[0]) for hinge in hinges]),
        speeds=np.asarray([int(hinge.dofadr[0]) for hinge in hinges]),
    )


def _name(piece: int) -> str:
    return f"piece_{piece}"


def _outwards(body: Body) -> Iterator[tuple[int | None, int, int]]:
    """Pieces from the middle outwards: the piece it hangs on (None for the first), itself, and the hinge between."""
    joined: dict[int, list[tuple[int, int]]] = {piece: [] for piece in range(NO_PARENT, len(body.modules))}
    for hinge, module in enumerate(body.modules):
        joined[module.parent].append((hinge, hinge))
        joined[hinge].append((module.parent, hinge))
    waiting: list[tuple[int | None, int, int]] = [(None, body.middle(), NO_PARENT)]
    while waiting:
        parent, piece, hinge = waiting.pop(0)
        yield parent, piece, hinge
        waiting += [(piece, other, between) for other, between in joined[piece] if other != parent]


def _module_frame(body: Body, poses: list[Pose], number: int) -> tuple[Matrix, Matrix]:
    """Place (3,) of a module's hinge, and its axes (3, 3): ahead, the hinge's axis, and what is left."""
    pose = poses[number]
    ahead = np.array([np.cos(pose.heading), np.sin(pose.heading), 0.0])
    left, up = np.array([-ahead[1], ahead[0], 0.0]), np.array([0.0, 0.0, 1.0])
    axes = (ahead, up, -left) if body.modules[number].roll else (ahead, left, up)
    return np.array([pose.x, pose.y, 0.0]), np.stack(axes, axis=1)  # (3,), (3, 3)


def _boxes(body: Body, poses: list[Pose], piece: int) -> list[tuple[str, Matrix, Matrix]]:
    """Name, middle (3,) and axes (3, 3) of the half modules that make up a piece."""
    halves = [(number, -1.0) for number, module in enumerate(body.modules) if module.parent == piece]
    halves += [(piece, 1.0)] if piece != NO_PARENT else []
    boxes = []
    for number, side in halves:
        place, axes = _module_frame(body, poses, number)
        name = f"{'front' if side > 0 else 'back'}_{number}"
        boxes.append((name, place + side * LENGTH / 4 * axes[:, 0], axes))
    return boxes


def _frame(body: Body, poses: list[Pose], piece: int) -> tuple[Matrix, Matrix]:
    """Place (3,) and axes (3, 3) of a piece.

    The axes are those of its module, or the world's for what comes before all modules. The place is that of its
    hinge, or the first hinge for what comes before all. Only for the piece in the middle it is the middle of the
    modules, since it is what the free joint moves: its steps in time are the same both ways from there and from
    nowhere else.
    """
    hinge, axes = (np.zeros(3), np.eye(3)) if piece == NO_PARENT else _module_frame(body, poses, piece)
    if piece == body.middle():
        return np.mean([(pose.x, pose.y, 0.0) for pose in poses], axis=0), axes
    return hinge, axes


def _add_piece(spec: Any, body: Body, poses: list[Pose], parent: int | None, piece: int, hinge: int) -> None:
    place, axes = _frame(body, poses, piece)
    if parent is None:
        outer, origin, outer_axes = spec.worldbody, np.array([0.0, 0.0, -WIDTH / 2]), np.eye(3)
    else:
        outer = spec.body(_name(parent))
        origin, outer_axes = _frame(body, poses, parent)
    added = outer.add_body(name=_name(piece), pos=outer_axes.T @ (place - origin), quat=_quat(outer_axes.T @ axes))
    if parent is None:
        added.add_freejoint(name="root")
    else:
        # Angles are those of the front half as the back half sees it, whichever of the two hangs on the other.
        hinge_place, hinge_axes = _module_frame(body, poses, hinge)
        sign = 1.0 if hinge == piece else -1.0
        added.add_joint(
            name=f"hinge_{hinge}", type=mujoco.mjtJoint.mjJNT_HINGE, limited=True, range=[-JOINT_RANGE, JOINT_RANGE],
            pos=axes.T @ (hinge_place - place), axis=axes.T @ (sign * hinge_axes[:, 1]), damping=JOINT_DAMPING,
            armature=JOINT_ARMATURE,
        )  # fmt: skip
    half = [LENGTH / 4, WIDTH / 2, WIDTH / 2]
    if piece == NO_PARENT and body.arms:
        added.add_geom(
            name="hub", type=mujoco.mjtGeom.mjGEOM_CYLINDER, size=[HUB_RADIUS, WIDTH / 2, 0.0], mass=2 * HALF_MASS,
            friction=FRICTION, condim=CONTACT_DIMENSIONS, rgba=HUB_COLOR,
        )  # fmt: skip
    for name, middle, box_axes in _boxes(body, poses, piece):
        added.add_geom(
            name=name, type=mujoco.mjtGeom.mjGEOM_BOX, size=half, pos=axes.T @ (middle - place),
            quat=_quat(axes.T @ box_axes), mass=HALF_MASS, friction=FRICTION, condim=CONTACT_DIMENSIONS,
            rgba=FRONT_COLOR if name.startswith("front") else BACK_COLOR,
        )  # fmt: skip
        if name == f"front_{piece}":
            added.add_site(
                name=f"skin_{piece}", type=mujoco.mjtGeom.mjGEOM_BOX, pos=axes.T @ (middle - place),
                size=[length + TOUCH_MARGIN for length in half], group=4,
            )  # fmt: skip


def _quat(axes: Matrix) -> Matrix:
    quat = np.zeros(4)
    mujoco.mju_mat2Quat(quat, np.ascontiguousarray(axes).reshape(-1))
    return quat


def _add_surroundings(spec: Any) -> None:
    """The floor with its tiles, the light, and what makes pictures quick."""
    spec.visual.quality.shadowsize, spec.visual.quality.offsamples = 0, 0
    tiles = spec.add_texture(
        name="tiles", type=mujoco.mjtTexture.mjTEXTURE_2D, builtin=mujoco.mjtBuiltin.mjBUILTIN_CHECKER, width=128,
        height=128, rgb1=[0.90, 0.91, 0.90], rgb2=[0.80, 0.82, 0.82],
    )  # fmt: skip
    material = spec.add_material(name="floor", texrepeat=[1 / (2 * TILE)] * 2, texuniform=True)
    material.textures[int(mujoco.mjtTextureRole.mjTEXROLE_RGB)] = tiles.name
    spec.worldbody.add_geom(
        name="floor", type=mujoco.mjtGeom.mjGEOM_PLANE, size=[0.0, 0.0, 1.0], material="floor", friction=FRICTION,
        condim=CONTACT_DIMENSIONS,
    )  # fmt: skip
    spec.worldbody.add_light(pos=[0.0, 0.0, 3.0], dir=[0.2, 0.3, -1.0], type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL)
