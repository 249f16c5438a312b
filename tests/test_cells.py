import json
from dataclasses import replace

import numpy as np
import pytest

from agents import build_agent, count_parameters, load_agent
from badger_envs.evaluation import evaluate
from baselines.comparison.cells import Cell, find_result, run_cell
from baselines.comparison.grid import decided_runs
from baselines.comparison.suites import GUESSING, SUITES, choose, main_test, plan
from baselines.contestants import fit_width
from baselines.outer_loops.backprop import Backprop
from baselines.outer_loops.interface import Stage
from baselines.policy import AgentPolicy

CELL = Cell(
    agent="badger",
    task=GUESSING,
    arguments={"dims": 2, "horizon": 5},
    seed=0,
    kind="Badger",
    config={"port_features": 3, "memory": 5},
    outer_loop=Backprop(updates=3, batch=4),
    test_sizes=(1, 3),
    episodes=20,
)


def test_a_result_is_a_function_of_the_specification(tmp_path):
    one, other = (run_cell(CELL, tmp_path / name) for name in ("a", "b"))
    for changing in ("training_cpu_seconds", "training_wall_seconds"):
        del one[changing], other[changing]
    assert one == other


def test_everything_in_a_specification_changes_its_hash():
    others = [
        replace(CELL, seed=1),
        replace(CELL, episodes=21),
        replace(CELL, arguments={"dims": 3, "horizon": 5}),
        replace(CELL, config={"port_features": 3, "memory": 6}),
        replace(CELL, outer_loop=replace(CELL.outer_loop, learning_rate=1e-3)),
        replace(CELL, outer_loop=replace(CELL.outer_loop, stages=(Stage(alike=True),))),
    ]
    assert len({cell.hash for cell in (CELL, *others)}) == 1 + len(others)
    assert CELL.hash == replace(CELL).hash


def test_a_finished_cell_is_found_and_not_run_again(tmp_path, monkeypatch):
    first = run_cell(CELL, tmp_path)
    monkeypatch.setattr("baselines.comparison.cells._train_and_test", lambda *_: pytest.fail("ran again"))
    assert run_cell(CELL, tmp_path) == first


@pytest.mark.parametrize("damage", ["", "{", "null", '{"specification": {}}'])
def test_a_cell_file_that_is_cut_off_or_of_another_specification_is_run_again(tmp_path, damage):
    first = run_cell(CELL, tmp_path)
    (tmp_path / CELL.hash / "cell.json").write_text(damage)
    assert find_result(CELL, tmp_path) is None
    assert run_cell(CELL, tmp_path)["tests"] == first["tests"]


def test_a_cell_that_raises_is_recorded_and_tried_again(tmp_path):
    broken = replace(CELL, config={"port_features": 3, "memory": 0})
    result = run_cell(broken, tmp_path)
    assert "memory must be an integer of at least 1, got 0" in result["failed"]
    assert "tests" not in result
    assert json.loads((tmp_path / broken.hash / "failed.json").read_text())["failed"] == result["failed"]
    assert find_result(broken, tmp_path) is None


def test_the_saved_agent_is_the_one_that_was_tested(tmp_path):
    result = run_cell(CELL, tmp_path)
    agent = load_agent(tmp_path / CELL.hash)
    assert count_parameters(agent) == result["parameters"]
    again = evaluate(AgentPolicy(agent, 2), GUESSING, episodes=20, **CELL.arguments)
    assert again.as_json()["returns"] == main_test(CELL, result)["returns"]


def test_sizes_that_an_agent_cannot_have_are_named(tmp_path):
    cell = replace(CELL, kind="Monolithic", config={"port_features": 3, "ports": 2, "memory": 4})
    result = run_cell(cell, tmp_path)
    assert list(result["tests"]) == ["2"]
    assert result["cannot_have_size"] == [1, 3]


def test_a_handcrafted_policy_is_a_cell_without_training(tmp_path):
    cell = Cell("probe", GUESSING, {"dims": 2}, 0, policy="reference", test_sizes=(5,), episodes=50)
    result = run_cell(cell, tmp_path)
    assert np.max(result["tests"]["5"]["metrics"]["error"]) < 1e-6


def test_everybody_on_equal_footing_has_the_same_parameters_within_ten_percent():
    for suite in SUITES.values():
        for contestant in suite.contestants:
            if contestant.kind and contestant.outer_loop is None:
                (cell, *_) = plan(suite, contestant, GUESSING, 1).runs
                assert abs(count_parameters(build_agent(cell.kind, cell.config)) / suite.parameters - 1) <= 0.1


def test_everybody_on_equal_footing_gets_the_same_episodes_and_trials():
    suite = SUITES["pocket"]
    entries = [plan(suite, each, GUESSING, 2) for each in suite.contestants if each.kind and not each.outer_loop]
    assert len(entries) == 4
    assert len({tuple(trial.outer_loop for trial in entry.trials) for entry in entries}) == 1
    assert len({tuple((run.outer_loop, run.seed, run.episodes) for run in entry.runs) for entry in entries}) == 1
    assert {trial.episode_set for entry in entries for trial in entry.trials} == {"VALIDATION"}
    assert {run.episode_set for entry in entries for run in entry.runs} == {"TEST"}
    assert not {trial.seed for entry in entries for trial in entry.trials} & {
        run.seed for entry in entries for run in entry.runs
    }


def trial_results(entry, scores):
    """Results in which the trials of each learning rate have these scores, None for one that failed."""
    return {
        trial.hash: {"failed": "Traceback"} if score is None else {"tests": {"3": {"score": score}}}
        for trial, score in zip(entry.trials, [score for pair in scores for score in pair], strict=True)
    }


def test_the_learning_rate_with_the_best_mean_of_its_trials_is_taken():
    suite = SUITES["pocket"]
    entry = plan(suite, suite.contestants[0], GUESSING, 3)
    # The third rate is lucky once, the fourth failed once.
    runs = decided_runs(entry, trial_results(entry, [(0.5, 0.5), (0.9, 0.9), (1.0, 0.0), (1.0, None)]))
    assert {run.outer_loop.learning_rate for run in runs} == {suite.learning_rates[1]}
    assert [run.seed for run in runs] == [0, 1, 2]


def test_where_every_learning_rate_failed_nothing_is_run():
    suite = SUITES["pocket"]
    entry = plan(suite, suite.contestants[0], GUESSING, 3)
    assert decided_runs(entry, trial_results(entry, [(0.5, None)] * 4)) == []
    with pytest.raises(ValueError, match="no learning rate was found"):
        choose([])


def test_a_width_that_fits_is_found_or_refused():
    config = {"port_features": 3, "ports": 3}
    assert fit_width("Monolithic", config, 6500)["memory"] == 37
    with pytest.raises(ValueError, match="parameters must be reachable by Monolithic within 10 %, got 5"):
        fit_width("Monolithic", config, 5)
