"""Where runs are executed: workers that end well, and the same results from Ray and submitit where installed."""

import importlib.util
import multiprocessing
import os
import signal
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from unittest.mock import Mock

import pytest
import torch
from filelock import FileLock

from baselines.__main__ import main
from baselines.execution.executors import EXECUTORS
from baselines.execution.processes import WorkerLostError, WorkerStartError, processes
from baselines.execution.scheduler import run_all, run_in_worker
from baselines.execution.workers import begin_worker
from baselines.experiments.plan import plan
from baselines.results.run import RunResult
from tests.helpers.tiny import ROOT, tiny, wait_until

PLANS = [planned for recipe in tiny().recipes[1:] for planned in plan(tiny(), recipe, 1)]
"""2 trials and a run of one agent, 3 handcrafted policies."""


def describe_worker() -> dict[str, object]:
    """What a worker is like; runs in one."""
    handlers = {name: signal.getsignal(getattr(signal, name)) for name in ("SIGINT", "SIGHUP")}
    return {"threads": torch.get_num_threads(), "ignored": [n for n, h in handlers.items() if h is signal.SIG_IGN]}


def wait_for(path: Path) -> str:
    """Wait for a file; runs in a worker."""
    wait_until(path.exists)
    return "went on"


def write_what_interrupts_me(path: Path) -> None:
    """Wait for a signal, and tell of it as a training does that writes its checkpoint; runs in a worker."""
    try:
        path.with_suffix(".begun").touch()
        threading.Event().wait(60)
    except BaseException as error:
        path.write_text(type(error).__name__)
        raise


@pytest.mark.slow
def test_processes_use_one_thread_and_leave_ctrl_c_and_a_closed_terminal_to_their_parent():
    with processes(1) as workers:
        about = workers.submit(describe_worker).result()
    assert about == {"threads": 1, "ignored": ["SIGINT", "SIGHUP"]}


@pytest.mark.slow
def test_processes_interrupt_what_runs_when_they_are_closed_and_begin_nothing_else(tmp_path):
    with processes(1) as workers:
        for name in ("a", "b", "c"):
            workers.submit(write_what_interrupts_me, tmp_path / name)
        wait_until((tmp_path / "a.begun").exists)
    assert (tmp_path / "a").read_text() == "SystemExit"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "a.begun"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "how"),
    [(signal.SIGTERM, "ended with exit code 1"), (signal.SIGKILL, "was killed by SIGKILL, as for want of memory")],
)
def test_processes_lose_what_a_dead_worker_ran_and_nothing_else(tmp_path, number, how):
    with processes(2) as workers:
        lost = workers.submit(write_what_interrupts_me, tmp_path / "a")
        wait_until((tmp_path / "a.begun").exists)
        (worker,) = multiprocessing.active_children()
        other = workers.submit(wait_for, tmp_path / "go")
        os.kill(worker.pid, number)
        with pytest.raises(WorkerLostError, match=f"^a worker process {how}$"):
            lost.result(timeout=60)
        assert workers.submit(describe_worker).result(timeout=60)["threads"] == 1, "another took its place"
        (tmp_path / "go").touch()
        assert other.result(timeout=60) == "went on"
    if number == signal.SIGTERM:
        assert (tmp_path / "a").read_text() == "SystemExit"


def end_before_work(parent, ready):
    """In place of `begin_worker`."""
    os._exit(3)


@pytest.mark.slow
def test_processes_say_truthfully_why_a_worker_cannot_start(monkeypatch):
    monkeypatch.setattr("baselines.execution.processes.begin_worker", end_before_work)
    with processes(1) as workers, pytest.raises(WorkerStartError, match="ended with exit code 3 before it was ready"):
        workers.submit(describe_worker).result(timeout=60)
    monkeypatch.setattr("multiprocessing.process.BaseProcess.start", refuse_to_start)
    with processes(1) as workers, pytest.raises(WorkerStartError, match=r"not be made: \[Errno 11\] no more processes"):
        workers.submit(describe_worker).result(timeout=60)


def die_twice_before_work(parent, ready):
    """In place of `begin_worker`: killed as for want of memory while it starts, but for the third one and later."""
    with Path(os.environ["STARTED"]).open("a+") as started:
        started.write("x")
        if started.tell() <= 2:
            started.close()
            os.kill(os.getpid(), signal.SIGKILL)
    begin_worker(parent, ready)


@pytest.mark.slow
def test_a_comparison_goes_on_where_workers_are_killed_while_they_start(tmp_path, monkeypatch):
    monkeypatch.setenv("STARTED", str(tmp_path / "started"))
    monkeypatch.setattr("baselines.execution.processes.begin_worker", die_twice_before_work)
    with processes(1) as workers:
        for _ in range(2):
            with pytest.raises(WorkerLostError, match="was killed by SIGKILL, .*, before it was ready$") as caught:
                workers.submit(describe_worker).result(timeout=60)
            assert not isinstance(caught.value, WorkerStartError)
        assert workers.submit(describe_worker).result(timeout=60)["threads"] == 1
        # Now that one was ready, one that can't be made is an exception and ends no comparison.
        lost = workers.submit(write_what_interrupts_me, tmp_path / "a")
        wait_until((tmp_path / "a.begun").exists)
        (worker,) = multiprocessing.active_children()
        os.kill(worker.pid, signal.SIGRTMIN + 1)
        with pytest.raises(WorkerLostError, match="was killed by signal 35$"):
            lost.result(timeout=60)
        monkeypatch.setattr("multiprocessing.process.BaseProcess.start", refuse_to_start)
        with pytest.raises(WorkerLostError, match="could not be made: ") as caught:
            workers.submit(describe_worker).result(timeout=60)
        assert not isinstance(caught.value, WorkerStartError)


@pytest.mark.slow
def test_processes_lose_nothing_with_a_worker_that_is_killed_while_it_has_nothing_to_do():
    with processes(1) as workers:
        for _ in range(2):
            workers.submit(describe_worker).result(timeout=60)
            (worker,) = multiprocessing.active_children()
            os.kill(worker.pid, signal.SIGKILL)
            worker.join()
            wait_until(lambda: not multiprocessing.active_children())
            time.sleep(0.2)  # its pool notices in a thread of its own
            assert workers.submit(describe_worker).result(timeout=60)["threads"] == 1


def refuse_to_start(process):
    raise BlockingIOError(11, "no more processes")


def test_run_in_worker_leaves_a_run_to_the_process_that_works_on_it(tmp_path):
    run = PLANS[-1].runs[0]
    (tmp_path / run.hash).mkdir()
    with FileLock(tmp_path / run.hash / "lock"):
        assert run_in_worker(run, tmp_path, "cpu") is None
    assert not run_in_worker(run, tmp_path, "cpu").failure


class Loses:
    """Runs functions at once, but whatever runs the first run is lost so many times."""

    def __init__(self, times, error):
        self._left, self._error, self._first = times, error, None

    def submit(self, function, /, *arguments):
        future = Future()
        self._first = self._first or arguments[0]
        if arguments[0] == self._first and self._left:
            self._left -= 1
            future.set_exception(self._error)
        else:
            future.set_result(function(*arguments))
        return future


KILLED = WorkerLostError("a worker process was killed by SIGKILL, as for want of memory")
GONE = ConnectionError("the node is gone")


@pytest.mark.parametrize("error", [KILLED, GONE, WorkerStartError("a worker process could not be made: no")])
def test_run_all_begins_a_run_again_that_was_lost_once(tmp_path, error):
    monitor = Mock()
    results = run_all(PLANS, tmp_path, executor=Loses(1, error), device="cpu", monitor=monitor)
    assert not [result.failure for result in results.values() if result.failure]
    assert monitor.done.call_count == len(results) == 6
    ((_, reason),) = (call.args for call in monitor.lost.call_args_list)
    assert str(error) in reason


@pytest.mark.parametrize("error", [KILLED, GONE])
def test_run_all_fails_a_run_that_was_lost_twice_and_goes_on_with_the_others(tmp_path, error):
    monitor = Mock()
    results = run_all(PLANS, tmp_path, executor=Loses(2, error), device="cpu", monitor=monitor)
    (failed,) = (result for result in results.values() if result.failure)
    assert failed.failure.splitlines()[-1].startswith("lost 2 times: ")
    assert str(error) in failed.failure.splitlines()[-1]
    assert RunResult.read(tmp_path / failed.hash / "failed.json") == failed
    assert monitor.done.call_count == len(results) == 6


def test_run_all_says_why_no_worker_can_start(tmp_path):
    error = WorkerStartError("a worker process could not be made: no")
    with pytest.raises(WorkerStartError, match="could not be made"):
        run_all(PLANS[-1:], tmp_path, executor=Loses(10, error), device="cpu", monitor=Mock())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "package"), [("ray", "ray"), ("slurm", "submitit")])
def test_executor_gives_what_processes_give_and_ends_what_runs(tmp_path, monkeypatch, name, package):
    """SLURM's without SLURM, in local processes."""
    pytest.importorskip(package, reason=f"{package} is an extra")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))  # Ray writes a token there
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))  # of workers
    monkeypatch.chdir(tmp_path)
    results, monitors = {}, {name: Mock(), "processes": Mock()}
    for executor, monitor in monitors.items():
        with EXECUTORS[executor](2) as workers:
            found = run_all(PLANS, tmp_path / executor, executor=workers, device="cpu", monitor=monitor)
            results[executor] = {key: result.tests for key, result in found.items()}
            if executor == name:
                workers.submit(write_what_interrupts_me, tmp_path / "a")
                wait_until((tmp_path / "a.begun").exists)
    assert monitors[name].done.call_count == 6
    assert results[name] == results["processes"]
    wait_until((tmp_path / "a").exists)


@pytest.mark.parametrize(("name", "package"), [("ray", "ray"), ("slurm", "submitit")])
def test_main_says_in_one_line_what_to_install_without_the_extra(tmp_path, monkeypatch, capsys, name, package):
    if importlib.util.find_spec(package):
        pytest.skip(f"{package} is installed")
    monkeypatch.setattr(sys, "argv", ["baselines", "compare", "--out", str(tmp_path), "--executor", name])
    assert main() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: --executor {name} needs ")
    assert "pip install" in line
    assert package in line
