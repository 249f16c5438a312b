"""Worker processes of this machine. Where one dies, another takes its place, and only what it ran is lost."""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from baselines.execution.workers import SECONDS_TO_STOP, begin_worker, until_stopped


class WorkerLostError(ChildProcessError):
    """A worker process ended before it gave a result; the message says how."""


class WorkerStartError(WorkerLostError):
    """A worker process ended by itself, or could not be made, before any was ready for work: none can be started."""


class Processes:
    """So many workers: threads here, each with a process of its own that is made when it is first needed.

    A pool of the standard library loses all its processes with one of them, and what all of them ran; so each worker is
    a pool of one. joblib's hands out nothing that can be waited for one by one, and runs wait for the trials that
    choose their settings.

    Args:
        jobs: how many.
    """

    def __init__(self, jobs: int) -> None:
        self._threads = ThreadPoolExecutor(jobs)
        self._own = threading.local()
        self._lock, self._closed, self._can_start = threading.Lock(), False, False
        self._made: list[_Worker] = []

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        """Run a function soon.

        Its future raises `WorkerLostError` where the process ended.
        """
        return self._threads.submit(self._run, function, *arguments)

    def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        with self._lock:
            if self._closed:
                raise WorkerLostError("the worker processes were told to end")
            worker: _Worker = getattr(self._own, "worker", None) or self._new_worker()
            try:
                future = worker.submit(function, *arguments)
            except BrokenProcessPool:  # killed while it had nothing to do: nothing was lost
                self._can_start = True
                self._made.remove(worker)
                worker = self._new_worker()
                future = worker.submit(function, *arguments)
        try:
            return future.result()
        except BrokenProcessPool:
            self._own.worker = None
            with self._lock:
                self._can_start = self._can_start or any(one.is_ready for one in self._made)
                self._made.remove(worker)
            raise worker.why_it_ended(self._can_start) from None

    def _new_worker(self) -> "_Worker":
        """The worker of this thread from now on."""
        worker: _Worker = _Worker()
        self._own.worker = worker
        self._made.append(worker)
        return worker

    def close(self) -> None:
        """Interrupt what runs, which has time for a checkpoint, and begin nothing else."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._closed = True
            made = list(self._made)
        for worker in made:
            worker.terminate()
        for worker in made:
            worker.join()
        self._threads.shutdown(wait=True)


class _Worker:
    """A process that runs one function after the other."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._ready = context.Event()
        self._pool = ProcessPoolExecutor(
            1, mp_context=context, initializer=begin_worker, initargs=(os.getpid(), self._ready)
        )
        self._processes: list[Any] = []
        self._refused: OSError | None = None

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        try:
            future = self._pool.submit(until_stopped, function, *arguments)
        except OSError as error:  # no process can be made
            self._refused = error
            future = Future()
            future.set_exception(BrokenProcessPool())
        self._processes = self._processes or list((self._pool._processes or {}).values())
        return future

    @property
    def is_ready(self) -> bool:
        """Whether it was set up."""
        return bool(self._ready.is_set())

    def why_it_ended(self, can_start: bool) -> WorkerLostError:
        """What is known of that.

        Args:
            can_start: whether any worker was ever ready: then this one was an exception.
        """
        kind = WorkerLostError if can_start else WorkerStartError
        if self._refused is not None:
            return kind(f"a worker process could not be made: {self._refused}")
        self.join()
        code = self._exit_code()
        if code is not None and code < 0:
            how = f"was killed by {_name(-code)}"
            how += ", as for want of memory" if -code == signal.SIGKILL else ""
            how += "" if self.is_ready else ", before it was ready"
            return WorkerLostError(f"a worker process {how}")  # by somebody else: others may start
        if self.is_ready:
            return WorkerLostError(f"a worker process ended with exit code {code}")
        said = "what it said itself stands above"
        return kind(f"a worker process ended with exit code {code} before it was ready; {said}")

    def _exit_code(self) -> int | None:
        """Of the process; None where it is not known. Its pool waits for it too, and one of both learns it first."""
        deadline = time.monotonic() + SECONDS_TO_STOP
        while self._processes and time.monotonic() < deadline:
            code: int | None = self._processes[0].exitcode
            if code is not None:
                return code
            time.sleep(0.01)
        return None

    def terminate(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.terminate()

    def join(self) -> None:
        for process in self._processes:
            process.join(2.0 * SECONDS_TO_STOP)


def _name(number: int) -> str:
    """Of a signal; those of the system's own use have none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


@contextlib.contextmanager
def processes(jobs: int) -> Iterator[Processes]:
    """Worker processes, each with one thread of torch; they end when this process does."""
    workers = Processes(jobs)
    try:
        yield workers
    finally:
        workers.close()
