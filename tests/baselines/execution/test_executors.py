"""Where runs are executed: workers that end well, and the same results from Ray and submitit where installed."""

import importlib.util
import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from unittest.mock import Mock

import pytest
import torch
from filelock import FileLock

from baselines.__main__ import main
from baselines.execution.executors import EXECUTORS, processes
from baselines.execution.scheduler import run_all, run_in_worker
from baselines.experiments.plan import plan
from tests.helpers.tiny import ROOT, tiny, wait_until

PLANS = [planned for recipe in tiny().recipes[1:] for planned in plan(tiny(), recipe, 1)]
"""2 trials and a run of one agent, 3 handcrafted policies."""


def describe_worker() -> dict[str, object]:
    """What a worker is like; runs in one."""
    handlers = {name: signal.getsignal(getattr(signal, name)) for name in ("SIGINT", "SIGHUP")}
    return {"threads": torch.get_num_threads(), "ignored": [n for n, h in handlers.items() if h is signal.SIG_IGN]}


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
def test_processes_break_where_a_worker_is_told_to_end_and_its_work_is_interrupted(tmp_path):
    with processes(1) as workers:
        future = workers.submit(write_what_interrupts_me, tmp_path / "a")
        wait_until((tmp_path / "a.begun").exists)
        (worker,) = multiprocessing.active_children()
        worker.terminate()
        with pytest.raises(BrokenProcessPool):
            future.result(timeout=60)
    assert (tmp_path / "a").read_text() == "SystemExit"


def test_run_in_worker_leaves_a_run_to_the_process_that_works_on_it(tmp_path):
    run = PLANS[-1].runs[0]
    (tmp_path / run.hash).mkdir()
    with FileLock(tmp_path / run.hash / "lock"):
        assert run_in_worker(run, tmp_path, "cpu") is None
    assert not run_in_worker(run, tmp_path, "cpu").failure


class LosesTheFirst:
    """Runs functions at once, but the machine of the first one was lost."""

    def __init__(self):
        self._lost = False

    def submit(self, function, /, *arguments):
        future = Future()
        if self._lost:
            future.set_result(function(*arguments))
        else:
            self._lost = True
            future.set_exception(ConnectionError("the node is gone"))
        return future


def test_run_all_fails_a_run_whose_machine_was_lost_and_goes_on_with_the_others(tmp_path):
    monitor = Mock()
    results = run_all(PLANS, tmp_path, executor=LosesTheFirst(), device="cpu", monitor=monitor)
    (failed,) = (result.failure for result in results.values() if result.failure)
    assert "ConnectionError: the node is gone" in failed
    assert monitor.done.call_count == len(results) == 6


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
