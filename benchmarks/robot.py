"""How fast modular robots are, as ratios taken in one process: `python -m benchmarks.robot`.

The first table is in environment steps per CPU-second, the second in environment steps per second on the clock, the
picture in milliseconds.
"""

import time
from itertools import cycle
from typing import Any

import gymnasium as gym
import mujoco
import numpy as np
import numpy.typing as npt
import tyro
from rich.console import Console
from rich.table import Table

from badger_envs.core.episodes import episode_keys
from badger_envs.envs.modular_robot import drawing
from badger_envs.envs.modular_robot.model import SERVO_DAMPING, SERVO_RANGE, SERVO_STIFFNESS, SUBSTEPS, build
from badger_envs.envs.modular_robot.task import CONTROL_COST, SECONDS_OF_A_STEP, ModularRobot
from badger_envs.views import TaskVectorEnv
from benchmarks.timing import Play, Timing, repeat

TITLE = "Badger/ModularRobot-v0"


class PlainRobot(gym.Env[Any, Any]):
    """The same robot as one writes a MuJoCo environment: one MjData, its observation and reward in numpy."""

    def __init__(self, modules: int, steps: int = 250) -> None:
        body = ModularRobot(modules=modules).bodies[0]
        self.robot, self.steps = build(body), steps
        self.model, self.data = self.robot.model, mujoco.MjData(self.robot.model)
        self.structure = np.concatenate([body.occupied(), body.mounting()], axis=1)
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (modules * 24,), np.float32)
        self.action_space = gym.spaces.Box(-1, 1, (modules,), np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        mujoco.mj_resetData(self.model, self.data)
        mujoco.mj_forward(self.model, self.data)
        modules = len(self.structure)
        self.order = self.np_random.permutation(modules)
        self.direction = self.np_random.choice([-1.0, 1.0])
        self.pieces, self.angles = self.robot.pieces[self.order], self.robot.angles[self.order]
        self.speeds, self.shown_structure = self.robot.speeds[self.order], self.structure[self.order]
        self.action, self.reward, self.step_number, self.distance = np.zeros(modules), 0.0, 0, 0.0
        return self._observe(), {"distance": 0.0}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.action = np.asarray(action, np.float64)
        before = self.data.subtree_com[self.robot.root, 0]
        self.data.ctrl[self.order] = SERVO_RANGE * self.action
        mujoco.mj_step(self.model, self.data, nstep=SUBSTEPS)
        moved = float((self.data.subtree_com[self.robot.root, 0] - before) * self.direction)
        self.reward = moved - CONTROL_COST * SECONDS_OF_A_STEP * float(np.mean(self.action**2))
        self.distance += moved
        self.step_number += 1
        broken = not bool(np.isfinite(self.data.qvel).all())
        ended = broken or self.step_number >= self.steps
        return self._observe(), self.reward, ended, False, {"distance": self.distance}

    def _observe(self) -> npt.NDArray[np.float32]:
        data, modules = self.data, len(self.order)
        angle, speed = data.qpos[self.angles], data.qvel[self.speeds]
        axes = data.xmat[self.pieces].reshape(-1, 3, 3)
        spin = np.einsum("pij,pi->pj", axes, data.cvel[self.pieces, :3])
        force = SERVO_STIFFNESS * (SERVO_RANGE * self.action - angle) - SERVO_DAMPING * speed
        touch = data.sensordata[self.order]
        columns = [
            angle / 1.4, speed / 20.0, self.action, np.clip(force, -1.0, 1.0), -axes[:, 2], spin / 20.0,
            touch / (touch + 2.0), self.direction * axes[:, 0, 0], -self.direction * axes[:, 1, 0], np.zeros(modules),
            np.full(modules, self.reward / SECONDS_OF_A_STEP), np.full(modules, self.step_number == 0),
            self.shown_structure,
        ]  # fmt: skip
        return np.concatenate([np.asarray(part).reshape(modules, -1) for part in columns], axis=1, dtype=np.float32)


def plain_steps(modules: int) -> Play:
    """Plays the plain environment with random actions for a number of steps."""
    env = PlainRobot(modules)
    env.reset(seed=0)
    actions = np.random.default_rng(0).uniform(-1, 1, (1000, modules)).astype(np.float32)

    def play(steps: int) -> int:
        for step in range(steps):
            if env.step(actions[step % len(actions)])[2]:
                env.reset()
        return steps

    return play


def vector_steps(modules: int, copies: int, threads: int) -> Play:
    """Plays the vector environment with random actions for about a number of steps."""
    env = TaskVectorEnv(ModularRobot(modules=modules, threads=threads), num_envs=copies)
    env.reset(seed=0)
    actions = cycle(np.random.default_rng(0).uniform(-1, 1, (100, copies, modules)).astype(np.float32))
    return repeat(lambda: env.step(next(actions)), copies)


def milliseconds_of_a_frame(modules: int, frames: int) -> float:
    """Median over frames of a robot that lies still."""
    task = ModularRobot(modules=modules)
    state = task.unbatch(task.initial(episode_keys(0, [0])), 0)
    drawing.frame(TITLE, task, [state])  # opens OpenGL
    taken = []
    for _ in range(frames):
        began = time.perf_counter()
        drawing.frame(TITLE, task, [state])
        taken.append(time.perf_counter() - began)
    return 1e3 * float(np.median(taken))


def main(
    rounds: int = 7, seconds: float = 0.5, modules: tuple[int, ...] = (4, 8, 12), copies: int = 256, frames: int = 60
) -> None:
    """Print how fast modular robots are.

    Args:
        rounds: of each comparison.
        seconds: least time of a measurement.
        modules: of the chains.
        copies: environments in a vector.
        frames: that are drawn; 0 where there is no OpenGL.
    """
    timing, console = Timing(rounds, seconds, steps=2 * copies), Console()
    table = Table(title=f"Chains, {copies} environments, one thread: environment steps per CPU-second")
    for column in ("modules", "VectorEnv", "plain MuJoCo environment", "ratio", "wanted"):
        table.add_column(column, justify="right")
    for count in modules:
        fast, slow, ratio = timing.compare(vector_steps(count, copies, 1), plain_steps(count))
        table.add_row(str(count), f"{fast:,.0f}", f"{slow:,.0f}", f"{ratio:.2f}x", ">= 1.3x")
    console.print(table)

    table = Table(title=f"Chains, {copies} environments: environment steps per second on the clock")
    for column in ("modules", "two threads", "one thread", "ratio", "wanted"):
        table.add_column(column, justify="right")
    for count in modules:
        two, one = (vector_steps(count, copies, threads) for threads in (2, 1))
        fast, slow, ratio = timing.compare(two, one, time.perf_counter)
        table.add_row(str(count), f"{fast:,.0f}", f"{slow:,.0f}", f"{ratio:.2f}x", ">= 1.8x")
    console.print(table)
    if frames:
        milliseconds = milliseconds_of_a_frame(8, frames)
        console.print(f"picture of 480x320, 8 modules: {milliseconds:.1f} ms (wanted: at most 30)")


if __name__ == "__main__":
    tyro.cli(main)
