"""Executes the runs of a comparison wherever there are processes for them; what finished once is never done again."""

import contextlib
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Protocol

from filelock import Timeout

from baselines.execution.executors import Executor
from baselines.execution.runner import execute
from baselines.experiments.plan import PlannedAgent
from baselines.experiments.run import RunSpec, failed
from baselines.experiments.stored import find_result
from baselines.results.run import CurvePoint, RunResult

LOOK_EVERY_SECONDS = 0.5
PATIENCE_SECONDS = 2.0
"""That a worker waits for a run which another comparison works on, before it takes another run."""
PROGRESS = "progress.json"
"""In the folder of a run in progress: how far it is. A file, since that works from any machine."""


class WorkerDiedError(ChildProcessError):
    """A worker process was killed from outside, for want of memory perhaps."""


class Monitor(Protocol):
    """Gets the progress of a comparison."""

    def expect(self, runs: Iterable[RunSpec]) -> None:
        """These runs are part of the work."""

    def progress(self, run: RunSpec, point: CurvePoint) -> None:
        """A run goes on; the newest point of its learning curve."""

    def done(self, run: RunSpec, result: RunResult, *, stored: bool) -> None:
        """A run has ended, or was found stored."""


def run_all(
    plans: list[PlannedAgent], root: Path, *, executor: Executor, device: str, monitor: Monitor
) -> dict[str, RunResult]:
    """Execute everything that the planned agents need: trials, then runs with the settings that the trials chose.

    Interrupting loses no finished run; those in progress resume from their checkpoints.
    Comparisons that run at the same time on the same folder share the runs.

    Args:
        plans: agents on recipes.
        root: folder of the runs.
        executor: where runs are executed.
        device: where tensors live.
        monitor: gets the progress.

    Returns:
        Result of every run by hash. Where the trials of an agent failed, its runs are missing.

    Raises:
        WorkerDiedError: A worker process died. What had finished is kept.
    """
    root = root.resolve()  # workers may be elsewhere
    results: dict[str, RunResult] = {}
    waiting = [planned for planned in plans if planned.trials]
    running: dict[Future[RunResult | None], RunSpec] = {}
    for planned in plans:
        monitor.expect(planned.all_runs)

    def start(runs: Iterable[RunSpec]) -> None:
        # Long ones first, so that the last one to end is a short one.
        for run in sorted(runs, key=lambda run: -run.work):
            stored = find_result(run, root)
            if stored is not None:
                results[run.hash] = stored
                monitor.done(run, stored, stored=True)
            elif run not in running.values():
                running[executor.submit(run_in_worker, run, root, device)] = run

    try:
        start(run for planned in plans for run in (planned.trials or planned.runs))
        while True:
            ready = [planned for planned in waiting if all(trial.hash in results for trial in planned.trials)]
            waiting = [planned for planned in waiting if planned not in ready]
            start(run for planned in ready for run in planned.tuned_runs(results))
            if not running:
                return results
            ended, _ = wait(running, timeout=LOOK_EVERY_SECONDS, return_when=FIRST_COMPLETED)
            for future in ended:
                run = running.pop(future)
                result = _outcome(future, run)
                if result is None:  # another comparison works on it
                    start([run])
                else:
                    results[run.hash] = result
                    monitor.done(run, result, stored=False)
            for run in running.values():
                point = CurvePoint.find(root / run.hash / PROGRESS)
                if point is not None:
                    monitor.progress(run, point)
    except BrokenProcessPool as error:
        raise WorkerDiedError("a worker process died, for want of memory perhaps") from error


def _outcome(future: "Future[RunResult | None]", run: RunSpec) -> RunResult | None:
    """What came of a run; where its machine was lost it failed, and the others go on."""
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise WorkerDiedError(f"a worker process died while {run.title} ran, for want of memory perhaps") from error
    except Exception:
        return failed(run, traceback.format_exc())


def run_in_worker(run: RunSpec, root: Path, device: str) -> RunResult | None:
    """Execute a run in a worker, and write its progress into its folder meanwhile.

    Returns:
        Its result; None where another comparison works on it.
    """
    path, written = root / run.hash / PROGRESS, 0.0

    def on_update(point: CurvePoint) -> None:
        nonlocal written
        if time.monotonic() - written > LOOK_EVERY_SECONDS:
            written = time.monotonic()
            with contextlib.suppress(OSError):  # no reason to stop
                point.write(path)

    try:
        result = execute(run, root, device=device, on_update=on_update, patience=PATIENCE_SECONDS)
    except Timeout:
        return None
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    return result
