"""The pocket comparison with next to no training, also as a program: `python -m tests.helpers.tiny compare ...`.

TINY_FACTOR in its environment makes trainings so many times as long; TINY_LOG names a file that gets a line for every
training: the hash of its run.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from baselines.execution import training
from baselines.experiments.recipe import Recipe
from baselines.experiments.recipes import RECIPES
from baselines.experiments.search import Search
from baselines.experiments.suites import SUITES, Suite
from tests.helpers.paths import ROOT

ALL = 18
"""Runs of the suite: 3 agents x (2 trials + 2 runs), and 3 handcrafted policies of each of its two tasks."""


def tiny(factor: int = 1) -> Suite:
    """The suite with so many times the updates."""

    def small(name: str, agents: tuple[str, ...], test_sizes: tuple[int, ...]) -> Recipe:
        loop = replace(RECIPES[name].outer_loop, updates=12 * factor, batch=8)
        return replace(
            RECIPES[name], outer_loop=loop, agents=agents, test_sizes=test_sizes, test_episodes=100, probe_episodes=10
        )

    return replace(
        SUITES["pocket"],
        name="tiny",
        recipes=(small("guessing", ("badger", "monolithic"), (2, 3)), small("xor3", ("shared",), (2, 3))),
        seeds=2,
        search=Search(trials=2),
        probes=("life", "cut"),
    )


def start_tiny(out: Path, *options: str, factor: int = 1, log: Path | None = None, **how: Any) -> subprocess.Popen[str]:
    """Start the program in a session of its own; everything that it says comes through `stdout`."""
    command = [sys.executable, "-m", "tests.helpers.tiny", "compare", "--suite", "tiny", "--out", str(out), *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TINY_FACTOR": str(factor), "TINY_LOG": str(log or os.devnull)}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, **{**pipes, **how})


def run_tiny(out: Path, *options: str, **how: Any) -> tuple[int, str]:
    """Run the program; returns its exit code and what it said."""
    process = start_tiny(out, *options, **how)
    said = process.communicate(timeout=120)[0]
    return process.returncode, said


def wait_until(true: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def log_trainings(path: Path) -> None:
    """Have every training write a line."""
    train = training.train

    def logged(*arguments: Any, checkpoint: Path, **more: Any) -> Any:
        with path.open("a") as file:
            file.write(f"{checkpoint.parent.name}\n")
        return train(*arguments, checkpoint=checkpoint, **more)

    training.train = logged


if "TINY_LOG" in os.environ:  # in workers too, which import this file
    log_trainings(Path(os.environ["TINY_LOG"]))
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background job would ignore
    from baselines.__main__ import main

    SUITES["tiny"] = tiny(int(os.environ["TINY_FACTOR"]))
    sys.exit(main())
