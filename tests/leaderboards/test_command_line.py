import os
import subprocess
import sys

import numpy as np
import pytest

from leaderboards.__main__ import COMMANDS, main
from leaderboards.schema.benchmark import load_benchmark
from leaderboards.schema.result_file import write_results
from leaderboards.schema.status import status_of
from leaderboards.schema.submission import make_seed_result
from tests.helpers.paths import ROOT


def run(*words, **environment):
    """The command line as a program: exit code, what it said, and its complaints."""
    command = [sys.executable, "-m", "leaderboards", *map(str, words)]
    how = {"cwd": ROOT, "env": os.environ | environment}
    done = subprocess.run(command, **how, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "Expected one of {submit, check, check-pull-request,"),
        (("frob",), "Unrecognized options: frob"),
        (("check", "nowhere"), "FOLDER must be the folder of a submission, got 'nowhere'"),
        (("submit", "nowhere"), "Missing from python -m leaderboards submit: --authors"),
        (
            ("submit", "x", "--authors", "A", "--url", "u", "--steps", "many"),
            "--steps must be a number, or PROBLEM=NUM",
        ),
        (("submit", "x", "--authors", "A", "--url", "u", "--benchmark", "v9"), "must be one of v1, v2, got 'v9'"),
        (("evaluate", "x"), "Missing from python -m leaderboards evaluate: --out"),
        (("check", "--frob\n::error::\x1b[31m"), r"Unrecognized options: --frob"),
        (("reproduce", "x", "--rows", "many"), "Error parsing --rows"),
        (("check", "--root", "nowhere"), "--root must be the folder of all submissions, with"),
        (("check", "--root", "docs"), "the folder of all submissions, with one of v1, v2 in it, got 'docs'"),
        (("check", "--root", ""), "--root must be the folder of all submissions, with one of v1, v2 in it, got '.'"),
        (
            ("submit", "x.json", "--authors", "A", "--url", "u", "--steps", "guessing=1", "guessing=2"),
            "--steps must be a number, or PROBLEM=NUMBER, each problem once, got 'guessing=1 guessing=2'",
        ),
        (
            ("evaluate", "m:f", "--out", "x.json", "--problems"),
            "--problems must be followed by at least one name, got none",
        ),
        (
            ("evaluate", "m:f", "--out", "/proc/x.json"),
            "out must lie in a folder that can be written, got /proc/x.json",
        ),
        (("build", "--root", "nowhere"), "of all submissions, with one of v1, v2 in it, got 'nowhere'"),
        (("build", "--root", "docs"), "of all submissions, with one of v1, v2 in it, got 'docs'"),
        (("reproduce", "--root", "nowhere"), "of all submissions, with one of v1, v2 in it, got 'nowhere'"),
        (("check", "docs", "--root", "docs"), "--root must not be given with folders"),
        (("check", "--accepted"), "--accepted must not be given without folders"),
        (("reproduce", "nowhere"), "FOLDER must be the folder of a submission, got 'nowhere'"),
        (("reproduce", "--rows", "0"), "--rows must be an integer at least 1, got 0"),
        (("reproduce", "--seed", "-1"), "--seed must be an integer at least 0, got -1"),
        (("evaluate", "m:f", "--out", "x.json", "--seed", "-1"), "seed must be an integer in [0, 9999], got -1"),
        (("evaluate", "m:f", "--out", "x.json", "--seed", "10000"), "seed must be an integer in [0, 9999], got 10000"),
        (("evaluate", "m:f", "--out", "docs"), "out must be a file, got the folder docs"),
        (
            ("submit", "docs", "--authors", "A", "--url", "u", "--steps", "5"),
            "--steps must not be given with the folder of a comparison",
        ),
        (
            ("submit", "x.json", "--authors", "A", "--url", "u", "--agent", "badger"),
            "--agent must not be given with a file of",
        ),
        (("reproduce", "--seed", "3"), "--seed must not be given without --rows or --fresh"),
        (("reproduce", "--fresh", "--record", "Ada"), "--record must not be given with --fresh and without --secrets"),
        (("reproduce", "--secrets", "x"), "--secrets must be given with --fresh and --record, got it without"),
        (("reproduce", "--published", "--fresh"), "--fresh must not be given with --published"),
        (("commit", "--secrets", "secrets.json"), "secrets must lie outside of"),
        (("commit", "--secrets", "/nowhere/x", "--count", "0"), "count must be at least 1, got 0"),
        (("reproduce", "--record", ""), "--record must have at least 1 character"),
        (("check", "--record", " \n"), "--record must"),
        (("check", "--record", "x" * 1000), "--record must have at most"),
        (("withdraw", "x"), "Missing from python -m leaderboards withdraw: --reason"),
    ],
)
def test_command_line_refuses_bad_usage_in_one_line_with_exit_code_2(words, reason, capsys):
    try:
        code = main(words)
    except SystemExit as left:
        code = left.code
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("error: ")
    assert said.err.rstrip("\n").isprintable()
    assert reason in said.err


def test_command_line_builds_nothing_over_a_board_where_the_submissions_are_not_there(tmp_path, capsys):
    assert main(["build", "--out", str(tmp_path / "board")]) == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert main(["build", "--out", str(tmp_path / "board"), "--root", str(tmp_path / "gone")]) == 2
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("encoding", ["iso-8859-1", "ascii"])
def test_command_line_builds_the_same_pages_whatever_the_encoding_of_the_terminal(tmp_path, encoding):
    built = {}
    for name, environment in (("utf-8", {"PYTHONUTF8": "1"}), (encoding, {"PYTHONIOENCODING": encoding})):
        code, _, complaints = run("build", "--out", tmp_path / name, LC_ALL="C", PYTHONCOERCECLOCALE="0", **(
            {"PYTHONUTF8": "0"} | environment
        ))  # fmt: skip
        assert code == 0, complaints
        pages = (tmp_path / name).rglob("*.html")
        built[name] = {path.relative_to(tmp_path / name): path.read_bytes() for path in pages}
    assert built[encoding] == built["utf-8"]


HELP = """
import sys
from leaderboards.__main__ import main
try:
    main(["--help"])
except SystemExit:
    print({"torch", "mujoco", "jinja2"} & sys.modules.keys())
"""


def test_command_line_help_needs_no_heavy_imports():
    done = subprocess.run([sys.executable, "-c", HELP], cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(name in done.stdout for name in COMMANDS)
    assert done.stdout.endswith("set()\n")


def test_command_line_submits_and_checks(tmp_path):
    good = tmp_path / "v1" / "2026-11-22_mine"
    path = tmp_path / "mine.json"
    benchmark = load_benchmark("v1")
    at = benchmark.problem("robot_ppo").sizes[4]
    returns = np.random.default_rng(0).random(at.episodes).tolist()
    row = make_seed_result("v1", "robot_ppo", 4, 0, None, returns)
    write_results(path, [row], benchmark=benchmark, source="own", policy="mine:make", command="python x")
    asked = [
        "--authors",
        "Ada",
        "--url",
        "https://example.org/x",
        "--key",
        tmp_path / "key.pem",
        "--root",
        tmp_path,
        "--date",
        "2026-11-22",
    ]
    trained = ["--steps", "1000", "--cpu-seconds", "robot_ppo=1.5", "--parameters", 10, "--device", "cpu"]
    code, said, complaint = run("submit", path, *asked, "--name", "mine", *trained)
    assert (code, complaint) == (0, "")
    assert "guessing: not evaluated at size 3, which it is trained at" in said.splitlines()
    assert f"wrote {good}, which passes the check" in said
    assert run("check", good) == (0, f"{good}: passes\n1 checked, 0 refused\n", "")
    (good / "evil.py").write_text("")
    for words in (["check", good], ["check", "--root", tmp_path]):
        code, said, complaint = run(*words)
        assert (code, complaint) == (1, "")
        assert "  evil.py: must not be there: only submission.json and weights belong to a submission\n" in said
        assert said.endswith("1 checked, 1 refused\n")
    (good / "evil.py").unlink()
    code, said, complaint = run("submit", path, *asked, "--name", "copy", *trained)
    assert code == 1
    title, returns = complaint.splitlines()
    assert title.startswith("refused: submission.json: title: must not look like that of 2026-11-22_mine")
    assert returns.startswith(
        "refused: submission.json: rows[0].returns: must be its own, got exactly the same as 2026"
    )


MINE = """
import numpy as np

class Zeros:
    def __init__(self, ports, seed):
        self.ports, self.numbers = ports, np.random.default_rng(seed)
    def reset(self, batch):
        pass
    def act(self, observation, reward):
        return 0.1 * self.numbers.random((len(observation), self.ports), np.float32)

def make(id, arguments, training_seed):
    return Zeros(arguments["bits"], training_seed)
"""


def test_command_line_leads_from_a_policy_to_the_pages(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    where = {"PYTHONPATH": str(tmp_path)}
    file, root, site = tmp_path / "mine.json", tmp_path / "all", tmp_path / "site"
    for seeds in (["0", "1"], ["2", "3", "4"]):
        code, said, complaint = run(
            "evaluate", "mine:make", "--problems", "xor3", "--seed", *seeds, "--out", file, **where
        )
        assert (code, complaint) == (0, ""), complaint
        assert f"wrote {file}" in said
    asked = [
        "--authors",
        "Ada",
        "--url",
        "https://example.org/x",
        "--key",
        tmp_path / "key.pem",
        "--root",
        root,
        "--date",
        "2026-11-22",
    ]
    trained = ["--steps", "1000", "--cpu-seconds", "1.5", "--parameters", "0", "--device", "cpu", "--command"]
    code, said, complaint = run("submit", file, *asked, *trained, "make it")
    assert (code, complaint) == (0, ""), complaint
    folder = root / "v1" / "2026-11-22_make"
    assert f"wrote {folder}, which passes the check" in said
    code, said, complaint = run("reproduce", folder)
    assert code == 1
    assert complaint.startswith("refused: submission.json: agent.source: must be 'badger'")
    code, said, complaint = run("build", "--root", root, "--out", site)
    assert (code, complaint) == (0, ""), complaint
    assert said == f"wrote {site / 'index.html'}: 1 entries\n"
    assert run("withdraw", folder, "--reason", "a mistake")[0] == 0
    assert status_of(folder) == "withdrawn"
    assert run("check", "--root", root)[0] == run("check", "--accepted", folder)[0] == 0
    assert run("reproduce", "--root", root, "--rows", 1, "--seed", 1) == (0, "seed 1\n", ""), (
        "nothing there has weights"
    )
    assert run("check", folder)[1].splitlines()[1] == "  status.json: must not be there: the board alone writes it"
