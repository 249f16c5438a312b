"""Shows what a comparison is doing: bars with time left and score in a terminal, a line per run elsewhere."""

import time
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from baselines.experiments.plan import score
from baselines.experiments.run import RunSpec
from baselines.results.run import CurvePoint, RunResult


class TimeLeftColumn(TextColumn):
    """Time left, from the work done since the bar began; the bars' own estimate forgets too fast for unequal runs."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Any) -> Text:
        done = task.completed - task.fields["found"]
        if task.finished or not task.elapsed or done <= 0.0:
            return Text("")
        left = int(task.elapsed * (task.total - task.completed) / done)
        return Text(f"{left // 60}:{left % 60:02d} left", style="cyan")


class ConsoleMonitor:
    """A context that shows progress while it is open; implements `baselines.execution.scheduler.Monitor`.

    Args:
        console: where.
        mode: "bars" and a line for every run that ended, "lines" alone, "quiet" for nothing but failures, or "auto":
            bars in a terminal, lines elsewhere.
    """

    def __init__(self, console: Console, mode: str = "auto") -> None:
        self._console, self._quiet = console, mode == "quiet"
        self._bars = Progress(
            TextColumn("{task.description}", table_column=Column(min_width=26)),
            BarColumn(bar_width=20),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeLeftColumn(),
            TextColumn("{task.fields[score]}"),
            console=console,
            disable=mode in ("lines", "quiet") or not console.is_terminal,
        )
        self._overall = self._bars.add_task("all runs", total=0.0, score="", found=0.0)
        self._running: dict[str, TaskID] = {}
        self._began = time.perf_counter()
        # By the hash of a run, for those that are expected and for those that are begun: how much work that is.
        self._expected: dict[str, float] = {}
        self._work: dict[str, float] = {}
        self._found = 0.0
        self._ended: set[str] = set()

    def __enter__(self) -> "ConsoleMonitor":
        self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        for bar in self._running.values():
            self._bars.remove_task(bar)
        self._bars.stop()

    def expect(self, runs: Iterable[RunSpec]) -> None:
        self._expected |= {run.hash: run.work for run in runs}
        self._bars.update(self._overall, total=sum(self._expected.values()))

    def progress(self, run: RunSpec, point: CurvePoint) -> None:
        if run.hash in self._ended:  # news that was still on its way
            return
        first = run.hash not in self._running  # may be from a checkpoint
        if first:
            bar = self._bars.add_task(escape(run.title), total=float(run.updates), score="", found=point.update)
            self._running[run.hash] = bar
        self._bars.update(self._running[run.hash], completed=point.update, score=f"score {point.score:.2f}")
        self._advance(run, run.work * point.update / run.updates, found=first)

    def lost(self, run: RunSpec, reason: str) -> None:
        self._console.print(f"{run.title}: {reason}; it is begun again", highlight=False, markup=False)

    def done(self, run: RunSpec, result: RunResult, *, stored: bool) -> None:
        self._ended.add(run.hash)
        if run.hash in self._running:
            self._bars.remove_task(self._running.pop(run.hash))
        self._advance(run, run.work, found=stored)
        for line in result.set_aside:
            self._console.print(f"{run.title}: {line}", highlight=False, markup=False)
        if self._quiet and not result.failure:
            return
        if result.failure:
            outcome = "failed: " + result.failure.strip().splitlines()[-1]
        else:
            outcome = f"score {score(run, result):.3f}"
        if stored:
            outcome += "  (found, not run again)"
        count = f"{len(self._ended)}/{len(self._expected)}, {time.perf_counter() - self._began:.0f} s"
        style = "red" if result.failure else None
        self._console.print(f"[{count}] {run.title}: {outcome}", highlight=False, markup=False, style=style)

    def _advance(self, run: RunSpec, work: float, *, found: bool) -> None:
        """So much of a run is done; what was found done says nothing of the speed."""
        before = self._work.get(run.hash, 0.0)
        self._work[run.hash] = max(work, before)
        if found:
            self._found += self._work[run.hash] - before
        self._bars.update(self._overall, completed=sum(self._work.values()), found=self._found)
