"""Measure the levels that no formula gives and store them: `python -m badger_envs.measure_levels ID`.

Run it after a task or its policies have changed. What is stored is replaced, task by task.
"""

import argparse
import json
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from badger_envs.evaluation import versions
from badger_envs.files import write_whole
from badger_envs.measured import STORE, mean_return, task_key
from badger_envs.registry import Row, find_row
from badger_envs.task import Task

EPISODES = 200_000
"""Ten times what the contract tests play, so that the error of what is stored hardly counts beside theirs."""


def tasks_of(row: Row) -> list[Task[Any]]:
    """Every task that the registry names: the defaults, the variants, and the sizes."""
    sizes = [{row.size: size} for size in sorted({*row.train_sizes, *row.test_sizes})]
    return list(dict.fromkeys(row.make_task(**arguments) for arguments in ({}, *row.variants, *sizes)))


def measure(row: Row, tasks: Iterable[Task[Any]], episodes: int, path: Path) -> None:
    """Measure every level of some tasks of a row and store each as soon as it is known."""
    for task in tasks:
        means = {
            name: mean_return(task, make(task), episodes)._asdict() for name, make in row.tasks[type(task)].items()
        }
        stored = json.loads(path.read_text()) if path.exists() else {}
        stored[task_key(task)] = {"levels": means, "episodes": episodes, "versions": versions()}
        write_whole(path, (json.dumps(dict(sorted(stored.items())), indent=1, allow_nan=False) + "\n").encode())
        print(task, *(f"{name} {mean['mean']:.4f} +- {mean['standard_error']:.4f}" for name, mean in means.items()))


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("id", help="of the environment")
    parser.add_argument("--episodes", type=int, default=EPISODES, help="for each level (default: %(default)s)")
    asked = parser.parse_args()
    row = find_row(asked.id)
    measure(row, tasks_of(row), asked.episodes, Path(str(files("badger_envs").joinpath(STORE))))


if __name__ == "__main__":
    main()
