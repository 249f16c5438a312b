"""What a row costs is known from a config, and what would take hours is refused before it runs."""

import json

import pytest

from agents import build_agent, count_parameters
from leaderboards.check.check import check
from leaderboards.check.row_cost import MAX_MULTIPLICATIONS, multiplications
from leaderboards.commands.common import ROOT
from leaderboards.evaluate.run_rows import run_rows
from leaderboards.evaluate.time_limit import time_limit
from leaderboards.schema.benchmark import load_benchmark
from leaderboards.schema.errors import SubmissionError
from leaderboards.schema.submission import folders, read_submission
from tests.leaderboards.helpers.make_submission import BENCHMARKS, make_submission

V1 = load_benchmark("v1")
SLOW = {"port_features": 3, "hidden_size": 76, "message_size": 32, "membrane": "bonds", "experts": 64, "rounds": 32,
        "messages": "attention", "identity": "random"}  # fmt: skip


def cost_of(config, problem="guessing", size=10, kind="Badger"):
    """Of a row, and the numbers of the agent."""
    numbers = count_parameters(build_agent(kind, config))
    return multiplications(kind, json.dumps(config), 2, numbers, V1.problem(problem), size), numbers


def test_cost_of_small_weights_that_take_hours_is_beyond_the_limit():
    cost, numbers = cost_of(SLOW)
    assert 4 * numbers < 200_000  # bytes
    assert cost > 10 * MAX_MULTIPLICATIONS


def test_cost_grows_with_experts_rounds_and_sizes():
    small = {"port_features": 3, "hidden_size": 8, "membrane": "bonds", "experts": 2, "identity": "random"}
    cost, _ = cost_of(small)
    for field, value in (("experts", 20), ("rounds", 9), ("hidden_size", 64)):
        assert cost_of(small | {field: value})[0] > 2 * cost
    assert cost_of(small, size=1)[0] < cost


def test_cost_of_entries_is_far_below_the_limit():
    for folder in folders(ROOT, "v1"):
        submission, largest = read_submission(folder), 0.0
        for row in submission.rows:
            path = folder / "weights" / f"{row.weights_sha256}.json"
            about = json.loads(path.read_text())
            numbers = path.with_suffix(".safetensors").stat().st_size // 4
            agent = (about["kind"], json.dumps(about["config"]), about["format"], numbers)
            largest = max(largest, multiplications(*agent, V1.problem(row.problem), row.size))
        assert 1e8 < largest < MAX_MULTIPLICATIONS / 10


@pytest.mark.parametrize("size", [1, 10])
def test_cost_of_an_agent_of_one_network_counts_its_weights_once_for_every_port(size):
    config = {"port_features": 3, "ports": size, "hidden_size": 16}
    cost, numbers = cost_of(config, size=size, kind="Monolithic")
    at = V1.problem("guessing").sizes[size]
    assert cost >= at.episodes * at.horizon * numbers


def test_time_limit_ends_what_takes_too_long():
    def never_ending():
        with time_limit(0.05):
            while True:
                pass

    with pytest.raises(ValueError, match="it takes longer than 0.05 CPU-seconds"):
        never_ending()
    with time_limit(60.0):
        pass


def test_rows_run_under_a_time_limit_each_and_come_in_their_order(tmp_path):
    folder = make_submission(tmp_path, seeds=2, problems=("xor",))
    submission, benchmark = read_submission(folder), load_benchmark("tiny", BENCHMARKS)
    assert check(folder, benchmarks=BENCHMARKS) == []
    chosen = [3, 0, 2]
    found = run_rows(folder, submission, benchmark, chosen, None)
    about = [(row.problem, row.size, row.training_seed) for row in found]
    assert about == [(r.problem, r.size, r.training_seed) for r in (submission.rows[number] for number in chosen)]
    with pytest.raises(SubmissionError, match="cannot be run again: it takes longer than 0.0001 CPU-seconds"):
        run_rows(folder, submission, benchmark, chosen, None, seconds=1e-4)
