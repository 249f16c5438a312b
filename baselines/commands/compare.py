"""The comparison: plan the runs of a suite, run them, gather one result, print tables, write the report."""

import contextlib
import os
import platform
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import torch
from rich.console import Console

from badger_envs.evaluation import versions
from baselines.analysis.summary import make_problem, summarize
from baselines.analysis.tables import as_rich, make_tables
from baselines.execution.executors import EXECUTORS, LIBRARIES
from baselines.execution.monitor import ConsoleMonitor
from baselines.execution.scheduler import run_all
from baselines.experiments.plan import PlannedAgent, plan
from baselines.experiments.suites import SUITES, Suite
from baselines.report import write_report
from baselines.results import FORMAT, RESULT_FILE, RUNS, ComparisonResult, Invocation, Machine, SearchSettings


class UsageError(ValueError):
    """A value on the command line that is not allowed; one line says what is."""


def choose(
    suite: Suite,
    *,
    agents: Sequence[str] = (),
    recipes: Sequence[str] = (),
    environments: Sequence[str] = (),
    seeds: int | None = None,
    shard: str | None = None,
) -> list[PlannedAgent]:
    """The agents on recipes that a command line asks for.

    Args:
        suite: what to choose from.
        agents: names; none for all. Handcrafted policies always take part.
        recipes: names; none for all.
        environments: ids; none for all.
        seeds: runs of each agent; None for what the suite says.
        shard: "i/N", the i-th of N parts of about the same work, i from 1; None for everything.

    Raises:
        UsageError: An unknown agent, recipe or environment, fewer than one seed, or no such shard.
    """
    known = list(dict.fromkeys(name for recipe in suite.recipes for name in recipe.agents))
    _require_known("--agents", agents, known)
    _require_known("--recipes", recipes, [recipe.name for recipe in suite.recipes])
    _require_known("--envs", environments, list(dict.fromkeys(recipe.task for recipe in suite.recipes)))
    if seeds is not None and seeds < 1:
        raise UsageError(f"--seeds must be at least 1, got {seeds}")
    plans = [
        planned
        for recipe in suite.recipes
        if (not recipes or recipe.name in recipes) and (not environments or recipe.task in environments)
        for planned in plan(suite, recipe, seeds)
        if not agents or planned.agent_spec.kind is None or planned.agent_spec.name in agents
    ]
    if shard is None:
        return plans
    part, parts = _shard(shard)
    by_work = sorted(plans, key=lambda planned: -sum(run.work for run in planned.all_runs))
    return [planned for planned in plans if by_work.index(planned) % parts == part - 1]


def compare(
    suite_name: str,
    out: Path,
    *,
    console: Console,
    agents: Sequence[str] = (),
    recipes: Sequence[str] = (),
    environments: Sequence[str] = (),
    seeds: int | None = None,
    shard: str | None = None,
    executor: str = "processes",
    jobs: int = 2,
    device: str = "cpu",
    progress: str = "auto",
) -> ComparisonResult:
    """Run a suite, or what is left to do of it.

    Args:
        suite_name: as on the command line, like all that follow.
        out: folder of the results; made where it is missing.
        console: where progress and tables go.
        agents, recipes, environments, seeds, shard: see `choose`.
        executor: one of `EXECUTORS`.
        jobs: runs at once, of executors that count them.
        device: where tensors live.
        progress: see `ConsoleMonitor`.

    Returns:
        What is in `result.json`.

    Raises:
        UsageError: A value that is not allowed.
    """
    if suite_name not in SUITES:
        raise UsageError(f"--suite must be one of {', '.join(SUITES)}, got {suite_name!r}")
    if executor not in EXECUTORS:
        raise UsageError(f"--executor must be one of {', '.join(EXECUTORS)}, got {executor!r}")
    if executor in LIBRARIES and find_spec(LIBRARIES[executor]) is None:
        raise UsageError(
            f"--executor {executor} needs {LIBRARIES[executor]}: pip install -c constraints.txt -e '.[{executor}]'"
        )
    if jobs < 1:
        raise UsageError(f"--jobs must be at least 1, got {jobs}")
    require_device(device)
    suite = SUITES[suite_name]
    plans = choose(suite, agents=agents, recipes=recipes, environments=environments, seeds=seeds, shard=shard)
    try:
        folder = out / RUNS
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out must be a folder that can be written, got {str(out)!r} ({error.strerror})") from error
    began = time.perf_counter()
    with ConsoleMonitor(console, progress) as monitor, EXECUTORS[executor](jobs) as workers:
        results = run_all(plans, folder, executor=workers, device=device, monitor=monitor)
    invocation = Invocation(
        command=shlex.join(["python", "-m", "baselines", *sys.argv[1:]]),
        versions=versions() | {name: version(name) for name in ("torch", "safetensors")},
        machine=Machine(
            processors=os.cpu_count(), architecture=platform.machine(), executor=executor, jobs=jobs, device=device
        ),
        wall_seconds=round(time.perf_counter() - began, 1),
    )
    recipes_of_plans = [recipe for recipe in suite.recipes if any(planned.recipe == recipe for planned in plans)]
    result = ComparisonResult(
        format=FORMAT,
        suite=suite.name,
        suite_version=suite.version,
        description=suite.description,
        invocations=(invocation,),
        problems=tuple(make_problem(recipe) for recipe in recipes_of_plans),
        search=SearchSettings(**asdict(suite.search)),
        agents=tuple(summarize(planned, results) for planned in plans),
    )
    result.write(out / RESULT_FILE)
    write_report(result, out)
    if progress != "quiet":
        for table in make_tables(result):
            console.print()
            console.print(as_rich(table))
    return result


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


def _require_known(option: str, given: Sequence[str], known: list[str]) -> None:
    for name in given:
        if name not in known:
            raise UsageError(f"{option} must be out of {', '.join(known)}, got {name!r}")


def _shard(text: str) -> tuple[int, int]:
    with contextlib.suppress(ValueError):
        part, parts = (int(number) for number in text.split("/"))
        if 1 <= part <= parts:
            return part, parts
    raise UsageError(f"--shard must be i/N with i in 1..N, got {text!r}")
