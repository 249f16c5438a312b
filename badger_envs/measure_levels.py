"""Measure the levels that no formula gives and store them: `python -m badger_envs.measure_levels ID`.

Run it after a task or its policies have changed. What is stored is replaced, task by task.
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from badger_envs.core.files import write_whole
from badger_envs.core.task import Task
from badger_envs.envs.modular_reacher.task import ModularReacher
from badger_envs.envs.modular_robot.bodies import SPLITS
from badger_envs.envs.modular_robot.task import FAMILIES, UNKNOWNS, ModularRobot
from badger_envs.evaluation import versions
from badger_envs.reference_returns import STORE, mean_return, task_key
from badger_envs.registry import EnvSpec, get_spec

EPISODES, EPISODES_OF_ROBOTS = 200_000, 512
"""Of pure tasks ten times what the contract tests play, so that the error of what is stored hardly counts beside
theirs; of tasks in a simulator what can be had in seconds."""


def tasks_of(spec: EnvSpec) -> list[Task[Any]]:
    """Every task that the registry names: the defaults, the variants, and the sizes; and of robots the usual ones."""
    asked: list[Mapping[str, Any]] = [{}, *spec.variants]
    asked += [{spec.size_argument: size} for size in sorted({*spec.train_sizes, *spec.test_sizes})]
    if spec.task is ModularRobot:
        asked += usual_robots()
    if spec.task is ModularReacher:
        asked += usual_trees()
    return list(dict.fromkeys(spec.make_task(**arguments) for arguments in asked))


def usual_trees() -> list[dict[str, Any]]:
    """Arms that branch, with a goal per tip: of several sizes, and in lives three and ten times as long."""
    tree: dict[str, Any] = {"branching": 0.4, "goal": "tips", "horizon": 40}
    return [{**tree, "segments": segments} for segments in (4, 5, 6, 8)] + [
        {**tree, "segments": 5, "horizon": horizon} for horizon in (120, 400)
    ]


def usual_robots() -> list[dict[str, Any]]:
    """Every family and size that a gait was looked for, the splits, and chains with something unknown."""
    asked: list[dict[str, Any]] = [
        {"body": body, "modules": modules} for body in ("chain", "snake") for modules in range(4, 13)
    ]
    asked += [{"body": "star", "arms": arms, "arm_modules": long} for arms in range(3, 7) for long in (2, 3)]
    asked += [{"body": "tree", "modules": modules} for modules in range(5, 13)]
    asked += [{"body": body, "split": split} for body in FAMILIES for split in SPLITS]
    for unknown in UNKNOWNS[1:]:
        goal = "speed" if unknown == "speed" else "far"
        asked += [{"modules": modules, "unknown": unknown, "goal": goal} for modules in (4, 6, 8)]
    asked += [{"modules": 4, "steps": steps} for steps in (100, 750, 2500)]  # shorter and longer lives
    return asked


def measure(spec: EnvSpec, tasks: Iterable[Task[Any]], episodes: int | None, path: Path) -> None:
    """Measure every level of some tasks of a row that is not known, and store each as soon as it is."""
    for task in tasks:
        count = episodes or (EPISODES if task.functional else EPISODES_OF_ROBOTS)
        made_with = versions() if task.functional else versions() | {"mujoco": version("mujoco")}
        names = spec.tasks[type(task)] if task.functional else ["reference"]  # lying still returns exactly 0
        means = {name: mean_return(task, spec.policy(name, task), count)._asdict() for name in names}
        stored = json.loads(path.read_text()) if path.exists() else {}
        stored[task_key(task)] = {"levels": means, "episodes": count, "versions": made_with}
        write_whole(path, (json.dumps(dict(sorted(stored.items())), indent=1, allow_nan=False) + "\n").encode())
        print(
            task,
            *(f"{name} {mean['mean']:.4f} +- {mean['standard_error']:.4f}" for name, mean in means.items()),
            flush=True,
        )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("id", help="of the environment")
    parser.add_argument(
        "--episodes", type=int, help=f"for each level (default: {EPISODES}, robots {EPISODES_OF_ROBOTS})"
    )
    asked = parser.parse_args()
    spec = get_spec(asked.id)
    measure(spec, tasks_of(spec), asked.episodes, Path(str(files("badger_envs").joinpath(STORE))))


if __name__ == "__main__":
    main()
