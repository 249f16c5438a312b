"""Copies that somebody took pains with are shown to a maintainer, with what is the same; honest agents are not."""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load

from leaderboards.__main__ import main
from leaderboards.check.check import check
from leaderboards.check.copies import resemblances
from leaderboards.check.pull_request import check_pull_request
from leaderboards.schema.benchmark import BENCHMARKS, Benchmark, load_benchmark
from leaderboards.schema.make_benchmark import Chosen, write_benchmark
from leaderboards.schema.submission import read_submission, read_submissions
from tests.helpers.paths import ROOT
from tests.leaderboards.helpers import pull_requests
from tests.leaderboards.helpers.copies import copy_submission, permuted_units
from tests.leaderboards.helpers.make_submission import make_submission
from tests.leaderboards.helpers.pull_requests import GIT, make_pull_request

PROBLEMS = (
    Chosen("guess", "Badger/Guessing-v0", {"dims": 2, "horizon": 4}, (2,), 400),
    Chosen("xor", "Badger/HiddenXOR-v0", {"bits": 2}, (2,), 400),
)


def permuted(values, numbers):
    return numbers.permutation(values)


def noisy(values, numbers):
    return values * (1.0 + 1e-6 * numbers.standard_normal(len(values)))


def one_edited(values, numbers):
    return np.where(np.arange(len(values)) == 3, values.min(), values)


def shifted(values, numbers):
    return 0.99 * values - 0.001


def all_of_it(values, numbers):
    return numbers.permutation(noisy(one_edited(values, numbers), numbers))


CHANGES = {
    "permuted": (permuted, "returns, sorted"),
    "noise of a millionth": (noisy, "episode by episode"),
    "one episode edited": (one_edited, "episode by episode"),
    "shifted and scaled": (shifted, "but for shift and scale"),
    "all of it": (all_of_it, "returns, in any order"),
}


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """Benchmarks, benchmark, and a folder with two honest submissions."""
    folder = tmp_path_factory.mktemp("board")
    write_benchmark("small", PROBLEMS, folder)
    root = folder / "submissions"
    about = {"benchmark": "small", "benchmarks": folder}
    make_submission(root, name="first", **about)
    make_submission(root, name="second", skill=0.6, **about)
    return folder, load_benchmark("small", folder), root / "small"


def others(board):
    return sorted(board[2].iterdir())


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("source", ["badger", "own"])
def test_copies_of_rows_are_found_with_the_evidence(board, tmp_path, name, source):
    benchmarks, benchmark, folder = board
    change, says = CHANGES[name]
    copied = copy_submission(folder / "2026-01-02_first", tmp_path / "small", source=source, change=change)
    assert check(copied, others=read_submissions(others(board)), benchmarks=benchmarks) == [], "no exact copy"
    found = resemblances(copied, others(board), benchmark)
    assert {each.other for each in found} == {"2026-01-02_first"}
    evidence = {each.evidence.partition(" on ")[2].partition(";")[0]: each.evidence for each in found}
    assert set(evidence) >= {"guess", "xor"}
    assert all("5 of 5 trainings" in line for line in evidence.values() if "trainings" in line)
    assert any(says in line for line in evidence.values()), evidence


def test_copies_of_weights_with_permuted_units_are_found(board, tmp_path):
    _, benchmark, folder = board

    def other_returns(values, numbers):
        return values.mean() + values.std() * numbers.standard_normal(len(values)) / 3

    copied = copy_submission(
        folder / "2026-01-02_first", tmp_path / "small", change=other_returns, weights=permuted_units
    )
    found = resemblances(copied, others(board), benchmark)
    assert [(each.field, each.other) for each in found] == [("rows", "2026-01-02_first")]
    assert "10 of 10 sets of weights; 100.0% of the numbers of" in found[0].evidence


def test_permuted_units_give_another_file_of_the_same_agent(board):
    path = next((board[2] / "2026-01-02_first" / "weights").glob("*.safetensors"))
    before, after = load(path.read_bytes()), load(permuted_units(path.read_bytes()))
    assert any((before[name] != after[name]).any() for name in before)
    assert before.keys() == after.keys()


def test_one_training_that_is_sold_as_two_is_found(board, tmp_path):
    _, benchmark, folder = board
    submission = read_submission(folder / "2026-01-02_first")
    first = {row.problem: np.array(row.returns) for row in submission.rows if row.training_seed == 0}

    def again(values, numbers, row):
        return noisy(first[row.problem], numbers) if row.training_seed == 4 else values

    copied = copy_submission(folder / "2026-01-02_first", tmp_path / "small", name="first", change=again)
    found = resemblances(copied, others(board), benchmark)
    assert {each.evidence.split(" have ")[0] for each in found} == {
        "training seeds 0 and 4 of guess", "training seeds 0 and 4 of xor",
    }  # fmt: skip


def test_honest_submissions_of_the_board_do_not_look_like_each_other():
    for name in Benchmark.names():
        folders = sorted(path.parent for path in (ROOT / "leaderboards/submissions" / name).glob("*/submission.json"))
        for folder in folders:
            assert resemblances(folder, folders, load_benchmark(name)) == []


def test_agents_that_have_a_few_returns_alone_are_no_copies(board, tmp_path):
    _, benchmark, folder = board

    def ceiling(values, numbers):
        return np.where(numbers.random(len(values)) < 0.5, 0.0, -1.0)

    one = copy_submission(folder / "2026-01-02_first", tmp_path / "small", name="one", source="own", change=ceiling)
    two = copy_submission(folder / "2026-01-02_second", tmp_path / "small", name="two", source="own", change=ceiling)
    assert resemblances(one, [two], benchmark) == []


@GIT
def test_check_pull_request_holds_what_looks_like_a_copy_until_a_maintainer_has_looked(tmp_path, monkeypatch, capsys):
    origin = make_pull_request(tmp_path, pull_requests.disguised)
    ((_, errors),) = check_pull_request(origin, "refs/pull/7/merge^1", "refs/pull/7/merge").items()
    assert all("looks like a copy of 2026-11-22_first, a maintainer decides" in str(each) for each in errors)
    assert any("sets of weights" in str(each) for each in errors)
    monkeypatch.chdir(origin)
    assert main(["check-pull-request", "refs/pull/7/merge^1", "refs/pull/7/merge"]) == 1
    assert "a maintainer decides" in capsys.readouterr().out


def test_check_says_at_home_what_looks_like_a_copy_and_refuses_nothing_for_it(tmp_path, capsys):
    root = tmp_path / "submissions"
    about = {"benchmark": "v1", "problems": ("guessing",), "sizes": {"guessing": (3,)}, "date": "2026-11-22"}
    first = make_submission(root, name="first", benchmarks=BENCHMARKS, **about)
    copied = copy_submission(first, root / "v1", change=noisy)
    elsewhere = shutil.copytree(copied, tmp_path / "anywhere" / copied.name)
    assert main(["check", str(elsewhere)]) == 0, "with nothing beside it"
    assert "looks like" not in capsys.readouterr().out
    assert main(["check", str(copied)]) == 0
    said = capsys.readouterr().out
    assert "looks like a copy of 2026-11-22_first, a maintainer decides" in said
    assert "1 checked, 0 refused" in said
    shutil.rmtree(copied)
    assert main(["check", "--accepted", str(first)]) == 0
    assert "looks like" not in capsys.readouterr().out
    assert json.loads((first / "submission.json").read_text())["name"] == "first"
