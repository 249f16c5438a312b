"""Modular robots: their bodies, the physics that moves them, and the gaits that were found for them.

`bodies` needs numpy alone. `model` and `simulation` import mujoco, so they are imported when a robot is built and not
before.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from badger_envs.core.policy import Blind
from badger_envs.core.spec import EnvSpec
from badger_envs.envs.modular_robot import drawing
from badger_envs.envs.modular_robot.bodies import SPLITS
from badger_envs.envs.modular_robot.policies import Wave
from badger_envs.envs.modular_robot.returns import reference_returns
from badger_envs.envs.modular_robot.task import FAMILIES, UNKNOWNS, ModularRobot


def _usual_robots() -> Iterator[Mapping[str, Any]]:
    """Every family and size that a gait was looked for, the splits, and chains with something unknown."""
    yield from ({"body": body, "modules": modules} for body in ("chain", "snake") for modules in range(4, 13))
    yield from ({"body": "star", "arms": arms, "arm_modules": long} for arms in range(3, 7) for long in (2, 3))
    yield from ({"body": "tree", "modules": modules} for modules in range(5, 13))
    yield from ({"body": body, "split": split} for body in FAMILIES for split in SPLITS)
    for unknown in UNKNOWNS[1:]:
        goal = "speed" if unknown == "speed" else "far"
        yield from ({"modules": modules, "unknown": unknown, "goal": goal} for modules in (4, 6, 8))
    yield from ({"modules": 4, "steps": steps} for steps in (100, 750, 2500))  # shorter and longer lifetimes


SPEC = EnvSpec(
    id="Badger/ModularRobot-v0",
    task=ModularRobot,
    policies={"chance": Blind, "reference": Wave},
    returns=reference_returns,
    drawing=drawing,
    size_argument="modules",
    length_argument="steps",
    train_sizes=(4, 6, 8),
    test_sizes=(4, 5, 6, 7, 8, 10, 12),
    variants=(
        {"body": "tree", "split": "train", "steps": 8, "inner_episodes": 2},
        {"body": "star", "arms": 3, "steps": 12, "unknown": "physics"},
        {"body": "snake", "modules": 5, "steps": 15, "unknown": "signs"},
        {"steps": 12, "goal": "speed", "unknown": "speed"},
    ),
    shared_fields=("body", "secret", "neighbours", "agent_mask"),
    metric="seconds_per_metre",
    published_curves={},
    measured=tuple(_usual_robots()),
)
