"""Executes the runs of a comparison wherever there are processes for them; what finished once is never done again."""

import contextlib
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path
from typing import Protocol

from filelock import Timeout

from baselines.execution.executors import Executor
from baselines.execution.processes import WorkerLostError, WorkerStartError
from baselines.execution.runner import FAILED_FILE, execute
from baselines.experiments.plan import PlannedAgent
from baselines.experiments.run import RunSpec, failed
from baselines.experiments.stored import find_result
from baselines.results.run import CurvePoint, RunResult

LOOK_EVERY_SECONDS = 0.5
LOSSES_UNTIL_FAILED = 2
"""How often whatever runs a run may die, as for want of memory, until the run has failed."""
PATIENCE_SECONDS = 2.0
"""That a worker waits for a run which another comparison works on, before it takes another run."""
PROGRESS = "progress.json"
"""In the folder of a run in progress: how far it is. A file, since that works from any machine."""


class Monitor(Protocol):
    """Gets the progress of a comparison."""

    def expect(self, runs: Iterable[RunSpec]) -> None:
        """These runs are part of the work."""

    def progress(self, run: RunSpec, point: CurvePoint) -> None:
        """A run goes on; the newest point of its learning curve."""

    def lost(self, run: RunSpec, reason: str) -> None:
        """Whatever ran this died; it is begun again."""

    def done(self, run: RunSpec, result: RunResult, *, stored: bool) -> None:
        """A run has ended, or was found stored."""


def run_all(
    plans: list[PlannedAgent], root: Path, *, executor: Executor, device: str, monitor: Monitor
) -> dict[str, RunResult]:
    """Execute everything that the planned agents need: trials, then runs with the settings that the trials chose.

    Interrupting loses no finished run; those in progress resume from their checkpoints. A run whose worker or machine
    is lost is begun again, and has failed where that happens a second time; the others go on. Comparisons that run at
    the same time on the same folder share the runs.

    Args:
        plans: agents on recipes.
        root: folder of the runs.
        executor: where runs are executed.
        device: where tensors live.
        monitor: gets the progress.

    Returns:
        Result of every run by hash. Where the trials of an agent failed, its runs are missing.

    Raises:
        WorkerStartError: No worker process can be started.
    """
    root = root.resolve()  # workers may be elsewhere
    results: dict[str, RunResult] = {}
    waiting = [planned for planned in plans if planned.trials]
    running: dict[Future[RunResult | None], RunSpec] = {}
    losses: Counter[str] = Counter()
    anything_ran = False
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

    start(run for planned in plans for run in (planned.trials or planned.runs))
    while True:
        ready = [planned for planned in waiting if all(trial.hash in results for trial in planned.decided_by)]
        waiting = [planned for planned in waiting if planned not in ready]
        start(run for planned in ready for run in planned.tuned_runs(results))
        if not running:
            return results
        ended, _ = wait(running, timeout=LOOK_EVERY_SECONDS, return_when=FIRST_COMPLETED)
        for future in ended:
            run = running.pop(future)
            try:
                result = future.result()
                anything_ran = True
            except Exception as error:  # of the worker; what a run raises is in its result
                losses[run.hash] += 1
                if losses[run.hash] < LOSSES_UNTIL_FAILED:
                    monitor.lost(run, _in_a_line(error))
                    start([run])
                    continue
                if isinstance(error, WorkerStartError) and not anything_ran:
                    raise
                result = _lost(run, root, error)
            if result is None:  # another comparison works on it
                start([run])
            else:
                results[run.hash] = result
                monitor.done(run, result, stored=False)
        for run in running.values():
            point = CurvePoint.find(root / run.hash / PROGRESS)
            if point is not None:
                monitor.progress(run, point)


def _lost(run: RunSpec, root: Path, error: Exception) -> RunResult:
    """The result of a run that was lost too often."""
    trace = "".join(traceback.format_exception(error))
    result = failed(run, f"{trace}lost {LOSSES_UNTIL_FAILED} times: {_in_a_line(error)}")
    with contextlib.suppress(OSError):
        (root / run.hash).mkdir(parents=True, exist_ok=True)
        result.write(root / run.hash / FAILED_FILE)
    return result


def _in_a_line(error: Exception) -> str:
    """As the last line of a traceback, but for errors of ours, which speak for themselves."""
    text = str(error) if isinstance(error, WorkerLostError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())


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
