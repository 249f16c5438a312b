"""Write a benchmark from the registry: `python -m leaderboards.schema.make_benchmark v1`.

A benchmark that is published never changes.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from badger_envs.core.files import write_whole
from badger_envs.registry import get_spec, reference_returns
from leaderboards.schema.benchmark import BENCHMARKS


@dataclass(frozen=True)
class Chosen:
    """What a benchmark takes of the registry; all the rest follows."""

    name: str
    id: str
    arguments: dict[str, Any]
    sizes: tuple[int, ...]
    episodes: int
    trained_sizes: tuple[int, ...] = ()
    """Where it is a range that is trained with."""


PROBLEMS: dict[str, tuple[Chosen, ...]] = {
    # What `python -m baselines compare --suite standard_1` trains on.
    "v1": (
        Chosen("guessing", "Badger/Guessing-v0", {"dims": 3}, tuple(range(1, 11)), 1000),
        Chosen("xor3", "Badger/HiddenXOR-v0", {"bits": 3}, (2, 3, 4, 5, 6), 1000),
        Chosen("routing3", "Badger/Routing-v0", {"ports": 3, "horizon": 10}, (3, 4, 5, 6), 1000),
        Chosen(
            "reacher_tips",
            "Badger/ModularReacher-v0",
            {"segments": 5, "branching": 0.4, "goal": "tips", "horizon": 40},
            (4, 5, 6, 8),
            1000,
        ),
        Chosen("robot_ppo", "Badger/ModularRobot-v0", {"modules": 4}, (4, 6, 8), 128),
    ),
    # What `python -m baselines compare --suite standard` trains on: every environment, each on a range of sizes.
    "v2": (
        Chosen("guessing", "Badger/Guessing-v0", {"dims": 3}, (2, 3, 4, 5, 6, 8), 500, (2, 3, 5)),
        Chosen("parity", "Badger/HiddenXOR-v0", {"bits": 2, "rounds": 3}, (2, 3, 4, 5, 6), 500, (2, 3, 4)),
        Chosen("routing", "Badger/Routing-v0", {"ports": 3, "horizon": 10}, (2, 3, 4, 5, 6, 10), 500, (2, 3, 5)),
        Chosen("mesh", "Badger/MeshRouting-v0", {"ports": 4, "horizon": 12}, (3, 4, 5, 6, 8), 200, (3, 4, 5)),
        Chosen(
            "arm",
            "Badger/ModularReacher-v0",
            {"segments": 5, "branching": 0.4, "goal": "tips", "horizon": 40},
            (3, 4, 5, 6, 8),
            500,
            (3, 5, 6),
        ),
        Chosen("robot", "Badger/ModularRobot-v0", {"modules": 4}, (3, 4, 5, 6, 8), 64, (3, 4, 5)),
        Chosen("advice", "Badger/Advice-v0", {"sources": 3}, (2, 3, 4, 6, 8, 10), 500, (2, 3, 6)),
        Chosen(
            "stream",
            "Badger/Stream-v0",
            {"classes": 2, "inputs": 4, "examples": 10, "learners": 4},
            (1, 2, 3, 4, 5, 6, 8),
            500,
            (1, 2, 4, 5),
        ),
        Chosen(
            "search", "Badger/Optimisation-v0", {"dims": 3, "feedback": "first"}, (2, 3, 4, 5, 6, 8), 500, (2, 3, 5)
        ),
        Chosen("ranking", "Badger/Ranking-v0", {"members": 5, "rounds": 2}, (2, 3, 4, 5, 6, 8, 10), 500, (2, 3, 5, 6)),
        Chosen("maze", "Badger/Maze-v0", {"side": 3, "think": 4, "steps": 12}, (2, 3, 4), 500, (2, 3)),
        Chosen(
            "memory",
            "Badger/Memory-v0",
            {"ports": 6, "lost": 2, "pairs": 1, "rounds": 1},
            (4, 5, 6, 8, 10),
            500,
            (4, 6, 8),
        ),
    ),
}
MIN_SEEDS = 5


def describe(name: str, problems: Sequence[Chosen]) -> dict[str, Any]:
    """A benchmark as its file says it, from the registry as it is now."""
    return {
        "format": 1,
        "name": name,
        "episode_set": "TEST",
        "least_seeds": MIN_SEEDS,
        "problems": [_problem(chosen) for chosen in problems],
    }


def write_benchmark(name: str, problems: Sequence[Chosen], folder: Path = BENCHMARKS) -> Path:
    """Write `<name>.json`, whole or not at all; returns where."""
    path = folder / f"{name}.json"
    write_whole(path, (json.dumps(describe(name, problems), indent=1, allow_nan=False) + "\n").encode())
    return path


def _problem(chosen: Chosen) -> dict[str, Any]:
    spec = get_spec(chosen.id)
    # Files of benchmarks that were published before there were ranges stay as they are, to the byte.
    trained = {"trained_sizes": list(chosen.trained_sizes)} if chosen.trained_sizes else {}
    return {
        "name": chosen.name,
        "id": chosen.id,
        "arguments": chosen.arguments,
        "size_name": spec.size_argument,
        "train_size": getattr(spec.make_task(**chosen.arguments), spec.size_argument),
        "metric": spec.metric,
        "sizes": {str(size): _size(chosen, size) for size in chosen.sizes},
        **trained,
    }


def _size(chosen: Chosen, size: int) -> dict[str, Any]:
    spec = get_spec(chosen.id)
    task = spec.make_task(**{**chosen.arguments, spec.size_argument: size})
    levels = reference_returns(task)
    return {
        "arguments": task.arguments(),
        "episodes": chosen.episodes,
        "first_episode": 0,
        "horizon": task.horizon,
        "lowest": levels.lowest,
        "highest": levels.highest,
        "chance": levels.chance,
        "reference": levels.reference,
    }


def main() -> None:
    """Write the benchmarks that are named."""
    parser = argparse.ArgumentParser(
        prog="python -m leaderboards.schema.make_benchmark", description="Write <name>.json."
    )
    parser.add_argument("names", nargs="+", choices=list(PROBLEMS))
    for name in parser.parse_args().names:
        print(f"wrote {write_benchmark(name, PROBLEMS[name])}")


if __name__ == "__main__":
    main()
