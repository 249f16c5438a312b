"""Draws docs/environments.png: one moment of every task, under its reference policy: `python docs/make_pictures.py`."""

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import tyro
from PIL import Image

from badger_envs.core.canvas import PAPER
from badger_envs.registry import get_spec

MOMENTS: tuple[tuple[str, dict[str, Any], str, int], ...] = (
    ("Badger/Guessing-v0", {"dims": 5}, "all_equal", 8),
    ("Badger/HiddenXOR-v0", {"bits": 5, "questions": 12, "subset": True}, "reference", 33),
    ("Badger/Routing-v0", {"ports": 5, "feedback": "reward"}, "reference", 3),
    ("Badger/MeshRouting-v0", {"ports": 10, "failures": 2}, "reference", 33),
    ("Badger/ModularReacher-v0", {"segments": 12, "branching": 0.4, "goal": "tips"}, "reference", 12),
    ("Badger/ModularRobot-v0", {"modules": 8}, "reference", 120),
    ("Badger/Advice-v0", {}, "own_source", 38),
    ("Badger/Optimisation-v0", {"landscape": "peaks"}, "reference", 24),
    ("Badger/Ranking-v0", {}, "alone", 5),
    ("Badger/Stream-v0", {}, "reference", 12),
    ("Badger/Memory-v0", {"lost": 3}, "one_copy", 30),
    ("Badger/Maze-v0", {"side": 5}, "wave", 22),
)
"""Id, arguments, level whose policy plays, and steps played."""
COLUMNS = 2
OUT = Path(__file__).with_name("environments.png")


def frame(id: str, arguments: dict[str, Any], level: str, steps: int) -> Any:
    """The picture after so many steps of the first episode of seed 3."""
    spec = get_spec(id)
    policy = spec.policy(level, spec.make_task(**arguments))
    env = gym.make(id, render_mode="rgb_array", **arguments)
    shown, _ = env.reset(seed=3)
    reward: Any = 0.0
    policy.reset(1)
    for _ in range(steps):
        shown, reward, *_ = env.step(policy.act(shown[None], np.asarray([reward], np.float32))[0])
    return env.render()


def main(out: Path = OUT, max_steps: int = 1000) -> None:
    """Draw one moment of every task.

    Args:
        out: where the picture goes.
        max_steps: most steps that are played before it.
    """
    frames = [frame(id, arguments, level, min(steps, max_steps)) for id, arguments, level, steps in MOMENTS]
    if len(frames) % COLUMNS:
        frames += [np.full_like(frames[0], PAPER)] * (COLUMNS - len(frames) % COLUMNS)
    rows = [np.concatenate(frames[first : first + COLUMNS], axis=1) for first in range(0, len(frames), COLUMNS)]
    Image.fromarray(np.concatenate(rows)).save(out)


if __name__ == "__main__":
    tyro.cli(main)
