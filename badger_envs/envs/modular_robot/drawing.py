"""The robot drawn by MuJoCo, on a floor of tiles of 10 cm, without a screen and without a graphics card.

Mesa draws through EGL. Shadows and reflections are off: without a card they take twenty times as long as all the rest.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.error import DependencyNotInstalled

from badger_envs.envs.modular_robot import features
from badger_envs.envs.modular_robot.body import LENGTH
from badger_envs.envs.modular_robot.opengl import HEIGHT, WIDTH, open_gl, require_own_process
from badger_envs.envs.modular_robot.task import DIRECTION, SECONDS_OF_A_STEP, SPEED, ModularRobot, RobotState

CAPTION, FOOTER = 46, 22
"""Pixels of the picture that are kept for words."""
PAPER, INK, FAINT = (250, 250, 247), (34, 40, 49), (110, 116, 125)
FRONT, BACK, GOAL = (237, 153, 56), (61, 120, 184), (20, 140, 100)
AZIMUTH, ELEVATION = 108.0, -28.0
"""Of the camera, in degrees."""
NEAREST = 0.45
"""Of the camera to a body of no size, in metres."""
ARROW, ARROW_WIDTH, ARROW_HEIGHT, ARROW_GAP = 0.22, 0.014, 0.02, 0.05
"""Of the arrow that shows where the goal is: length, width, height above the floor, and distance from the body where
it lay at first, in metres."""
TRAIL_STEP, TRAIL_WIDTH, TRAIL_HEIGHT = 5, 0.006, 0.004
"""The path of the centre of mass: a point every so many steps, and its size in metres."""
MAX_TRAIL = 60
FASTEST_DRAWN = 3.0
"""In m/s; what seems to be faster was put somewhere else."""
MAX_SHAPES = 400
LEGEND = {"front half": FRONT, "back half": BACK, "to the goal": GOAL}
NOTES = ("dots: the path so far", "tiles: 10 cm")


def frame(title: str, task: ModularRobot, history: list[RobotState]) -> npt.NDArray[np.uint8]:
    """A picture of the last state; the camera goes with the body.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: There is no OpenGL, or pillow is missing.
        RuntimeError: The process was forked after a picture was drawn.
    """
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError as error:
        raise DependencyNotInstalled("pictures need pillow: pip install 'badger-envs[render]'") from error
    require_own_process()
    now = history[-1]
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    stage = _stage(task.bodies[int(now.body)])
    image.paste(Image.fromarray(stage.picture(now, history)), (0, CAPTION))
    draw = ImageDraw.Draw(image)
    large, small = ImageFont.load_default(15), ImageFont.load_default(12)
    draw.text((12, 6), title, font=large, fill=INK)
    draw.text((12, 27), _caption(task, now), font=small, fill=INK)
    y = HEIGHT - FOOTER + 4
    x = 12.0
    for words, color in (LEGEND | dict.fromkeys(NOTES)).items():
        if color:
            draw.rectangle((x, y + 2, x + 10, y + 12), fill=color)
            x += 15
        draw.text((x, y), words, font=small, fill=FAINT)
        x += draw.textlength(words, font=small) + 16
    return np.array(image, dtype=np.uint8)


def text(title: str, task: ModularRobot, history: list[RobotState]) -> str:
    """One line per module: the angle of its hinge, its command, and whether it touches something."""
    now = history[-1]
    lines = [f"{title}  {_caption(task, now)}"]
    for port in np.flatnonzero(now.agent_mask).tolist():
        observation = now.observation[port]
        angle = np.degrees(float(observation[features.ANGLE]) * features.ANGLE_SCALE)
        beside = [str(other) if other >= 0 else "-" for other in now.neighbours[port].tolist()]
        lines.append(
            f"module {port:2d}  angle {angle:+6.1f} deg  command {float(observation[features.COMMAND]):+.2f}  "
            f"touch {float(observation[features.TOUCH]):.2f}  back, front, left, right: {' '.join(beside)}"
        )
    return "\n".join(lines)


def _caption(task: ModularRobot, now: RobotState) -> str:
    step = task.horizon - int(now.steps_left)
    count, inner_episode = task.inner_episodes, ""
    if count > 1:
        inner_episode = f"inner episode {min(step // task.steps + 1, count)} of {count}   "
    hidden = f"   hidden: {task.unknown}" if task.unknown != "none" else ""
    goal = f" (goal {float(now.goal[SPEED]):.2f})" if task.goal == "speed" else ""
    return (
        f"{inner_episode}step {step} of {task.horizon}   speed {float(now.speed):+.2f} m/s{goal}   "
        f"distance {float(now.distance):+.2f} m{hidden}"
    )


@lru_cache(maxsize=32)
def _stage(body: Any) -> "_Stage":
    return _Stage(body)


class _Stage:
    """One body, its floor, and the camera."""

    def __init__(self, body: Any) -> None:
        self._gl = open_gl()
        self._gl.make_current()
        import mujoco

        from badger_envs.envs.modular_robot.model import build

        self._mujoco, self._robot = mujoco, build(body)
        model = self._robot.model
        self._data = mujoco.MjData(model)
        self._size = (WIDTH, HEIGHT - CAPTION - FOOTER)
        self._context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
        self._scene = mujoco.MjvScene(model, maxgeom=MAX_SHAPES)
        for flag in (mujoco.mjtRndFlag.mjRND_SHADOW, mujoco.mjtRndFlag.mjRND_REFLECTION):
            self._scene.flags[flag] = False
        self._options, self._camera = mujoco.MjvOption(), mujoco.MjvCamera()
        self._camera.azimuth, self._camera.elevation = AZIMUTH, ELEVATION
        places = np.asarray([pose[:2] for pose in body.poses()])
        size = np.ptp(places, axis=0) + LENGTH  # (2,)
        self._reach = float(size[0]) / 2
        """From the middle of the body to its end, in metres."""
        self._camera.distance = NEAREST + float(size.max())

    def picture(self, now: RobotState, history: list[RobotState]) -> npt.NDArray[np.uint8]:
        """The last state, uint8 (height, width, 3)."""
        mujoco, model, data = self._mujoco, self._robot.model, self._data
        data.qpos[:] = now.qpos[: model.nq]
        mujoco.mj_kinematics(model, data)
        mujoco.mj_camlight(model, data)
        self._camera.lookat[:] = (now.place[0], now.place[1], LENGTH / 2)
        # The floor is laid round where the camera was at the last picture, unless its place is updated.
        mujoco.mjv_updateCamera(model, data, self._camera, self._scene)
        everything = mujoco.mjtCatBit.mjCAT_ALL.value
        mujoco.mjv_updateScene(model, data, self._options, None, self._camera, everything, self._scene)
        way = np.array([float(now.goal[DIRECTION]), 0.0, 0.0])
        begin = np.array([now.place[0], now.place[1], ARROW_HEIGHT]) + way * (self._reach + ARROW_GAP)
        self._add(mujoco.mjtGeom.mjGEOM_ARROW, ARROW_WIDTH, begin, begin + way * ARROW, GOAL)
        for place in self._trail(history):
            point = np.array([place[0], place[1], TRAIL_HEIGHT])
            self._add(mujoco.mjtGeom.mjGEOM_CAPSULE, TRAIL_WIDTH, point, point + np.array([TRAIL_WIDTH, 0, 0]), FAINT)
        self._gl.make_current()
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self._context)
        width, height = self._size
        window, pixels = mujoco.MjrRect(0, 0, width, height), np.empty((height, width, 3), np.uint8)
        mujoco.mjr_render(window, self._scene, self._context)
        mujoco.mjr_readPixels(pixels, None, window, self._context)
        return pixels[::-1].copy()

    def _trail(self, history: list[RobotState]) -> list[npt.NDArray[Any]]:
        """Where the centre of mass was in this inner episode, every few steps."""
        trail = [history[-1].place]
        for before in history[-2::-1]:
            if np.abs(before.place - trail[-1]).max() > FASTEST_DRAWN * SECONDS_OF_A_STEP:
                break  # the body was put back to its start
            trail.append(before.place)
        return trail[::TRAIL_STEP][:MAX_TRAIL]

    def _add(self, kind: Any, width: float, begin: Any, end: Any, color: tuple[int, int, int]) -> None:
        """One more shape in the scene, from one place to another."""
        scene = self._scene
        shape = scene.geoms[scene.ngeom]
        rgba = np.asarray([*color, 255], np.float32) / 255
        self._mujoco.mjv_initGeom(shape, kind, np.zeros(3), np.zeros(3), np.eye(3).reshape(-1), rgba)
        self._mujoco.mjv_connector(shape, kind, width, begin, end)
        scene.ngeom += 1
