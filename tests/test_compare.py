"""The command line from outside: real processes, real folders."""

import io
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from baselines.comparison import compare, grid, suites
from baselines.comparison.suites import SUITES, Suite
from baselines.outer_loops.backprop import Backprop

ROOT = Path(__file__).parents[1]

TINY = replace(
    SUITES["pocket"],
    name="tiny",
    outer_loop=Backprop(updates=12, batch=8),
    learning_rates=(1e-3, 4e-3),
    trial_updates=6,
    trial_seeds=1,
    seeds=2,
    test_sizes=(2, 3, 4),
    free_sizes=(1, 3, 20),
    contestants=tuple(
        replace(each, outer_loop=replace(each.outer_loop, updates=12, batch=4)) if each.outer_loop else each
        for each in SUITES["pocket"].contestants
    ),
)
"""The pocket comparison with next to no training."""

RUN_TINY = """
import sys
from baselines.comparison import suites
from baselines.__main__ import main
sys.path.insert(0, "tests")
if __name__ == "__main__":
    from test_compare import TINY, slowly
    suites.SUITES["tiny"] = slowly(TINY, float(sys.argv.pop(1)))
    sys.exit(main())
"""


def slowly(suite: Suite, factor: float) -> Suite:
    """The suite with so many times the updates."""
    loop = replace(suite.outer_loop, updates=int(suite.outer_loop.updates * factor))
    return replace(suite, outer_loop=loop, trial_updates=int(suite.trial_updates * factor))


def run_tiny(out: Path, *options: str, factor: float = 1.0, start: bool = False):
    script = out.parent / "run_tiny.py"
    script.write_text(RUN_TINY)
    command = [sys.executable, str(script), str(factor), "compare", "--suite", "tiny", "--out", str(out), *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    if start:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, **pipes)
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def baselines(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "baselines", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_whole_chain_runs_and_a_second_run_does_nothing_twice(tmp_path):
    out = tmp_path / "results"
    first = run_tiny(out)
    assert first.returncode == 0, first.stdout + first.stderr
    # 4 agents x (2 trials + 2 runs), 1 Badger for every size, 2 handcrafted policies
    assert "[19/19," in first.stdout
    for name in ("index.html", "learning_curves.png", "learning_curves.svg", "sizes.png", "sizes.svg", "result.json"):
        assert (out / name).stat().st_size > 1000, name
    content = json.loads((out / "result.json").read_text())
    by_name = {agent["agent"]: agent for agent in content["agents"]}
    assert list(by_name) == ["badger", "monolithic", "shared", "commnet", "badger_sizes", "probe", "blind"]
    for name, agent in by_name.items():
        assert agent["failed"] == []
        assert len(agent["runs"]) == {"badger_sizes": 1, "probe": 1, "blind": 1}.get(name, 2)
        for run in agent["runs"]:
            assert len(run["tests"]["3"]["returns"]) == 1000
        if agent["equal_footing"] and not agent["handcrafted"]:
            assert agent["episodes"] == 12 * 8
            assert abs(agent["parameters"] / TINY.parameters - 1) <= 0.1
    assert by_name["probe"]["score"]["iqm"] == pytest.approx(1.0, abs=0.05)
    assert by_name["blind"]["score"]["iqm"] == pytest.approx(0.0, abs=0.05)
    assert set(by_name["monolithic"]["metric_at_size"]) == {"3"}
    assert set(by_name["badger"]["metric_at_size"]) == {"2", "3", "4"}
    page = (out / "index.html").read_text()
    assert not re.search(r"""(src|href)=["']https?:|@import|url\(["']?http""", page), "it opens without network"
    for agent in content["agents"]:
        assert agent["label"] in page

    began = {path: path.stat().st_mtime_ns for path in (out / "cells").rglob("*")}
    second = run_tiny(out)
    assert second.returncode == 0
    assert second.stdout.count("found, not run again") == 19
    assert {path: path.stat().st_mtime_ns for path in (out / "cells").rglob("*")} == began
    again = json.loads((out / "result.json").read_text())
    assert again["agents"] == content["agents"]


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_half_way_it_loses_at_most_the_running_cells(tmp_path, how):
    out, agents = tmp_path / "results", ("--agents", "badger", "monolithic", "--jobs", "1")
    process = run_tiny(out, *agents, factor=25, start=True)
    assert process.pid in processes_of_session(process.pid)
    # 2 agents x (2 trials + 2 runs), seconds each
    for line in process.stdout:
        if line.startswith("[3/8,"):
            break
    process.send_signal(how)
    output = process.communicate(timeout=60)[0]
    finished = list((out / "cells").glob("*/cell.json"))
    assert 3 <= len(finished) < 8
    if how is signal.SIGINT:
        assert process.returncode == 130
        assert "interrupted; finished cells are kept" in output
    wait_until_session_is_over(process.pid)
    second = run_tiny(out, *agents, factor=25)
    assert second.returncode == 0, second.stdout + second.stderr
    assert second.stdout.count("found, not run again") == len(finished)
    assert not list(out.rglob("*.tmp"))


def processes_of_session(session: int) -> dict[int, str]:
    """Command lines of the processes of a session that still run, by process id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, its_session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(its_session) == session and state != "Z":
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it ended while we looked
            continue
    return found


def wait_until_session_is_over(session: int) -> None:
    deadline = time.monotonic() + 20
    while processes_of_session(session) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not processes_of_session(session)


@pytest.mark.slow
def test_a_worker_that_is_killed_is_one_line_and_what_had_finished_is_kept(tmp_path):
    out, agents = tmp_path / "results", ("--agents", "badger", "--jobs", "1")
    process = run_tiny(out, *agents, factor=25, start=True)
    for line in process.stdout:
        if line.startswith("[1/4,"):
            break
    (worker,) = [number for number, line in processes_of_session(process.pid).items() if "spawn_main" in line]
    os.kill(worker, signal.SIGKILL)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "error: a worker process died while badger" in output
    assert "Traceback" not in output
    assert len(list((out / "cells").glob("*/cell.json"))) >= 1
    wait_until_session_is_over(process.pid)


@pytest.mark.slow
def test_a_failing_cell_is_shown_and_the_others_go_on(tmp_path, monkeypatch):
    broken = replace(TINY.contestants[1], config={"memory": 0})
    suite = replace(TINY, contestants=(TINY.contestants[0], broken, TINY.contestants[-1]))
    monkeypatch.setitem(suites.SUITES, "broken", suite)
    from rich.console import Console

    console = Console(record=True, width=120, file=io.StringIO())
    content = compare.compare(
        "broken", tmp_path, agents=(), environments=(), seeds=1, jobs=1, device="cpu", console=console
    )
    by_name = {agent["agent"]: agent for agent in content["agents"]}
    assert by_name["badger"]["n"] == 1
    assert "n" not in by_name["monolithic"]
    assert "score" not in by_name["monolithic"]
    assert all("memory must be an integer" in trace for trace in by_name["monolithic"]["failed"])
    text = console.export_text()
    assert "failed" in text
    assert "memory must be an integer" in (tmp_path / "index.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--suite", "huge"), "--suite must be one of pocket, sizes, got 'huge'"),
        (("--agents", "badger", "rl3"), "--agents must be out of badger, monolithic, .*, got 'rl3'"),
        (("--envs", "Badger/Nothing-v0"), "--envs must be out of Badger/Guessing-v0, got 'Badger/Nothing-v0'"),
        (("--seeds", "0"), "--seeds must be at least 1, got 0"),
        (("--jobs", "0"), "--jobs must be at least 1, got 0"),
        (("--out", "/dev/null/results"), "--out must be a folder that can be written, got '/dev/null/results'"),
        (("--device", "abacus"), "--device must be .*, got 'abacus'"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_2(arguments, said):
    done = baselines("compare", *arguments)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert re.search(said, line)


def test_help_names_every_option():
    done = baselines("compare", "--help")
    assert done.returncode == 0
    for option in ("--suite", "--out", "--seeds", "--agents", "--envs", "--jobs", "--device"):
        assert option in done.stdout


def test_list_shows_every_suite_and_agent():
    done = baselines("list")
    assert done.returncode == 0
    for suite in SUITES.values():
        assert suite.name in done.stdout
        for contestant in suite.contestants:
            assert contestant.name in done.stdout


def test_workers_use_one_thread():
    import torch

    before = torch.get_num_threads()
    try:
        handler = signal.getsignal(signal.SIGINT)
        grid._begin_worker(multiprocessing.get_context("spawn").Queue(), os.getppid())
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
        signal.signal(signal.SIGINT, handler)
