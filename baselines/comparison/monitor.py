"""Shows what a comparison is doing: bars with time left and score in a terminal, a line per cell elsewhere."""

import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from baselines.comparison.cells import Cell
from baselines.comparison.suites import main_test


class TimeLeftColumn(TextColumn):
    """Time left, from the work done so far; the bars' own estimate forgets too fast for runs of unequal speed."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Any) -> Text:
        if task.finished or not task.elapsed or not task.completed or not task.total:
            return Text("")
        left = int(task.elapsed * (task.total - task.completed) / max(task.completed, 1e-9))
        return Text(f"{left // 60}:{left % 60:02d} left", style="cyan")


class Monitor:
    """A context that shows progress while it is open; implements `baselines.comparison.grid.Watcher`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            TextColumn("{task.description}", table_column=Column(min_width=26)),
            BarColumn(bar_width=20),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeLeftColumn(),
            TextColumn("{task.fields[score]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._overall = self._bars.add_task("all cells", total=0.0, score="")
        self._running: dict[str, TaskID] = {}
        self._done_work: dict[str, float] = {}
        self._began = time.perf_counter()
        self._cells = 0
        self._ended: set[str] = set()

    def __enter__(self) -> "Monitor":
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for bar in self._running.values():
            self._bars.remove_task(bar)
        self._bars.stop()

    def expect(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            self._cells += 1
            self._bars.update(self._overall, total=(self._bars.tasks[0].total or 0.0) + _work(cell))

    def progress(self, cell: Cell, updates: int, point: dict[str, float]) -> None:
        if cell.hash in self._ended:  # news that was still on its way
            return
        if cell.hash not in self._running:
            self._running[cell.hash] = self._bars.add_task(cell.title, total=float(cell.updates), score="")
        self._bars.update(self._running[cell.hash], completed=float(updates), score=f"score {point['score']:.2f}")
        self._advance(cell, _work(cell) * updates / cell.updates)

    def done(self, cell: Cell, result: dict[str, Any], *, stored: bool) -> None:
        self._ended.add(cell.hash)
        if cell.hash in self._running:
            self._bars.remove_task(self._running.pop(cell.hash))
        self._advance(cell, _work(cell))
        if "failed" in result:
            said = "[red]failed:[/red] " + result["failed"].strip().splitlines()[-1]
        else:
            said = f"score {main_test(cell, result)['score']:.3f}"
        if stored:
            said += "  (found, not run again)"
        count = f"{len(self._ended)}/{self._cells}, {time.perf_counter() - self._began:.0f} s"
        self._console.print(f"[{count}] {cell.title}: {said}", highlight=False)

    def _advance(self, cell: Cell, work: float) -> None:
        self._done_work[cell.hash] = max(work, self._done_work.get(cell.hash, 0.0))
        self._bars.update(self._overall, completed=sum(self._done_work.values()))


def _work(cell: Cell) -> float:
    """How much there is to do, in lifetimes; a little even where nothing is trained."""
    return 1.0 + cell.training_episodes
