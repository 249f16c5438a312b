"""How fast the views of the tasks are, as ratios taken in one process: `python -m benchmarks.environments`.

Rates are environment steps per CPU-second of this process, medians over rounds.
"""

from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import torch
import tyro
from gymnasium.vector import SyncVectorEnv
from rich.console import Console
from rich.table import Table
from stable_baselines3.common.vec_env import VecEnv

import badger_envs
from agents import build_agent
from badger_envs.core.episodes import episode_keys
from badger_envs.core.extras import needs_extra
from badger_envs.views import ParallelTaskEnv
from badger_envs.views.stable_baselines3 import SharedVecEnv

with needs_extra("bench", "python -m benchmarks.environments"):
    import supersuit
from baselines.experiments.agents import AGENTS
from baselines.experiments.recipes import GUESSING, RECIPES
from baselines.outer_loops.rollout import BatchedEnv, rollout
from benchmarks.timing import Play, Timing, repeat


class PlainGuessing(gym.Env[Any, Any]):
    """The guessing game as one would write it by hand, without keys, checks or anything shared."""

    def __init__(self, dims: int = 3, horizon: int = 20) -> None:
        self.dims, self.horizon = dims, horizon
        low, high = np.array([-1, 0, 0], np.float32), np.array([1, 12, 1], np.float32)
        self.observation_space = gym.spaces.Box(np.tile(low, dims), np.tile(high, dims))
        self.action_space = gym.spaces.Box(-1, 1, (dims,), np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.target = self.np_random.uniform(-1, 1, self.dims).astype(np.float32)
        self.last, self.steps = np.zeros(self.dims, np.float32), 0
        return self._observe()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.last = np.asarray(action, np.float32)
        self.steps += 1
        observation, info = self._observe()
        return observation, -info["error"], self.steps >= self.horizon, False, info

    def _observe(self) -> tuple[Any, dict[str, Any]]:
        error = float(3.0 * np.mean((self.last - self.target) ** 2))
        left = 1.0 - self.steps / self.horizon
        observation = np.empty((self.dims, 3), np.float32)
        observation[:, 0], observation[:, 1], observation[:, 2] = self.last, error, left
        return observation.reshape(-1), {"error": error}


def single_steps(env: gym.Env[Any, Any]) -> Play:
    """Plays an Env with resets for a number of steps."""
    env.reset(seed=0)
    action = np.zeros(env.action_space.shape or (), np.float32)

    def play(steps: int) -> int:
        env.reset()
        for _ in range(steps):
            if env.step(action)[2]:
                env.reset()
        return steps

    return play


def vector_steps(env: gym.vector.VectorEnv[Any, Any, Any]) -> Play:
    """Plays a VectorEnv with its autoreset."""
    env.reset(seed=0)
    actions = np.zeros(env.action_space.shape or (), np.float32)

    def play(steps: int) -> int:
        for _ in range(steps):
            env.step(actions)
        return steps * env.num_envs

    return play


def stable_baselines3_steps(env: VecEnv) -> Play:
    """Plays an environment of stable-baselines3, whose rows are ports."""
    env.reset()
    actions = np.zeros((env.num_envs, *(env.action_space.shape or ())), np.float32)

    def play(steps: int) -> int:
        for _ in range(steps):
            env.step(actions)
        return steps * env.num_envs

    return play


def environment_share(timing: Timing) -> tuple[float, float]:
    """CPU-seconds of one outer step (batch 128, 10 steps, 3 experts), and the environment's share of them."""
    torch.set_num_threads(1)
    agent_spec = AGENTS["badger"]
    assert agent_spec.kind is not None
    agent = build_agent(agent_spec.kind, RECIPES["guessing"].config(agent_spec))
    optimizer = torch.optim.Adam(agent.parameters(), fused=True)
    task = badger_envs.Guessing(dims=3, horizon=10)
    keys, env = episode_keys(0, np.arange(128)), BatchedEnv(task)
    actions = torch.zeros(128, 3, 1, requires_grad=True)

    def outer_step() -> None:
        env.reset(keys)
        rewards, _ = rollout(env, agent, agent.initial_state(128, 3), task.horizon)
        optimizer.zero_grad()
        (-rewards.sum(dim=0).mean()).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(agent.parameters(), 1.0)
        optimizer.step()

    def environment_only() -> None:
        # The same episodes with the gradient of the task and without an agent.
        env.reset(keys)
        rewards = []
        for _ in range(task.horizon):
            env.observation()
            rewards.append(env.step(actions))
        torch.stack(rewards).sum().backward()  # type: ignore[no-untyped-call]

    whole, _, ratio = timing.compare(repeat(outer_step), repeat(environment_only))
    return 1.0 / whole, ratio


FUNCTIONAL = [spec.id for spec in badger_envs.SPECS.values() if spec.task.functional]
"""Ids of tasks that run on every backend."""


def main(
    rounds: int = 7, seconds: float = 0.25, envs: tuple[str, ...] = tuple(FUNCTIONAL), max_copies: int = 16384
) -> None:
    """Print how fast the views of the tasks are.

    Args:
        rounds: of each comparison.
        seconds: least time of a measurement.
        envs: ids of functional tasks.
        max_copies: most environments in a vector.
    """
    timing, console = Timing(rounds, seconds), Console()
    table = Table(title="VectorEnv, NEXT_STEP autoreset, infos included: environment steps per CPU-second")
    for column in ("task", "environments", "VectorEnv", "SyncVectorEnv", "ratio", "wanted"):
        table.add_column(column, justify="left" if column == "task" else "right")
    for id, copies, wanted in ((GUESSING, 64, 8), (GUESSING, 16384, 300), *((id, 1024, 90) for id in envs)):
        count = min(copies, max_copies)
        vector = gym.make_vec(id, num_envs=count)
        singles = [partial(gym.make, id, disable_env_checker=True)] * count
        fast, slow, ratio = timing.compare(vector_steps(vector), vector_steps(SyncVectorEnv(singles)))
        name = id.removeprefix("Badger/")
        table.add_row(name, f"{count:,}", f"{fast:,.0f}", f"{slow:,.0f}", f"{ratio:.0f}x", f">= {wanted}x")
    console.print(table)

    table = Table(title="One policy for all ports, 16 copies, as stable-baselines3 sees it: port steps per CPU-second")
    for column in ("task", "ours", "SuperSuit", "ratio", "wanted"):
        table.add_column(column, justify="left" if column == "task" else "right")
    for id in envs:
        rows = supersuit.pettingzoo_env_to_vec_env_v1(ParallelTaskEnv(id))
        other = supersuit.concat_vec_envs_v1(rows, 16, num_cpus=1, base_class="stable_baselines3")
        own = SharedVecEnv(id, copies=16)
        fast, slow, ratio = timing.compare(stable_baselines3_steps(own), stable_baselines3_steps(other))
        table.add_row(id.removeprefix("Badger/"), f"{fast:,.0f}", f"{slow:,.0f}", f"{ratio:.0f}x", ">= 5x")
    console.print(table)

    ours = single_steps(gym.make(GUESSING, disable_env_checker=True).unwrapped)
    plain, single, ratio = timing.compare(single_steps(PlainGuessing()), ours)
    console.print(
        f"single Env: {single:,.0f} steps per CPU-second; written by hand: {plain:,.0f}; "
        f"by hand is {ratio:.2f}x as fast (wanted: at most 2x)"
    )
    cpu_seconds, share = environment_share(timing)
    console.print(
        f"outer step (batch 128, 10 steps, 3 experts): {cpu_seconds * 1e3:.1f} CPU-ms, of which the environment "
        f"{share:.1%} (wanted: at most 10 %)"
    )


if __name__ == "__main__":
    tyro.cli(main)
