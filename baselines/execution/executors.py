"""Where runs are executed: processes of this machine, Ray, or SLURM. All hand out futures of the standard library.

A worker that has to end interrupts its run, which then leaves a checkpoint. A future whose worker or machine was lost
raises. Ray and submitit are extras, imported when
they are asked for.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

from baselines.execution.processes import processes
from baselines.execution.workers import SECONDS_TO_STOP, until_stopped, with_one_thread

SECONDS_BETWEEN_LOOKS = 2.0
MINUTES_OF_A_JOB = 24 * 60
"""Of SLURM: the most that a run may take."""


class Executor(Protocol):
    """Runs functions elsewhere."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        """Run a function soon."""


@contextlib.contextmanager
def ray_cluster(jobs: int) -> Iterator[Executor]:
    """A Ray cluster: the one that RAY_ADDRESS names, else one on this machine with so many runs at once.

    All nodes must see the checkout and the folder of the results under the paths that they have here.
    """
    import ray

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report to its makers
    there = bool(os.environ.get("RAY_ADDRESS"))
    ray.init(
        **({} if there else {"num_cpus": jobs, "include_dashboard": False}),
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    adapter = _Ray(ray)
    try:
        yield adapter
    finally:
        adapter.cancel()
        ray.shutdown()


class _Ray:
    def __init__(self, ray: Any) -> None:
        self._ray = ray
        # A run that died with its machine is begun again by the scheduler, not by Ray.
        self._remote = ray.remote(num_cpus=1, max_retries=0)(with_one_thread)
        self._running: dict[Future[Any], Any] = {}

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        reference = self._remote.remote(function, *arguments)
        future: Future[Any] = reference.future()
        self._running[future] = reference
        return future

    def cancel(self) -> None:
        """Interrupt what still runs, and give it time for its checkpoints."""
        left = [reference for future, reference in self._running.items() if not future.done()]
        for reference in left:
            self._ray.cancel(reference)
        if left:
            self._ray.wait(left, num_returns=len(left), timeout=SECONDS_TO_STOP)


@contextlib.contextmanager
def slurm(jobs: int) -> Iterator[Executor]:
    """SLURM, by submitit: a job for every run, at most so many at once; where there is no SLURM, local processes.

    All nodes must see the checkout and the folder of the results under the paths that they have here. The logs of the
    jobs lie in `.submitit`.
    """
    import submitit

    executor = submitit.AutoExecutor(folder=Path(".submitit").resolve())
    executor.update_parameters(timeout_min=MINUTES_OF_A_JOB, cpus_per_task=1, slurm_array_parallelism=jobs)
    adapter = _Slurm(executor, jobs)
    try:
        yield adapter
    finally:
        adapter.cancel()


class _Slurm:
    def __init__(self, executor: Any, jobs: int) -> None:
        self._executor, self._places = executor, threading.Semaphore(jobs)
        self._jobs: list[Any] = []
        self._lock, self._cancelled = threading.Lock(), False

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        threading.Thread(target=self._follow, args=(future, function, arguments), daemon=True).start()
        return future

    def _follow(self, future: "Future[Any]", function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        with self._places:
            try:
                with self._lock:
                    if self._cancelled:
                        future.cancel()
                        return
                    job = self._executor.submit(until_stopped, function, *arguments)
                    self._jobs.append(job)
                while not job.done():
                    time.sleep(SECONDS_BETWEEN_LOOKS)
                future.set_result(job.result())
            except BaseException as error:
                future.set_exception(error)

    def cancel(self) -> None:
        """Interrupt what still runs, and begin nothing more."""
        with self._lock:
            self._cancelled = True
            for job in self._jobs:
                if not job.done():
                    job.cancel()


EXECUTORS: dict[str, Callable[[int], contextlib.AbstractContextManager[Executor]]] = {
    "processes": processes,
    "ray": ray_cluster,
    "slurm": slurm,
}
"""Executors by name: each takes the number of runs at once."""

LIBRARIES = {"ray": "ray", "slurm": "submitit"}
"""What an executor needs that does not come with the others; an extra of the same name installs it."""
