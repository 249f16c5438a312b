"""Runs the cells of a comparison in worker processes; what finished once is never done again."""

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import torch

from baselines.comparison.cells import Cell, find_result, run_cell
from baselines.comparison.suites import Entry, choose

Result = dict[str, Any]
LOOK_EVERY_SECONDS = 0.2

_news: Any = None
"""In a worker process: the queue that its news go into."""


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


def run_grid(entries: list[Entry], root: Path, *, jobs: int, device: str, watcher: Watcher) -> dict[str, Result]:
    """Run everything that the entries need: trials, then runs with the learning rate that the trials chose.

    Interrupting loses at most the running cells.

    Args:
        entries: contestants on tasks.
        root: folder of the cells.
        jobs: worker processes, each with one thread of torch.
        device: where tensors live.
        watcher: is told what goes on.

    Returns:
        Result of every cell by hash. Where the trials of an entry failed, its runs are missing.

    Raises:
        WorkerDiedError: A worker process died. What had finished is kept.
    """
    results: dict[str, Result] = {}
    waiting = {id(entry): entry for entry in entries}
    running: dict[Future[Result], Cell] = {}
    for entry in entries:
        watcher.expect([*entry.trials, *entry.runs])

    context = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as stack:
        news = context.Queue()
        pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin_worker, initargs=(news, os.getpid()))
        stack.callback(_stop, pool)

        def start(cells: Iterable[Cell]) -> None:
            # Long ones first, so that the last one to end is a short one.
            for cell in sorted(cells, key=lambda cell: -cell.training_episodes):
                stored = find_result(cell, root)
                if stored is not None:
                    results[cell.hash] = stored
                    watcher.done(cell, stored, stored=True)
                elif cell not in running.values():
                    running[pool.submit(_work, cell, root, device)] = cell

        start(cell for entry in entries for cell in (entry.trials or entry.runs))
        while True:
            for entry in list(waiting.values()):
                if all(trial.hash in results for trial in entry.trials):
                    del waiting[id(entry)]
                    if entry.trials:
                        start(decided_runs(entry, results))
            _pass_on(news, watcher)
            if not running:
                break
            ended, _ = wait(running, timeout=LOOK_EVERY_SECONDS, return_when=FIRST_COMPLETED)
            for future in ended:
                cell = running.pop(future)
                try:
                    result = future.result()
                except BrokenProcessPool as error:
                    raise WorkerDiedError(f"a worker process died while {cell.title} ran") from error
                results[cell.hash] = result
                watcher.done(cell, result, stored=False)
    return results


def decided_runs(entry: Entry, results: dict[str, Result]) -> list[Cell]:
    """The runs of an entry with the learning rate that its trials chose; none where no rate could be chosen."""
    if not entry.trials:
        return list(entry.runs)
    try:
        rate = choose([(trial, results[trial.hash]) for trial in entry.trials])
    except ValueError:
        return []
    return [
        replace(run, outer_loop=replace(run.outer_loop, learning_rate=rate)) for run in entry.runs if run.outer_loop
    ]


def _work(cell: Cell, root: Path, device: str) -> Result:
    def on_update(updates: int, point: dict[str, float]) -> None:
        _news.put((cell, updates, point))

    return run_cell(cell, root, device=device, on_update=on_update)


def _begin_worker(news: Any, parent: int) -> None:
    global _news
    _news = news
    _news.cancel_join_thread()  # nobody waits for the last news of a worker that ends
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    threading.Thread(target=_die_with, args=(parent,), daemon=True).start()


def _die_with(parent: int) -> None:
    """End this worker when its parent was killed: nobody would take its result."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _pass_on(news: Any, watcher: Watcher) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            watcher.progress(*news.get_nowait())


def _stop(pool: ProcessPoolExecutor) -> None:
    workers = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:  # in the middle of a cell, where it was interrupted
        worker.terminate()
