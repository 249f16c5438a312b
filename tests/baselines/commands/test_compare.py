"""The command line from outside: real processes, real folders, real signals."""

import fcntl
import gzip
import json
import os
import pty
import re
import resource
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from badger_envs.registry import make_task, reference_returns
from baselines.__main__ import main
from baselines.commands.choose import choose
from baselines.commands.compare import Compare
from baselines.experiments.agents import AGENTS
from baselines.experiments.recipes import GUESSING, RECIPES
from baselines.experiments.suites import SUITES
from baselines.outer_loops.checkpoint import read_checkpoint
from baselines.results.comparison import RESULT_FILE, ComparisonResult
from tests.helpers.tiny import ALL, run_tiny, start_tiny, tiny, wait_until

ONE_AGENT = ("--recipes", "xor3", "--seeds", "1", "--jobs", "1")
"""2 trials and a run of one agent, 3 handcrafted policies."""
LONG = 250
"""Factor that makes a trial last for seconds."""


@pytest.fixture
def run_here(monkeypatch, capsys) -> Callable[..., tuple[int, str]]:
    """Runs the command line in this process; returns its exit code and what it said."""

    def run(*arguments: str, factor: int = 1) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["baselines", *arguments])
        monkeypatch.setitem(SUITES, "tiny", tiny(factor))
        code = main()
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def finished(out: Path) -> set[str]:
    """Hashes of the runs that are trained and tested."""
    return {path.parent.name for path in (out / "runs").glob("*/run.json")}


def wait_for_the_middle_of_a_training(out: Path) -> None:
    """Until one run is finished and another one is seconds old, so that there is something to go on from."""
    wait_until(lambda: finished(out))
    seen: dict[Path, float] = {}

    def is_old(path: Path) -> bool:
        return time.monotonic() - seen.setdefault(path, time.monotonic()) > 1.5

    wait_until(lambda: any(is_old(path) for path in (out / "runs").glob("*/progress.json")))


def session(number: int) -> dict[int, str]:
    """Command lines of the processes of a session that still run, by process id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, its_session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(its_session) == number and state != "Z":
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it ended while we looked
            continue
    return found


def checkpoints(out: Path) -> dict[str, int]:
    """How many updates the checkpoints hold, by the hash of their run."""
    found = (out / "runs").glob("*/checkpoint")
    return {path.parent.name: read_checkpoint(path)["num_updates"] for path in found}


@pytest.mark.slow
def test_compare_runs_the_whole_chain_and_does_nothing_twice(tmp_path, run_here):
    out = tmp_path / "results"
    code, said = run_tiny(out, "--progress", "lines")
    assert code == 0, said
    assert f"[{ALL}/{ALL}," in said
    result = ComparisonResult.read(out / RESULT_FILE)
    assert next(out.rglob("index.html")).stat().st_size > 1000
    by_name = {(agent.problem, agent.agent): agent for agent in result.agents}
    assert len(by_name) == 9
    for agent in by_name.values():
        assert agent.failures == ()
        assert len(agent.runs) == (1 if agent.handcrafted else 2)
        if not agent.handcrafted:
            assert agent.episodes == 12 * 8
            assert [set(run.probes) for run in agent.runs] == [{"life", "cut"}] * 2
            assert [trial.updates for trial in agent.trials] == [6, 6]
    assert by_name["guessing", "reference"].score.estimate == pytest.approx(1.0, abs=0.05)
    assert by_name["guessing", "chance"].score.estimate == pytest.approx(0.0, abs=0.2)

    began = {path: path.stat().st_mtime_ns for path in (out / "runs").rglob("*")}
    code, said = run_here("compare", "--suite", "tiny", "--out", str(out))
    assert code == 0, said
    assert said.count("found, not run again") == ALL
    assert {path: path.stat().st_mtime_ns for path in (out / "runs").rglob("*")} == began
    assert ComparisonResult.read(out / RESULT_FILE).agents == result.agents

    code, said = run_here("export", str(out), "--out", str(tmp_path / "raw"))
    assert code == 0, said
    raw = json.loads(gzip.decompress((tmp_path / "raw" / "guessing_badger.json.gz").read_bytes()))
    tested = {(result["training_seed"], result["arguments"]["dims"]): result["returns"] for result in raw["results"]}
    assert set(tested) == {(seed, dims) for seed in (0, 1) for dims in (2, 3)}
    assert {len(returns) for returns in tested.values()} == {100}
    run = by_name["guessing", "badger"].runs[1]
    score = reference_returns(make_task(GUESSING, dims=3)).score(tested[1, 3]).mean()
    assert score == pytest.approx(run.score)
    again = {path.name: path.read_bytes() for path in (tmp_path / "raw").iterdir()}
    assert run_here("export", str(out), "--out", str(tmp_path / "raw"))[0] == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "raw").iterdir()} == again
    code, said = run_here("export", str(tmp_path), "--out", str(tmp_path / "raw"))
    assert code == 2
    assert "folders must hold a result.json" in said


@pytest.mark.slow
def test_compare_resumes_from_checkpoints_after_kill_9(tmp_path, run_here):
    out = tmp_path / "results"
    process = start_tiny(out, *ONE_AGENT, factor=LONG)
    wait_for_the_middle_of_a_training(out)
    process.kill()
    process.communicate()
    wait_until(lambda: not session(process.pid), 20.0)
    before = {path: path.stat().st_mtime_ns for path in (out / "runs").glob("*/run.json")}
    assert 1 <= len(before) < 6
    ((running, updates),) = checkpoints(out).items()
    assert updates > 0
    assert running not in finished(out)

    code, said = run_here("compare", "--suite", "tiny", "--out", str(out), *ONE_AGENT, factor=LONG)
    assert code == 0, said
    assert said.count("found, not run again") == len(before)
    assert "[6/6," in said
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert running in finished(out)
    assert not checkpoints(out)
    assert not list(out.rglob("*.tmp"))


@pytest.mark.slow
def test_compare_stops_at_ctrl_c_at_once_and_leaves_a_checkpoint(tmp_path):
    out, (terminal, other_end) = tmp_path / "results", pty.openpty()
    streams = {"stdin": other_end, "stdout": other_end, "stderr": other_end}
    # Its own terminal, as from a shell: Ctrl-C there is for this process and its workers.
    process = start_tiny(
        out, *ONE_AGENT, factor=LONG, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), **streams
    )
    os.close(other_end)
    shown = bytearray()

    def read() -> None:
        try:
            while True:
                shown.extend(os.read(terminal, 4096))
        except OSError:  # the program has ended
            return

    reader = threading.Thread(target=read)
    reader.start()
    wait_for_the_middle_of_a_training(out)
    os.write(terminal, b"\x03")
    assert process.wait(timeout=30) == 130
    reader.join()
    os.close(terminal)
    said = shown.decode()
    assert "━" in said
    assert re.search(r"xor3: shared, trial at lr \S+\s.*%.*\d:\d\d left.*score -?\d\.\d\d", said)
    assert re.search(r"all runs\s.*\d:\d\d left", said)
    assert "interrupted; finished runs are kept in" in re.sub(r"\s+", " ", said)
    assert max(checkpoints(out).values()) > 0
    wait_until(lambda: not session(process.pid), 20.0)


@pytest.mark.slow
def test_compare_begins_a_run_again_whose_worker_was_killed_and_reports(tmp_path):
    out = tmp_path / "results"
    process = start_tiny(out, *ONE_AGENT, factor=20)
    wait_until(lambda: finished(out))
    (worker,) = [number for number, line in session(process.pid).items() if "spawn_main" in line]
    os.kill(worker, signal.SIGKILL)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 0, said
    assert said.count("a worker process was killed by SIGKILL, as for want of memory; it is begun again") == 1
    assert "Traceback" not in said
    assert "[6/6," in said
    assert (out / "report" / "index.html").is_file()
    assert len(finished(out)) == 6
    wait_until(lambda: not session(process.pid), 20.0)


@pytest.mark.slow
def test_compare_reports_a_full_disk_and_finishes_once_there_is_space(tmp_path, run_here):
    out = tmp_path / "results"
    # No file may become longer: writing ends as on a full disk, half way and with an OSError.
    limit = (20_000, 20_000)
    code, said = run_tiny(
        out, *ONE_AGENT, "--progress", "quiet", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    )
    assert code == 1
    assert len(re.findall(r"trial at lr \S+: failed: OSError: \[Errno 27\] File too large", said)) == 2
    assert "Traceback" not in said
    assert "score" not in said, "quiet is nothing but failures"
    assert len(finished(out)) == 3, "handcrafted policies are small"
    assert not list(out.rglob("*.safetensors"))
    assert sum("File too large" in path.read_text() for path in (out / "runs").glob("*/failed.json")) == 2

    code, said = run_here("compare", "--suite", "tiny", "--out", str(out), *ONE_AGENT, "--progress", "quiet")
    assert code == 0, said
    assert said.startswith("wrote ")
    assert "xor3" not in said
    assert len(finished(out)) == 6
    assert not [*(out / "runs").rglob("failed.json"), *(out / "runs").rglob("*.tmp")]


@pytest.mark.slow
def test_compare_shares_runs_with_another_process_on_the_same_folder(tmp_path):
    out, log = tmp_path / "results", tmp_path / "log"
    both = [start_tiny(out, "--recipes", "xor3", "--jobs", "1", log=log) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    trained = log.read_text().split()
    assert len(trained) == len(set(trained)) == 4
    assert all("[7/7," in text for text in said)
    scores = [sorted(re.findall(r"\d s\] (.*: score \S+)", text)) for text in said]
    assert len(scores[0]) == 7
    assert scores[0] == scores[1]


@pytest.mark.slow
def test_compare_shows_a_failed_run_and_goes_on_with_the_others(tmp_path, run_here, monkeypatch):
    monkeypatch.setitem(AGENTS, "monolithic", replace(AGENTS["monolithic"], config={"hidden_size": 0}))
    arguments = ("--suite", "tiny", "--out", str(tmp_path), "--recipes", "guessing", "--seeds", "1", "--jobs", "1")
    code, said = run_here("compare", *arguments)
    assert code == 1
    assert len(re.findall("monolithic, trial.*failed.*hidden_size must be an integer", said)) == 2
    assert "some runs failed; see failed.json in" in said
    by_name = {agent.agent: agent for agent in ComparisonResult.read(tmp_path / RESULT_FILE).agents}
    assert len(by_name["badger"].runs) == 1
    assert len(by_name["monolithic"].runs) == 0
    assert len(by_name["monolithic"].failures) == 2
    assert all("hidden_size must be an integer" in each.traceback for each in by_name["monolithic"].failures)
    assert "hidden_size must be an integer" in next(tmp_path.rglob("index.html")).read_text()


@pytest.mark.parametrize(("name", "parts"), [*((name, 2) for name in SUITES), ("pocket", 3)])
def test_choose_divides_the_agents_among_shards_each_once(name, parts):
    suite = SUITES[name]
    everything = choose(suite)
    shards = [choose(suite, shard=f"{part}/{parts}") for part in range(1, parts + 1)]
    assert sum(len(shard) for shard in shards) == len(everything)
    assert [planned for planned in everything if sum(planned in shard for shard in shards) != 1] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--suite", "huge"), "--suite must be one of pocket, standard, .*, got 'huge'"),
        (("--agents", "badger", "rl3"), "--agents must be out of badger, monolithic, .*, got 'rl3'"),
        (("--recipes", "none"), "--recipes must be out of guessing, .*, got 'none'"),
        (("--envs", "Badger/Nothing-v0"), "--envs must be out of Badger/Guessing-v0, .*, got 'Badger/Nothing-v0'"),
        (
            ("--recipes", "xor3", "--envs", "Badger/Guessing-v0"),
            "--recipes and --envs must have something in common, got",
        ),
        (("--recipes", "xor3", "--agents", "commnet"), "--agents must take part in the recipes that .*, got 'commnet'"),
        (("--recipes", "xor3", "--shard", "9/9"), "--shard must be of at most 6 parts, .*, got '9/9'"),
        (("--seeds", "1001"), "--seeds must be at least 1 and at most 1000, got 1001"),
        (("--seeds", "0"), "--seeds must be at least 1 and at most 1000, got 0"),
        (("--jobs", "0"), "--jobs must be at least 1, got 0"),
        (("--shard", "3/2"), "--shard must be i/N with i in 1..N, got '3/2'"),
        (("--shard", "one"), "--shard must be i/N with i in 1..N, got 'one'"),
        (("--out", "/dev/null/results"), "--out must be a folder that can be written, got '/dev/null/results'"),
        (("--device", "abacus"), "--device must be .*, got 'abacus'"),
        (("--device", "meta"), "--device must be .*, got 'meta'"),
        (("--agents",), "--agents must be followed by at least one name, got none"),
        (("--recipes",), "--recipes must be followed by at least one name, got none"),
        (("--envs",), "--envs must be followed by at least one name, got none"),
    ],
)
def test_main_refuses_bad_usage_in_one_line_with_exit_code_2(run_here, arguments, said):
    code, printed = run_here("compare", *arguments)
    assert code == 2
    (line,) = printed.splitlines()
    assert re.search(f"error: {said}", line)


def test_compare_refuses_folders_in_place_of_its_files_before_the_work(tmp_path, run_here):
    (tmp_path / "one" / RESULT_FILE).mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "report").write_text("in the way")
    for name, said in (("one", "must have no folder in place of the file result.json"), ("other", "must be a folder")):
        code, printed = run_here("compare", "--suite", "tiny", "--out", str(tmp_path / name))
        assert code == 2
        assert f"--out {said}" in printed
        assert not list((tmp_path / name / "runs").glob("*"))


def test_help_names_every_option(run_here, capsys):
    with pytest.raises(SystemExit, match="0"):
        run_here("compare", "--help")
    said = capsys.readouterr().out
    assert [field.name for field in fields(Compare) if f"--{field.name}" not in said] == []


def test_list_shows_every_suite_recipe_and_agent(run_here):
    code, said = run_here("list")
    assert code == 0
    for name in (*SUITES, *RECIPES, *AGENTS):
        assert name in said
