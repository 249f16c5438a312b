"""What a maintainer types: commit, run what was submitted later on fresh episodes, let others run it again."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from leaderboards.schema.benchmark import BENCHMARKS
from leaderboards.schema.status import status_of
from tests.helpers.paths import ROOT
from tests.leaderboards.helpers.make_submission import make_submission


def run(*words):
    command = [sys.executable, "-m", "leaderboards", *map(str, words)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_board_commits_runs_on_fresh_episodes_and_lets_everybody_run_them_again(tmp_path):
    root, secrets = tmp_path / "all", tmp_path / "secrets.json"
    about = {"benchmark": "v1", "benchmarks": BENCHMARKS, "problems": ("xor3",), "sizes": {"xor3": (3,)}, "seeds": 1}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    forged = make_submission(root, name="forged", date=tomorrow, **about)  # its returns were made up
    code, said, complaint = run("commit", "--secrets", secrets, "--count", 2, "--root", root)
    assert (code, complaint) == (0, "")
    assert "commitments.json: 2 commitments" in said
    code, said, complaint = run("reproduce", "--root", root, "--fresh", "--secrets", secrets, "--record", "Ada")
    assert (code, complaint) == (1, "")
    assert said.splitlines()[-1] == f"{forged}: NOT REPRODUCED, published in reproduction.json"
    assert status_of(forged) == "not reproduced"
    assert json.loads(secrets.read_text())[0] == json.loads((forged / "reproduction.json").read_text())["secret"]
    assert run("reproduce", "--published", forged) == (0, f"{forged}: agrees with what is published, exactly\n", "")
    assert run("reproduce", "--published", "--root", root)[0] == 0, "as the workflow does every week"
    assert run("reproduce", "--root", root, "--fresh", "--secrets", secrets, "--record", "Ada") == (0, "", "")
    code, said, complaint = run("build", "--root", root, "--out", tmp_path / "site")
    assert (code, complaint) == (0, ""), complaint
    (entry,) = json.loads((tmp_path / "site" / "board.json").read_text())["entries"]
    assert entry["status"] == "not reproduced"
    assert (tmp_path / "site" / "commitments.json").is_file()
    assert run("check", "--accepted", forged)[0] == run("check", "--root", root)[0] == 0
    assert "reproduction.json: must not be there: the board alone writes it" in run("check", forged)[1]
