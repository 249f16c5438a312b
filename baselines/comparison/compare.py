"""The comparison: plan the cells of a suite, run them, gather one result, print tables, write the report."""

import os
import platform
import shlex
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console

from badger_envs.evaluation import versions
from badger_envs.files import write_json
from badger_envs.registry import find_row
from badger_envs.statistics import stratified_bootstrap
from baselines.comparison.grid import decided_runs, run_grid
from baselines.comparison.monitor import Monitor
from baselines.comparison.report import write_report
from baselines.comparison.suites import SUITES, Entry, Suite, main_test, plan
from baselines.comparison.tables import as_rich, make_tables

FORMAT = 1


class UsageError(ValueError):
    """Something on the command line that can't be; one line says what is allowed."""


def choose_suite(name: str, agents: tuple[str, ...], environments: tuple[str, ...], seeds: int | None) -> list[Entry]:
    """The entries that a command line asks for.

    Raises:
        UsageError: An unknown suite, agent or environment, or fewer than one seed.
    """
    if name not in SUITES:
        raise UsageError(f"--suite must be one of {', '.join(SUITES)}, got {name!r}")
    suite = SUITES[name]
    _require_known("--agents", agents, [contestant.name for contestant in suite.contestants])
    _require_known("--envs", environments, list(suite.environments))
    if seeds is not None and seeds < 1:
        raise UsageError(f"--seeds must be at least 1, got {seeds}")
    return [
        plan(suite, contestant, task, seeds or (suite.seeds if contestant.outer_loop is None else suite.own_seeds))
        for task in (environments or suite.environments)
        for contestant in suite.contestants
        if not agents or contestant.name in agents
    ]


def compare(
    suite_name: str,
    out: Path,
    *,
    agents: tuple[str, ...],
    environments: tuple[str, ...],
    seeds: int | None,
    jobs: int,
    device: str,
    console: Console,
) -> dict[str, Any]:
    """Run a suite, or what is left to do of it.

    Args:
        suite_name: as on the command line, like all that follow.
        out: folder of the results; made where it is missing.
        console: where progress and tables go.

    Returns:
        What is in `result.json`.

    Raises:
        UsageError: Something that can't be.
    """
    if jobs < 1:
        raise UsageError(f"--jobs must be at least 1, got {jobs}")
    require_device(device)
    entries = choose_suite(suite_name, agents, environments, seeds)
    try:
        cells = out / "cells"
        cells.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out must be a folder that can be written, got {str(out)!r} ({error.strerror})") from error
    began = time.perf_counter()
    with Monitor(console) as monitor:
        results = run_grid(entries, cells, jobs=jobs, device=device, watcher=monitor)
    content = {
        "format": FORMAT,
        "suite": suite_name,
        "about": SUITES[suite_name].about,
        "command": shlex.join(["python", "-m", "baselines", *sys.argv[1:]]),
        "versions": versions() | {name: version(name) for name in ("torch", "safetensors")},
        "machine": {"processors": os.cpu_count(), "architecture": platform.machine(), "jobs": jobs, "device": device},
        "wall_seconds_of_this_run": round(time.perf_counter() - began, 1),
        "agents": [summarise(SUITES[suite_name], entry, results) for entry in entries],
    }
    write_json(out / "result.json", content)
    write_report(content, out)
    for table in make_tables(content):
        console.print()
        console.print(as_rich(table))
    return content


def summarise(suite: Suite, entry: Entry, results: dict[str, Any]) -> dict[str, Any]:
    """What a contestant did on a task: every run as it is stored, and the aggregates."""
    contestant = entry.contestant
    runs = decided_runs(entry, results)
    good = [(run, results[run.hash]) for run in runs if "failed" not in results[run.hash]]
    failed = [results[cell.hash]["failed"] for cell in (*entry.trials, *runs) if "failed" in results[cell.hash]]
    summary: dict[str, Any] = {
        "agent": contestant.name,
        "label": contestant.label,
        "about": contestant.about,
        "task": entry.task,
        "arguments": suite.environments[entry.task],
        "equal_footing": contestant.outer_loop is None,
        "handcrafted": contestant.kind is None,
        "failed": failed,
        "trials": [
            {
                "learning_rate": trial.outer_loop.learning_rate,
                "seed": trial.seed,
                "score": main_test(trial, results[trial.hash])["score"],
                "updates": trial.updates,
                "training_cpu_seconds": results[trial.hash]["training_cpu_seconds"],
            }
            for trial in entry.trials
            if trial.outer_loop and "failed" not in results[trial.hash]
        ],
        "runs": [result for _, result in good],
    }
    if not good:
        return summary
    first_cell, first = good[0]
    tests = [main_test(cell, result) for cell, result in good]
    scores = np.asarray([[test["score"]] for test in tests])  # (runs, 1)
    interval = stratified_bootstrap(scores)
    row = find_row(entry.task)
    sizes = sorted({size for _, result in good for size in result["tests"]}, key=int)
    return summary | {
        "n": len(good),
        "score": {"iqm": interval.estimate, "low": interval.low, "high": interval.high, "runs": scores[:, 0].tolist()},
        "metric": [float(np.mean(test["metrics"][row.metric])) for test in tests],
        "learning_rate": first_cell.outer_loop.learning_rate if first_cell.outer_loop else None,
        "parameters": first.get("parameters", 0),
        "episodes": first.get("episodes", 0),
        "environment_steps": first.get("environment_steps", 0),
        "training_cpu_seconds": float(np.mean([result["training_cpu_seconds"] for _, result in good])),
        "metric_at_size": {
            size: [float(np.mean(result["tests"][size]["metrics"][row.metric])) for _, result in good] for size in sizes
        },
    }


def require_device(device: str) -> None:
    """Refuse a device that torch can't use here.

    Raises:
        UsageError: naming the device and torch's reason.
    """
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"--device must be one that torch can use here, got {device!r} ({reason})") from error


def _require_known(option: str, given: tuple[str, ...], known: list[str]) -> None:
    for name in given:
        if name not in known:
            raise UsageError(f"{option} must be out of {', '.join(known)}, got {name!r}")
