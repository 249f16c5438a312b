"""Runs the cells of a comparison wherever there are processes for them; what finished once is never done again."""

import contextlib
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from filelock import Timeout

from badger_envs.core.files import write_json
from baselines.execution.executors import Executor
from baselines.execution.runner import run_cell
from baselines.experiments.run import Cell, failure, find_result, read_object
from baselines.experiments.search import chosen, with_settings
from baselines.experiments.suites import Entry, main_test

Result = dict[str, Any]
LOOK_EVERY_SECONDS = 0.5
PATIENCE_SECONDS = 2.0
"""That a worker waits for a cell which another comparison works on, before it takes another cell."""
PROGRESS = "progress.json"
"""In the folder of a cell that runs: how far it is. A file, since that works from any machine."""


class WorkerDiedError(RuntimeError):
    """A worker process was killed from outside, for want of memory perhaps."""


class Watcher(Protocol):
    """Somebody who is told what goes on."""

    def expect(self, cells: Iterable[Cell]) -> None:
        """These cells are part of the work."""

    def progress(self, cell: Cell, updates: int, point: dict[str, float]) -> None:
        """A running cell has done so many updates; the newest point of its learning curve."""

    def done(self, cell: Cell, result: Result, *, stored: bool) -> None:
        """A cell has ended, or was found stored."""


def run_grid(
    entries: list[Entry], root: Path, *, executor: Executor, device: str, watcher: Watcher
) -> dict[str, Result]:
    """Run everything that the entries need: trials, then runs with the settings that the trials chose.

    Interrupting loses at most the running cells, and not even those: they go on from their checkpoints.
    Comparisons that run at the same time on the same folder share the cells.

    Args:
        entries: contestants on recipes.
        root: folder of the cells.
        executor: where cells run.
        device: where tensors live.
        watcher: is told what goes on.

    Returns:
        Result of every cell by hash. Where the trials of an entry failed, its runs are missing.

    Raises:
        WorkerDiedError: A worker process died. What had finished is kept.
    """
    root = root.resolve()  # workers may be elsewhere
    results: dict[str, Result] = {}
    waiting = {id(entry): entry for entry in entries}
    running: dict[Future[Result | None], Cell] = {}
    for entry in entries:
        watcher.expect(entry.cells)

    def start(cells: Iterable[Cell]) -> None:
        # Long ones first, so that the last one to end is a short one.
        for cell in sorted(cells, key=lambda cell: -cell.work):
            stored = find_result(cell, root)
            if stored is not None:
                results[cell.hash] = stored
                watcher.done(cell, stored, stored=True)
            elif cell not in running.values():
                running[executor.submit(work, cell, root, device)] = cell

    try:
        start(cell for entry in entries for cell in (entry.trials or entry.runs))
        while True:
            for entry in list(waiting.values()):
                if all(trial.hash in results for trial in entry.trials):
                    del waiting[id(entry)]
                    if entry.trials:
                        start(decided_runs(entry, results))
            if not running:
                return results
            ended, _ = wait(running, timeout=LOOK_EVERY_SECONDS, return_when=FIRST_COMPLETED)
            for future in ended:
                cell = running.pop(future)
                result = _outcome(future, cell)
                if result is None:  # another comparison works on it
                    start([cell])
                else:
                    results[cell.hash] = result
                    watcher.done(cell, result, stored=False)
            for cell in running.values():
                news = read_object(root / cell.hash / PROGRESS)
                if news is not None:
                    watcher.progress(cell, news["updates"], news["point"])
    except BrokenProcessPool as error:
        raise WorkerDiedError("a worker process died, for want of memory perhaps") from error


def _outcome(future: "Future[Result | None]", cell: Cell) -> Result | None:
    """What came of a cell; where its machine was lost it failed, and the others go on."""
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise WorkerDiedError(f"a worker process died while {cell.title} ran, for want of memory perhaps") from error
    except Exception:
        return failure(cell, traceback.format_exc())


def decided_runs(entry: Entry, results: dict[str, Result]) -> list[Cell]:
    """The runs of an entry with the settings that its trials chose; none where no settings could be chosen."""
    if not entry.trials:
        return list(entry.runs)
    tried = [
        (draw, None if "failed" in results[trial.hash] else main_test(trial, results[trial.hash])["score"])
        for draw, trial in zip(entry.draws, entry.trials, strict=True)
    ]
    try:
        settings = chosen(tried)
    except ValueError:
        return []
    return [replace(run, outer_loop=with_settings(run.outer_loop, settings)) for run in entry.runs if run.outer_loop]


def work(cell: Cell, root: Path, device: str) -> Result | None:
    """Run a cell in a worker, and leave word of its progress in its folder while it runs.

    Returns:
        Its result; None where another comparison works on it.
    """
    path, told = root / cell.hash / PROGRESS, 0.0

    def on_update(updates: int, point: dict[str, float]) -> None:
        nonlocal told
        if time.monotonic() - told > LOOK_EVERY_SECONDS:
            told = time.monotonic()
            with contextlib.suppress(OSError):  # no reason to stop
                write_json(path, {"updates": updates, "point": point})

    try:
        result = run_cell(cell, root, device=device, on_update=on_update, patience=PATIENCE_SECONDS)
    except Timeout:
        return None
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    return result
