import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from agents import Badger, BadgerConfig, save_agent
from leaderboards.check.check import check
from leaderboards.evaluate.equivalence_test import ALARM, compare
from leaderboards.evaluate.evaluate import evaluate_benchmark, evaluate_size
from leaderboards.evaluate.reproduce import reproduce
from leaderboards.evaluate.saved_agent import SavedAgent
from leaderboards.schema.benchmark import load_benchmark
from leaderboards.schema.errors import SubmissionError
from leaderboards.schema.fresh_episodes import FIRST_FRESH, LAST_FRESH
from leaderboards.schema.make_benchmark import Chosen, write_benchmark
from leaderboards.schema.status import read_status, record
from leaderboards.schema.submission import FILE, make_seed_result, parse, read_submission, to_bytes
from tests.helpers.paths import ROOT
from tests.leaderboards.helpers.make_submission import make_submission, with_returns

SEEDS = 5
PROBLEMS = (
    Chosen("guess", "Badger/Guessing-v0", {"dims": 2, "horizon": 6}, (1, 2, 3), 1000),
    Chosen("xor", "Badger/HiddenXOR-v0", {"bits": 2}, (2, 3), 1000),
)


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """Folder of benchmarks, benchmark, and an honest submission of agents that do something, if not well."""
    benchmarks = tmp_path_factory.mktemp("benchmarks")
    write_benchmark("small", PROBLEMS, benchmarks)
    benchmark = load_benchmark("small", benchmarks)
    agents, rows = tmp_path_factory.mktemp("agents"), []
    for features in (3, 5):
        for seed in range(SEEDS):
            torch.manual_seed(seed)
            folder = agents / f"{features}_{seed}"
            save_agent(Badger(BadgerConfig(features, hidden_size=8, message_size=4, identity="random")), folder)
            saved = SavedAgent(folder)
            rows += evaluate_benchmark(saved, benchmark, training_seed=seed, weights_sha256=saved.sha256)
    return benchmarks, benchmark, agents, rows


def submission(root, board, change=lambda row, returns: returns):
    """Hand in what was found, or what became of it."""
    benchmarks, benchmark, agents, rows = board
    folder = make_submission(root, benchmark="small", benchmarks=benchmarks, name="honest")
    for path in (folder / "weights").iterdir():
        path.unlink()
    count = {}
    for agent in agents.iterdir():
        saved = SavedAgent(agent)
        problem = "guess" if saved.agent.config.port_features == 3 else "xor"
        count[problem] = sum(tensor.numel() for tensor in saved.agent.parameters())
        for file, suffix in ((saved.weights, "safetensors"), (saved.config, "json")):
            (folder / "weights" / f"{saved.sha256}.{suffix}").write_bytes(file.read_bytes())
    content = read_submission(folder).model_dump(mode="json")
    made = [with_returns(benchmark.name, row, change(row, row.returns)) for row in rows]
    content["rows"] = [row.model_dump(mode="json") for row in made]
    content["training"]["parameters"] = count
    (folder / FILE).write_bytes(to_bytes(parse(content)))
    assert check(folder, benchmarks=benchmarks) == []
    return folder


def add_score(benchmark, gain, wanted=lambda row: True):
    """Every episode scores that much more, as far as it can."""

    def change(row, returns):
        at = benchmark.problem(row.problem).sizes[row.size]
        more = np.asarray(returns) + gain * (at.reference - at.chance) * wanted(row)
        return np.clip(more, at.lowest, at.highest).tolist()

    return change


def test_reproduce_finds_honest_returns_exactly(tmp_path, board):
    folder = submission(tmp_path, board)
    report = reproduce(folder, rows=None, fresh=False, seed=0, benchmarks=board[0])
    assert report.exact
    assert report.agrees
    assert report.comparisons == ()
    assert [rerun.row for rerun in report.rows] == list(range(25))
    assert report.lines()[0] == "guess at size 1, training seed 0: exactly what was submitted"
    record(folder, "checked", "a test", report.details())
    details = read_status(folder)[0].details
    assert details["exact"]
    assert details["rows"] == list(range(25))
    assert details["largest_difference"] == 0.0


def test_reproduce_draws_rows_by_the_seed(tmp_path, board):
    folder = submission(tmp_path, board)
    drawn = [[rerun.row for rerun in reproduce(folder, rows=3, fresh=False, seed=seed, benchmarks=board[0]).rows]
             for seed in (1, 1, 2)]  # fmt: skip
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(len(set(rows)) == 3 for rows in drawn)


def test_reproduce_notices_one_changed_return(tmp_path, board):
    def change(row, returns):
        return [returns[0] + 0.25, *returns[1:]] if (row.problem, row.size) == ("guess", 2) else returns

    report = reproduce(submission(tmp_path, board, change), rows=None, fresh=False, seed=0, benchmarks=board[0])
    assert not report.exact
    assert [rerun.label for rerun in report.rows if rerun.largest_difference] == [
        f"guess at size 2, training seed {seed}" for seed in range(SEEDS)
    ]
    assert max(rerun.largest_difference for rerun in report.rows) == pytest.approx(0.25)
    assert report.lines()[0].startswith("not exact: returns differ by up to 0.25 in guess at size 2")


def test_reproduce_accepts_differences_between_machines(tmp_path, board):
    numbers = np.random.default_rng(0)

    def change(row, returns):
        at = board[1].problem(row.problem).sizes[row.size]
        other = np.asarray(returns) * (1 + 1e-6 * numbers.standard_normal(len(returns)))
        rare = numbers.random(len(returns)) < 0.002  # chaos: another rounding, another ending
        return np.clip(np.where(rare, returns[::-1], other), at.lowest, at.highest).tolist()

    report = reproduce(submission(tmp_path, board, change), rows=None, fresh=False, seed=0, benchmarks=board[0])
    assert not report.exact
    assert report.agrees
    assert "another machine may do that" in report.lines()[0]


@pytest.mark.parametrize("gain", [0.05, -0.05])
def test_reproduce_refuses_a_forged_score(tmp_path, board, gain):
    folder = submission(tmp_path, board, add_score(board[1], gain))
    report = reproduce(folder, rows=4, fresh=False, seed=3, benchmarks=board[0])
    assert not report.agrees
    assert any("DIFFERS" in line for line in report.lines())


def test_reproduce_is_not_widened_by_submitted_scatter(tmp_path, board):
    numbers = np.random.default_rng(0)

    def change(row, returns):
        at = board[1].problem(row.problem).sizes[row.size]
        shuffled = numbers.permutation(returns) + 0.2 * (at.reference - at.chance)
        return np.clip(shuffled, at.lowest, at.highest).tolist()

    folder = submission(tmp_path, board, change)
    assert not reproduce(folder, rows=None, fresh=False, seed=0, benchmarks=board[0]).agrees


def test_reproduce_agrees_on_fresh_episodes(tmp_path, board):
    folder = submission(tmp_path, board)
    firsts = set()
    for seed in range(5):
        report = reproduce(folder, rows=None, fresh=True, seed=seed, benchmarks=board[0])
        assert report.agrees, report.lines()
        assert not report.exact
        assert FIRST_FRESH <= report.first_episode < LAST_FRESH
        assert report.lines()[0] == f"fresh episodes from {report.first_episode}"
        assert report.details()["first_episode"] == report.first_episode
        firsts.add(report.first_episode)
    assert len(firsts) == 5
    again = reproduce(folder, rows=None, fresh=True, seed=4, benchmarks=board[0])
    assert again == report


def test_reproduce_refuses_a_score_forged_by_a_twentieth_on_fresh_episodes(tmp_path, board):
    folder = submission(tmp_path, board, add_score(board[1], 0.05))
    for seed in range(5):
        report = reproduce(folder, rows=None, fresh=True, seed=seed, benchmarks=board[0])
        assert not report.agrees, report.lines()


@pytest.mark.slow
def test_compare_accepts_99_of_100_honest_draws_and_no_forged_one(board):
    # What reproduce compares, with draws of fresh episodes out of one long test of each row.
    _, benchmark, agents, rows = board
    saved = {each.sha256: each for each in map(SavedAgent, agents.iterdir())}
    draws, kept = 200, [row for row in rows if row.size == 2]
    pools = []
    for row in kept:
        problem = benchmark.problem(row.problem)
        at = problem.sizes[row.size]
        longer = problem.model_copy(
            update={"sizes": {row.size: at.model_copy(update={"episodes": 1000 * draws // 10})}}
        )
        policy = saved[row.weights_sha256](problem.id, at.arguments)
        pools.append(evaluate_size(policy, benchmark, longer, row.size, first_episode=FIRST_FRESH))
    numbers = np.random.default_rng(0)
    honest, forged = 0, 0
    for _ in range(draws):
        chosen = numbers.choice(len(pools[0]), 1000, replace=False)  # the same episodes in all rows
        found = [
            with_returns(benchmark.name, row, pool[chosen].tolist()) for row, pool in zip(kept, pools, strict=True)
        ]
        higher = add_score(benchmark, 0.05)
        lies = [with_returns(benchmark.name, row, higher(row, row.returns)) for row in kept]
        honest += all(asked.agrees for asked in compare(benchmark, list(zip(kept, found, strict=True)), fresh=True))
        forged += all(asked.agrees for asked in compare(benchmark, list(zip(lies, found, strict=True)), fresh=True))
    assert honest >= 0.99 * draws
    assert forged == 0


@pytest.mark.parametrize("name", ["normal", "rare disasters", "nearly always the same", "two values"])
def test_compare_bound_holds_for_returns_of_any_kind(board, name):
    # Both tests are drawn anew, so refusals should be as rare as ALARM says; 400 draws must not have 5.
    benchmark = board[1]
    at = benchmark.problem("guess").sizes[2]
    numbers = np.random.default_rng(1)

    def returns(count):
        if name == "normal":
            scores = 0.6 + 0.2 * numbers.standard_normal(count)
        elif name == "rare disasters":
            scores = np.where(numbers.random(count) < 0.002, -10.0, 0.9)
        elif name == "nearly always the same":
            scores = np.where(numbers.random(count) < 0.001, 0.0, 1.0)
        else:
            scores = (numbers.random(count) < 0.7).astype(float)
        return (at.chance + scores * (at.reference - at.chance)).tolist()

    refused = 0
    for _ in range(400):
        one, two = (make_seed_result("small", "guess", 2, 0, None, returns(500)) for _ in range(2))
        refused += not all(asked.agrees for asked in compare(benchmark, [(one, two)], fresh=True))
    assert refused < 5


def test_compare_sees_scatter_forged_with_the_score(board):
    benchmark, numbers = board[1], np.random.default_rng(0)
    at = benchmark.problem("guess").sizes[2]

    def row(scores):
        returns = (at.chance + scores * (at.reference - at.chance)).tolist()
        return make_seed_result("small", "guess", 2, 0, None, returns)

    found = row(0.5 + 0.1 * numbers.standard_normal(1000))
    forged = 0.65 + 0.1 * numbers.standard_normal(1000)
    forged[:10] = -9.0  # the mean rises by less than the bound, which these make wide
    mean, distribution = compare(benchmark, [(row(forged), found)], fresh=True)
    assert mean.agrees
    assert mean.found < mean.submitted + mean.bound
    assert not distribution.agrees
    assert distribution.bound == pytest.approx(math.sqrt((1.0 - math.log(ALARM / 2)) / 1000))


def test_compare_equals_numbers_worked_out_by_hand(board):
    benchmark = board[1]
    at = benchmark.problem("xor").sizes[2]
    assert (at.chance, at.reference) == (0.0, 1.0)

    def row(values):
        return make_seed_result("small", "xor", 2, 0, None, values)

    one, two = row([0.0, 1.0] * 50), row([0.0, 1.0] * 42 + [1.0] * 16)
    episodes, mean = compare(benchmark, [(one, two)], fresh=False)
    assert (episodes.found, episodes.bound, episodes.agrees) == (0.08, 0.01, False)
    assert str(episodes).endswith("DIFFERS, 8.0% of the same episodes differ, at most 1%")
    assert (mean.submitted, mean.found) == (0.5, 0.58)
    # Eight of a hundred differ by one: s^2 = (8 - 100 * 0.08^2) / 99; a normal variable is beyond 3.2905 in 0.001.
    assert mean.bound == pytest.approx(3.2905267 * math.sqrt(7.36 / 99 / 100))
    assert mean.agrees
    # Where the last digit of weights moves episodes by up to 0.4, they may differ by 0.001 + 3 * 0.4.
    moved = row([0.4, 1.0, *two.returns[2:]])
    assert compare(benchmark, [(one, two)], [moved], fresh=False)[0].agrees
    moved = row([0.3, 1.0, *two.returns[2:]])
    assert not compare(benchmark, [(one, two)], [moved], fresh=False)[0].agrees
    mean, gap = compare(benchmark, [(one, two)], fresh=True)
    z = 3.4807564  # 0.0005, as there are two questions
    assert mean.bound == pytest.approx(z * math.sqrt(25 / 99 / 100 + 24.36 / 99 / 100))
    assert gap.found == pytest.approx(0.08)
    assert str(mean).startswith("xor at size 2, training seed 0: agrees, submitted 0.5000, found 0.5800 +- 0.24")
    assert str(gap).startswith("xor at size 2, training seed 0: agrees, distributions lie 0.0800 apart, at most 0.2")


def test_reproduce_refuses_what_does_not_pass_the_check(tmp_path, board):
    folder = submission(tmp_path, board)
    text = (folder / FILE).read_text()
    (folder / FILE).write_text(text.replace('"returns": [', '"returns": [0.125, ', 1))
    with pytest.raises(SubmissionError, match=r"submission.json: rows\[0\].returns: must be those of all 1000"):
        reproduce(folder, rows=1, fresh=False, seed=0, benchmarks=board[0])


def test_reproduce_refuses_agents_of_others(tmp_path):
    folder = make_submission(tmp_path, source="own")
    with pytest.raises(SubmissionError, match="agent.source: must be 'badger'"):
        reproduce(folder, rows=1, fresh=False, seed=0, benchmarks=Path(__file__).parents[1] / "benchmarks")


@pytest.mark.parametrize(
    ("field", "change", "error"),
    [
        ("hidden_size", lambda size: size + 1, r"weights/\w+.safetensors: expert.bias_hh: must be of shape \[27\]"),
        (
            "port_features",
            lambda features: 8 - features,
            r"weights/\w+.safetensors: expert.weight_ih: must be",
        ),
    ],
)
def test_reproduce_refuses_weights_that_do_not_fit_config_or_task(tmp_path, board, field, change, error):
    folder = submission(tmp_path, board)
    for path in (folder / "weights").glob("*.json"):
        about = json.loads(path.read_text())
        about["config"][field] = change(about["config"][field])
        del about["sha256"]  # which would tell
        path.write_text(json.dumps(about))
    with pytest.raises(SubmissionError, match=error):
        reproduce(folder, rows=1, fresh=False, seed=0, benchmarks=board[0])


@pytest.mark.parametrize(
    ("arguments", "error"), [({"rows": 0}, "rows must be at least 1"), ({"seed": -1}, "seed must")]
)
def test_reproduce_refuses_bad_counts_and_seeds(tmp_path, board, arguments, error):
    with pytest.raises(ValueError, match=error):
        reproduce(tmp_path, **{"rows": 1, "fresh": False, "seed": 0, "benchmarks": board[0], **arguments})


def test_reproduce_restores_the_number_of_threads(tmp_path, board):
    before = torch.get_num_threads()
    reproduce(submission(tmp_path, board), rows=1, fresh=False, seed=0, benchmarks=board[0])
    assert torch.get_num_threads() == before


def test_reproduce_imports_without_torch():
    script = """
import sys
sys.modules["torch"] = sys.modules["baselines"] = None
import leaderboards.evaluate.reproduce, leaderboards.schema.status, leaderboards.evaluate.subprocess_policy
"""
    subprocess.run([sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
