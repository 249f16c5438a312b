import ast
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import leaderboards
from leaderboards.check.check import check
from leaderboards.check.results import _nine_digits
from leaderboards.check.tree import check_tree
from leaderboards.schema.errors import ErrorDetails
from leaderboards.schema.fields import MAX_ERRORS
from leaderboards.schema.submission import FILE, read_submission
from tests.leaderboards.helpers.corpus import edit, setting
from tests.leaderboards.helpers.make_submission import BENCHMARKS, KEY, make_submission

ROOT = Path(leaderboards.__file__).parent


def again(tmp_path, first, **changes):
    """The very same submission once more, with other fields."""
    folder = make_submission(tmp_path, **{"name": "first", **changes})
    setting("rows", json.loads((first / FILE).read_text())["rows"], sealed=False)(folder)
    shutil.rmtree(folder / "weights")
    shutil.copytree(first / "weights", folder / "weights")
    return folder


def test_check_passes_a_submission_to_v1(tmp_path):
    folder = make_submission(
        tmp_path, benchmark="v1", benchmarks=ROOT / "schema", problems=("robot_ppo", "xor3"), seeds=2, date="2026-11-22"
    )
    assert check(folder) == []


def test_check_passes_sizes_missing_for_all_seeds(tmp_path):
    assert check(make_submission(tmp_path, sizes={"guess": (2,), "xor": (2, 3)}), benchmarks=BENCHMARKS) == []


def test_check_passes_one_seed(tmp_path):
    assert check(make_submission(tmp_path, seeds=1), benchmarks=BENCHMARKS) == []


def test_check_passes_agents_that_always_return_the_same(tmp_path):
    made = [make_submission(tmp_path, name=name, problems=("xor",), skill=2.0) for name in ("first", "second")]
    submissions = [read_submission(folder) for folder in made]
    assert {value for row in submissions[0].rows for value in row.returns} == {1.0}
    assert check(made[0], others=submissions, benchmarks=BENCHMARKS) == []


def test_check_passes_versions_that_share_rows(tmp_path):
    first = make_submission(tmp_path, key=KEY)
    second = again(tmp_path, first, key=KEY, date="2026-03-01", previous=first.name)
    third = make_submission(tmp_path, key=KEY, date="2026-04-01", previous=second.name)
    assert check_tree(tmp_path, "tiny", benchmarks=BENCHMARKS) == {first: [], second: [], third: []}
    others = [read_submission(folder) for folder in (first, second, third)]
    for folder in (first, second, third):
        assert check(folder, others=others, benchmarks=BENCHMARKS) == []
    fork = make_submission(tmp_path, key=KEY, date="2026-05-01", previous=first.name)
    error = check(fork, others=others, benchmarks=BENCHMARKS)[0]
    assert str(error).startswith(
        "submission.json: previous: must be the newest version, got 2026-01-02_first, which 2026"
    )


def test_check_tree_refuses_a_name_that_is_taken(tmp_path):
    first, second = make_submission(tmp_path), make_submission(tmp_path, date="2026-03-01")
    found = check_tree(tmp_path, "tiny", benchmarks=BENCHMARKS)
    assert found[first] == []
    assert [error.field for error in found[second]] == ["name", "rows[0].returns", "rows[0].weights_sha256"]


def test_check_tree_refuses_the_later_of_two_copies(tmp_path):
    first = make_submission(tmp_path)
    copy = again(tmp_path, first, name="copy", date="2026-02-01")
    bad = make_submission(tmp_path, name="victim", date="2025-01-01", title="x")
    good = again(tmp_path, bad, name="good", date="2026-02-02")
    (bad / "evil.py").write_text("")
    found = check_tree(tmp_path, "tiny", benchmarks=BENCHMARKS)
    assert found[first] == found[good] == []
    assert {error.field for error in found[copy]} == {"rows[0].returns", "rows[0].weights_sha256"}
    assert all("2026-01-02_first" in str(error) for error in found[copy])
    assert found[bad] == [
        ErrorDetails("evil.py", "", "must not be there: only submission.json and weights belong to a submission")
    ]


def test_check_tree_passes_our_status_and_refuses_strange_files(tmp_path):
    folder = make_submission(tmp_path)
    (folder / "status.json").write_text("{}")
    for name in ("README.md", ".gitkeep", "stray.txt"):
        (tmp_path / "tiny" / name).write_text("")
    found = check_tree(tmp_path, "tiny", benchmarks=BENCHMARKS)
    assert found.pop(tmp_path / "tiny" / "stray.txt") == [ErrorDetails(".", "", "must be the folder of a submission")]
    assert found == {folder: []}
    assert check(folder, benchmarks=BENCHMARKS, accepted=True) == []
    assert [error.file for error in check(folder, benchmarks=BENCHMARKS)] == ["status.json"]


def test_check_tree_refuses_the_folder_of_another_benchmark(tmp_path):
    folder = make_submission(tmp_path)
    (tmp_path / "v1").mkdir()
    moved = folder.rename(tmp_path / "v1" / folder.name)
    (error,) = check_tree(tmp_path, "v1", benchmarks=BENCHMARKS)[moved]
    assert str(error) == "submission.json: suite: must be that of its folder, v1, got tiny"


def test_check_returns_the_first_of_many_errors(tmp_path):
    folder = make_submission(tmp_path)
    setting("rows", [json.loads((folder / FILE).read_text())["rows"][0]] * 500, sealed=False)(folder)
    errors = check(folder, benchmarks=BENCHMARKS)
    assert len(errors) == MAX_ERRORS + 1
    assert errors[-1].reason == "has 100 errors or more; the rest was not read"


def test_check_passes_forged_returns_with_new_hashes(tmp_path):
    folder = make_submission(tmp_path)

    def forge(content):
        for row in content["rows"]:
            row["returns"] = [round(value * 0.9, 6) for value in row["returns"]]

    edit(folder, forge)
    assert check(folder, benchmarks=BENCHMARKS) == []


def test_nine_digits_differ_from_ten():
    numbers = np.random.default_rng(0)
    values = numbers.standard_normal(20_000) * 10.0 ** numbers.integers(-30, 30, 20_000)
    rounded = np.array([float(f"{value:.9g}") for value in values])
    assert _nine_digits(rounded).all()
    assert not _nine_digits(np.array([float(f"{value:.16g}") for value in values])).any()
    edges = np.array([0.0, -0.0, 1.0, 999999999.0, 1e9, 1e-14, 5e-324, 1.7e308, 0.1, 123456789e5, 9.99999999])
    fits = [float(f"{value:.9g}") == value for value in edges]
    assert _nine_digits(edges).tolist() == fits
    assert not _nine_digits(np.array([1.000000001, 9999999999.0, 0.1 + 0.2])).any()


def test_imports_of_torch_and_baselines_are_only_where_needed():
    for path in ROOT.rglob("*.py"):
        top = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {(getattr(node, "module", None) or node.names[0].name).split(".")[0] for node in top}
        if path.name not in ("saved_agent.py", "from_comparison.py", "who.py"):
            assert not names & {"torch", "baselines"}, path
        if path.name == "agent_schema.py":  # configs of agents need no torch
            assert {node.module for node in top if node.module.startswith("agents")} <= {
                "agents.config",
                "agents.fingerprint",
                "agents.parts",
            }


def test_check_and_submit_need_no_torch(tmp_path):
    folder = make_submission(tmp_path)
    script = f"""
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

class Nowhere(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in ("torch", "baselines"):
            raise ModuleNotFoundError(f"{{name}} is not there")

sys.meta_path.insert(0, Nowhere())
from leaderboards.check.check import check
from leaderboards.check.tree import check_tree
from leaderboards.submit.submit import submit
import leaderboards.__main__
benchmarks = Path({str(BENCHMARKS)!r})
assert check(Path({str(folder)!r}), benchmarks=benchmarks) == []
assert list(check_tree(Path({str(tmp_path)!r}), "tiny", benchmarks=benchmarks).values()) == [[]]
assert "torch" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_check_tree_takes_less_than_thirty_seconds_for_a_thousand(tmp_path):
    for number in range(1000):
        make_submission(tmp_path, name=f"agent-{number}", seeds=5)
    began = time.perf_counter()
    found = check_tree(tmp_path, "tiny", benchmarks=BENCHMARKS)
    seconds = time.perf_counter() - began
    assert len(found) == 1000
    assert not any(found.values())
    assert seconds < 30, f"{seconds:.1f} s"
