"""The comparison: plan the runs of a suite, run them, gather one result, print tables, write the report.

What needs torch or matplotlib is imported when the command runs, so that its help is quick.
"""

import os
import platform
import shlex
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from badger_envs.evaluation import versions
from baselines.commands.choose import choose
from baselines.commands.pieces import in_pieces
from baselines.commands.usage import UsageError, make_folder, require_device, require_names, require_no_folder
from baselines.experiments.plan import PlannedAgent
from baselines.experiments.suites import SUITES
from baselines.results.comparison import (
    FORMAT,
    RESULT_FILE,
    RUNS,
    ComparisonResult,
)
from baselines.results.making import Invocation, Machine, SearchSettings


@dataclass(frozen=True)
class Compare:
    """Train, test and probe agents; print tables; write result.json and report/index.html.

    Runs (one agent, one seed, one budget) that finished in an earlier run are found, not done again.
    Interrupt and start again as you like.
    """

    suite: str = "pocket"
    """Name of the suite; see `python -m baselines list`."""
    out: Path | None = None
    """Folder for the results; results/SUITE by default."""
    seeds: int | None = None
    """Number of training seeds of every agent; that of the suite by default."""
    agents: tuple[str, ...] | None = None
    """Names of agents; all of the suite by default. Handcrafted policies always take part."""
    recipes: tuple[str, ...] | None = None
    """Names of recipes; all of the suite by default."""
    envs: tuple[str, ...] | None = None
    """Ids of environments; all of the suite by default."""
    jobs: int = 2
    """Runs at once; each uses one thread."""
    shard: str | None = None
    """i/N: the i-th of N parts of the work, for N machines; `report` merges the folders afterwards."""
    pieces: Path | None = None
    """Folder of results of single problems, as docs/results/standard: those that are there are not computed again, the
    others are written there when they are done."""
    executor: Literal["processes", "ray", "slurm"] = "processes"
    """Where runs are executed: processes of this machine, the Ray cluster that RAY_ADDRESS names, or jobs of SLURM."""
    progress: Literal["auto", "bars", "lines", "quiet"] = "auto"
    """Bars and a line for each run, lines alone, or failures alone; auto: bars in a terminal, lines elsewhere."""
    device: str = "cpu"
    """Where tensors are, as torch names devices: cpu, cuda, cuda:1."""

    def run(self, console: Console) -> int:
        from baselines.analysis.table import as_rich
        from baselines.analysis.tables import make_tables
        from baselines.execution.executors import EXECUTORS
        from baselines.execution.monitor import ConsoleMonitor
        from baselines.report import write_report

        plans, folder = self._plans(), self._folder
        for needed in (folder, folder / RUNS, folder / "report"):
            make_folder("--out", needed)
        require_no_folder("--out", folder / RESULT_FILE)
        with ConsoleMonitor(console, self.progress) as monitor, EXECUTORS[self.executor](self.jobs) as workers:
            compute = partial(self._computed, monitor=monitor, workers=workers)
            result = compute(plans) if self.pieces is None else in_pieces(self.pieces, plans, compute)
        result.write(folder / RESULT_FILE)
        write_report(result, folder)
        for table in make_tables(result) if self.progress != "quiet" else ():
            console.print()
            console.print(as_rich(table))
        console.print(f"wrote {folder / RESULT_FILE} and {folder / 'report' / 'index.html'}")
        if any(agent.failures for agent in result.agents):
            console.print(f"some runs failed; see failed.json in {folder / RUNS}", style="red")
            return 1
        return 0

    def _computed(self, plans: list[PlannedAgent], *, monitor: Any, workers: Any) -> ComparisonResult:
        """The result of these plans, whose runs are found or made."""
        from baselines.analysis.summary import make_problem, summarize
        from baselines.execution.scheduler import run_all

        began = time.perf_counter()
        results = run_all(plans, self._folder / RUNS, executor=workers, device=self.device, monitor=monitor)
        suite, planned_recipes = SUITES[self.suite], [planned.recipe for planned in plans]
        return ComparisonResult(
            format=FORMAT,
            suite=suite.name,
            suite_version=suite.version,
            description=suite.description,
            invocations=(self._invocation(time.perf_counter() - began),),
            problems=tuple(make_problem(recipe) for recipe in suite.recipes if recipe in planned_recipes),
            search=SearchSettings(**asdict(suite.search)),
            agents=summarize(plans, results),
        )

    def kept(self) -> str:
        return f"finished runs are kept in {self._folder / RUNS}"

    @property
    def _folder(self) -> Path:
        return self.out or Path("results") / self.suite

    def _plans(self) -> list[PlannedAgent]:
        """What is to be done, after all options were checked."""
        from baselines.execution.executors import LIBRARIES

        if self.suite not in SUITES:
            raise UsageError(f"--suite must be one of {', '.join(SUITES)}, got {self.suite!r}")
        library = LIBRARIES.get(self.executor)
        if library is not None and find_spec(library) is None:
            install = f"pip install -c constraints.txt -e '.[{self.executor}]'"
            raise UsageError(f"--executor {self.executor} needs {library}: {install}")
        if self.jobs < 1:
            raise UsageError(f"--jobs must be at least 1, got {self.jobs}")
        require_device(self.device)
        for name in ("agents", "recipes", "envs"):
            require_names(f"--{name}", getattr(self, name))
        return choose(
            SUITES[self.suite],
            agents=self.agents or (),
            recipes=self.recipes or (),
            environments=self.envs or (),
            seeds=self.seeds,
            shard=self.shard,
        )

    def _invocation(self, wall_seconds: float) -> Invocation:
        """How this result came about."""
        return Invocation(
            command=shlex.join(["python", "-m", "baselines", *sys.argv[1:]]),
            versions=versions() | {name: version(name) for name in ("torch", "safetensors")},
            machine=Machine(
                processors=os.cpu_count(), architecture=platform.machine(), executor=self.executor, jobs=self.jobs,
                device=self.device,
            ),
            wall_seconds=round(wall_seconds, 1),
        )  # fmt: skip
