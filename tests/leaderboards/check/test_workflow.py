import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboards.schema.benchmark import BENCHMARKS
from tests.helpers.paths import ROOT
from tests.leaderboards.helpers.make_submission import make_submission

WORKFLOW = (ROOT / ".github" / "workflows" / "leaderboard.yml").read_text()
CODE = "\n".join(line for line in WORKFLOW.splitlines() if not line.lstrip().startswith("#"))


def test_the_workflow_gives_what_is_handed_in_no_rights():
    # A text test, as no YAML library is among what we need.
    assert "\t" not in WORKFLOW
    assert "pull_request_target" not in CODE
    assert "pull_request_target" in WORKFLOW  # and says why
    assert re.findall(r"^permissions:\n  contents: read\n\n", WORKFLOW, re.MULTILINE)
    assert CODE.count("permissions:") == 1
    assert "secrets" not in CODE
    assert ": write" not in CODE
    actions = re.findall(r"uses: (\S+)", CODE)
    assert actions
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in actions)
    assert CODE.count("persist-credentials: false") == CODE.count("uses: actions/checkout@")
    # What strangers name reaches the shell as data alone.
    for script in scripts():
        assert "${{" not in script


def test_the_workflow_checks_with_the_code_of_the_base_branch_and_without_torch():
    check_job, reproduce_job = CODE.split("\n  reproduce:\n")
    assert "leaderboards/submissions/**" in check_job
    assert "ref: ${{ github.event.pull_request.base.ref }}" in check_job
    assert "pull_request.head" not in check_job
    assert "'.[leaderboards]'" in check_job
    assert "baselines" not in check_job
    assert "python -m leaderboards check" in check_job
    assert "python -m leaderboards reproduce" in reproduce_job
    assert "'.[baselines,leaderboards]'" in reproduce_job
    for job in (check_job, reproduce_job):
        assert "timeout-minutes:" in job


def scripts():
    """Shell scripts of all steps."""
    lines, found = WORKFLOW.splitlines(), []
    for number, line in enumerate(lines):
        if line.strip() == "run: |":
            indent = " " * (line.index("run") + 2)
            body = []
            for following in lines[number + 1 :]:
                if following and not following.startswith(indent):
                    break
                body.append(following.removeprefix(indent))
            found.append("\n".join(body))
        elif "run: " in line:
            found.append(line.partition("run: ")[2])
    return found


def git(folder, *words):
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def pull_request(tmp_path, change, *, empty=False):
    """Run the steps of the check on a pull request to a board with an entry or none: exit code and what was said."""
    origin, board = tmp_path / "origin", tmp_path / "origin" / "leaderboards" / "submissions"
    board.mkdir(parents=True)
    about = {"benchmark": "v1", "benchmarks": BENCHMARKS, "problems": ("xor3",), "sizes": {"xor3": (3,)}}
    (origin / "README.md").write_text("a board")
    if not empty:
        first = make_submission(board, name="first", **about)
        (first / "status.json").write_text("{}")
    git(origin, "init", "-q", "-b", "main")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "base")
    git(origin, "checkout", "-qb", "theirs")
    change(board, about)
    git(origin, "add", "-A", ".")
    git(origin, "commit", "-qm", "handed in")
    git(origin, "checkout", "-q", "main")
    (origin / "later").write_text("the base moved on")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "base")
    git(origin, "merge", "-q", "--no-ff", "-m", "merge", "theirs")
    git(origin, "update-ref", "refs/pull/7/merge", "HEAD")
    git(origin, "reset", "-q", "--hard", "HEAD^1")
    checkout = tmp_path / "runner" / "checkout"
    checkout.parent.mkdir()
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=main", origin.as_uri(), checkout)

    environment = os.environ | {
        "NUMBER": "7",
        "REPOSITORY": origin.as_uri(),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    said = ""
    for script in [script for script in scripts() if "pip install" not in script and "reproduce" not in script]:
        command = ["bash", "-e", "-c", script]
        done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
        said += done.stdout + done.stderr
        if done.returncode:
            return done.returncode, said
    return 0, said


def one(board, about):
    return make_submission(board, name="second", **about)


def two(board, about):
    one(board, about)
    make_submission(board, name="third", **about)


def edited(board, about):
    folder = one(board, about)
    text = (folder / "submission.json").read_text()
    (folder / "submission.json").write_text(text.replace('"returns": [', '"returns": [0.125, ', 1))


def touched(board, about):
    one(board, about)
    with (board / "v1" / "2026-01-02_first" / "submission.json").open("a") as file:
        file.write(" ")


def deleted(board, about):
    shutil.rmtree(board / "v1" / "2026-01-02_first")


def renamed(board, about):
    (board / "v1" / "2026-01-02_first").rename(board / "v1" / "2026-01-02_mine")


def added_to(board, about):
    sha = "0" * 64
    (board / "v1" / "2026-01-02_first" / "weights" / f"{sha}.json").write_text("{}")


def with_status(board, about):
    (one(board, about) / "status.json").write_text("{}")


def withdrawn(board, about):
    (board / "v1" / "2026-01-02_first" / "status.json").write_text('{"status": "withdrawn"}')


def link(board, about):
    folder = one(board, about)
    (folder / "submission.json").rename(board.parent.parent / "elsewhere.json")
    (folder / "submission.json").symlink_to("../../../../elsewhere.json")


def program(board, about):
    (one(board, about) / "submission.json").chmod(0o755)


def attributes(board, about):
    one(board, about)
    (board / ".gitattributes").write_text("*.json filter=evil")


def strange_name(board, about):
    folder = one(board, about)
    (folder / "weights" / "a b\n::error::c.json").write_text("{}")


def module(board, about):
    one(board, about)
    (board.parent / "__init__.py").write_text("raise SystemExit(0)")
    (board.parent / "__main__.py").write_text("raise SystemExit(0)")
    edited_folder = board / "v1" / "2026-01-02_second" / "submission.json"
    edited_folder.write_text(edited_folder.read_text().replace('"suite": "v1"', '"suite": "v2"'))


@pytest.mark.skipif(shutil.which("git") is None or sys.platform != "linux", reason="runs what the Linux runner runs")
@pytest.mark.parametrize("change", [one, two])
def test_new_submissions_pass(tmp_path, change):
    code, said = pull_request(tmp_path, change)
    assert code == 0, said
    assert f"{1 if change is one else 2} checked, 0 refused" in said


@pytest.mark.skipif(shutil.which("git") is None or sys.platform != "linux", reason="runs what the Linux runner runs")
def test_the_first_submission_of_all_passes(tmp_path):
    code, said = pull_request(tmp_path, one, empty=True)
    assert code == 0, said


@pytest.mark.skipif(shutil.which("git") is None or sys.platform != "linux", reason="runs what the Linux runner runs")
@pytest.mark.parametrize(
    ("change", "error"),
    [
        (edited, "must be those of all 1000 episodes"),
        (touched, "something else, changed, or gone"),
        (deleted, "something else, changed, or gone"),
        (renamed, "something else, changed, or gone"),
        (added_to, "on the board already"),
        (with_status, "something else, changed, or gone"),
        (withdrawn, "something else, changed, or gone"),
        (link, "something else, changed, or gone"),
        (program, "something else, changed, or gone"),
        (attributes, "something else, changed, or gone"),
        (strange_name, "something else, changed, or gone"),
        (module, "benchmark must be one of"),
    ],
)
def test_everything_else_in_a_pull_request_is_refused(tmp_path, change, error):
    code, said = pull_request(tmp_path, change)
    assert code != 0
    assert error in said
