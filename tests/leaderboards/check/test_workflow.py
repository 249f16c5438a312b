import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.paths import ROOT
from tests.leaderboards.helpers.pull_requests import GIT, foreign_code, git, link, make_pull_request, one, strange_name

WORKFLOW = (ROOT / ".github" / "workflows" / "leaderboard.yml").read_text()
CODE = "\n".join(line for line in WORKFLOW.splitlines() if not line.lstrip().startswith("#"))


def test_workflow_gives_pull_requests_no_rights():
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
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action) for action in actions)
    assert CODE.count("persist-credentials: false") == CODE.count("uses: actions/checkout@")
    # What strangers name reaches the shell as data alone.
    for script in scripts():
        assert "${{" not in script
        if "leaderboards" in script and "pip install" not in script:
            assert "::stop-commands::" in script


def test_workflow_checks_with_the_code_of_the_base_branch_and_without_torch():
    check_job, reproduce_job = CODE.split("\n  reproduce:\n")
    assert "leaderboards/submissions/**" in check_job
    assert "ref: ${{ github.event.pull_request.base.ref }}" in check_job
    assert "pull_request.head" not in check_job
    assert "'.[leaderboards]'" in check_job
    assert "baselines" not in check_job
    assert "python -m leaderboards check-pull-request refs/submitted^1 refs/submitted" in check_job
    assert "python -m leaderboards reproduce" in reproduce_job
    assert "'.[baselines,leaderboards]'" in reproduce_job
    for job in (check_job, reproduce_job):
        assert "timeout-minutes:" in job


def test_workflow_runs_again_every_week_what_the_board_published(tmp_path):
    assert "cron:" in CODE
    weekly = [script for script in scripts() if "leaderboards reproduce" in script]
    options = [re.findall(r"python -m leaderboards reproduce(.*)", script)[0].split() for script in weekly]
    assert options == [["--rows", "3"], ["--rows", "3", "--fresh"], ["--published"]]
    # A board on which nothing is published yet must not be a red one.
    (tmp_path / "v1").mkdir()
    command = [sys.executable, "-m", "leaderboards", "reproduce", "--published", "--root", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


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


def run_check_job(tmp_path, change):
    """Run the steps of the check on a pull request: exit code and output."""
    origin = make_pull_request(tmp_path, change)
    checkout = tmp_path / "runner" / "checkout"
    checkout.parent.mkdir()
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=main", origin.as_uri(), checkout)
    environment = os.environ | {
        "NUMBER": "7",
        "REPOSITORY": origin.as_uri(),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    output = ""
    for script in [script for script in scripts() if "pip install" not in script and "reproduce" not in script]:
        command = ["bash", "-e", "-c", script]
        done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
        output += done.stdout + done.stderr
        if done.returncode:
            break
    assert git(checkout, "status", "--porcelain") == "", "nothing of a pull request is checked out"
    return done.returncode, output


@GIT
@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        (one, 0, "1 checked, 0 refused"),
        (link, 1, "2026-11-22_second/submission.json: must not be in a pull request"),
        (strange_name, 1, r"weights/a b\n::error::c.json: must not be in a pull request"),
        (foreign_code, 1, "leaderboards/__main__.py: must not be in a pull request"),
    ],
)
def test_workflow_runs_the_check(tmp_path, change, code, reason):
    found, output = run_check_job(tmp_path, change)
    assert found == code, output
    assert reason in output
    assert not any(line.startswith("::") for line in output.splitlines() if "stop-commands" not in line)
