"""Measure the reference returns that no formula gives and store them:
`python -m badger_envs.measure_reference_returns ID`.

Run it after a task or its policies have changed. What is stored is replaced, task by task.
"""

import argparse
import json
import tempfile
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from badger_envs.core.checks import LARGEST_COUNT, require_integer
from badger_envs.core.files import write_whole
from badger_envs.core.spec import EnvSpec
from badger_envs.core.task import Task
from badger_envs.evaluation import versions
from badger_envs.reference_returns import STORE, Mean, mean_return, task_key
from badger_envs.registry import SPECS, get_spec

EPISODES, EPISODES_OF_ROBOTS = 200_000, 512
"""Of functional tasks ten times what the contract tests play, so that the error of what is stored hardly counts beside
theirs; of tasks in a simulator as many as are played in seconds."""


def tasks_of(spec: EnvSpec) -> list[Task[Any]]:
    """Every task that a specification names: the defaults, the variants, the sizes, and what it wants measured."""
    wanted: list[Mapping[str, Any]] = [{}, *spec.variants]
    wanted += [{spec.size_argument: size} for size in sorted({*spec.train_sizes, *spec.test_sizes})]
    return list(dict.fromkeys(spec.make_task(**arguments) for arguments in (*wanted, *spec.measured)))


def measure(spec: EnvSpec, tasks: Iterable[Task[Any]], episodes: int | None, path: Path) -> None:
    """Measure every level of some tasks that no formula gives, and store each task as soon as it is measured."""
    for task in tasks:
        usual = EPISODES if task.functional else EPISODES_OF_ROBOTS
        count = usual if episodes is None else episodes
        made_with = versions() if task.functional else versions() | {"mujoco": version("mujoco")}
        means = _means(spec, task, count)
        if not means:
            continue
        stored = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        levels = {level: mean._asdict() for level, mean in means.items()}
        stored[task_key(task)] = {"levels": levels, "episodes": count, "versions": made_with}
        write_whole(path, (json.dumps(dict(sorted(stored.items())), indent=1, allow_nan=False) + "\n").encode())
        print(
            task,
            *(f"{level} {mean.mean:.4f} +- {mean.standard_error:.4f}" for level, mean in means.items()),
            flush=True,
        )


def _means(spec: EnvSpec, task: Task[Any], episodes: int) -> dict[str, Mean]:
    """The levels whose means the environment's `returns` asks for."""
    means: dict[str, Mean] = {}

    def measured(level: str) -> float:
        means[level] = mean_return(task, spec.policy(level, task), episodes)
        return means[level].mean

    spec.returns(task, measured)
    return means


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(
        prog="python -m badger_envs.measure_reference_returns",
        description="Measure the reference returns of an environment that no formula gives, and store them.",
    )
    parser.add_argument("id", choices=SPECS, help="of the environment")
    parser.add_argument(
        "--episodes", type=_count, help=f"at least 2, for each level (default: {EPISODES}, robots {EPISODES_OF_ROBOTS})"
    )
    options = parser.parse_args()
    spec = get_spec(options.id)
    try:
        with tempfile.TemporaryFile(dir=Path(str(files("badger_envs").joinpath(STORE))).parent):
            pass
    except OSError as error:  # before the work
        parser.error(f"the package must lie in a folder that can be written, got {error}")
    measure(spec, tasks_of(spec), options.episodes, Path(str(files("badger_envs").joinpath(STORE))))


def _count(word: str) -> int:
    try:
        return require_integer("--episodes", int(word), 2, LARGEST_COUNT)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be an integer in [2, {LARGEST_COUNT}], got {word!r}") from None


if __name__ == "__main__":
    main()
