"""Who stands for a family: whoever does best on validation episodes, by one rule for all."""

from dataclasses import replace

import pytest

from baselines.analysis.summary import summarize
from baselines.experiments.families import chosen_member
from baselines.experiments.plan import plan, score
from baselines.experiments.recipes import RECIPES
from baselines.experiments.run import failed
from baselines.experiments.search import Search
from baselines.experiments.suites import SUITES
from baselines.outer_loops.base import Stage
from baselines.results.run import Costs, EvaluationResult, RunResult

SUITE = replace(SUITES["standard"], search=Search(trials=2))
RECIPE = RECIPES["standard_parity"]


@pytest.mark.parametrize(
    ("scores", "member"),
    [
        ({"one": 0.5, "two": 0.9, "three": 0.7}, "two"),
        ({"one": 0.5, "two": 0.505, "three": 0.5}, "one"),  # as good as the best, and first
        ({"one": None, "two": -0.3}, "two"),
        ({"one": None}, None),
        ({}, None),
    ],
)
def test_the_best_member_stands_for_its_family_and_the_first_of_those_as_good(scores, member):
    assert chosen_member(("one", "two", "three"), scores) == member


def result_of(run, value):
    test = EvaluationResult.model_construct(score=value, metrics={"error": (0.0,)}, mean=lambda metric: 0.0)
    sizes = {run.size, *run.test_sizes}
    costs = Costs(parameters=1, memory=1, parameters_per_memory=1.0, flops_per_step=1)
    return RunResult.model_construct(
        hash=run.hash, failure=None, tests=dict.fromkeys(sizes, test), specification=run.specification(), costs=costs,
        episodes=1, environment_steps=1, probes={}, grids=(), curve=(), cannot_have_size=(), training_cpu_seconds=1.0,
    )  # fmt: skip


class Known(dict):
    """Results by hash; what is not known yet is made when it is asked for, with this score."""

    def of(self, plans, values):
        for planned in plans:
            value = values.get(planned.agent_spec.name, 0.1)
            for trial in planned.trials:
                self[trial.hash] = failed(trial, "Traceback") if value is None else result_of(trial, value)
        return self


def trained(plans):
    return [planned for planned in plans if planned.agent_spec.kind]


def test_one_member_of_each_family_is_in_the_test_and_badger_without_messages_always():
    plans = trained(plan(SUITE, RECIPE, 3))
    values = {"badger_free": 0.9, "commnet": 0.8, "hypernetwork": 0.7, "monolithic_padded": None}
    results = Known().of(plans, values)
    runs = {planned.agent_spec.name: planned.tuned_runs(results) for planned in plans}
    assert {name for name, found in runs.items() if found} == {"badger_free", "commnet", "hypernetwork", "shared"}
    assert {len(found) for found in runs.values() if found} == {3}
    for run in (run for found in runs.values() for run in found):
        results[run.hash] = result_of(run, 0.6)
    found = {agent.agent: agent for agent in summarize(plans, results)}
    assert {name for name, agent in found.items() if agent.chosen} == {"badger_free", "commnet", "hypernetwork"}
    assert {agent.family for agent in found.values()} == {"modular", "multi_agent", "monolithic"}
    assert found["shared"].planned_runs == 3
    assert found["badger"].planned_runs == found["badger"].failed_runs == 0
    assert found["badger"].trials  # its trials are shown


def test_nobody_is_in_the_test_of_a_family_whose_trials_all_failed():
    plans = trained(plan(SUITE, RECIPE, 3))
    members = ("monolithic_padded", "monolithic_shuffled", "hypernetwork", "transformer_over_time")
    results = Known().of(plans, dict.fromkeys(members))
    assert not any(planned.tuned_runs(results) for planned in plans if planned.agent_spec.name in members)


def test_a_choice_waits_for_the_trials_of_the_whole_family():
    plans = trained(plan(SUITE, RECIPE, 1))
    assert {len(planned.decided_by) for planned in plans} == {4 * 2}
    alone = trained(plan(SUITE, RECIPE, 1, ["badger"]))
    assert len(alone[0].decided_by) == 2


def test_trials_are_judged_by_all_sizes_that_they_train_with_and_no_other():
    trial = trained(plan(SUITE, RECIPE, 1))[0].trials[0]
    assert trial.test_sizes == RECIPE.trained_sizes == (2, 3, 4)
    tests = {size: EvaluationResult.model_construct(score=size / 10) for size in (2, 3, 4)}
    assert score(trial, RunResult.model_construct(failure=None, tests=tests)) == pytest.approx(0.3)


def test_sizes_left_out_are_never_drawn():
    stage = Stage(sizes=(2, 6), left_out=(4,))
    assert stage.drawn_sizes == (2, 3, 5, 6)
    assert Stage().drawn_sizes == ()
    for sizes, left_out in (((2, 6), (2,)), ((2, 6), (7,)), (None, (3,))):
        with pytest.raises(ValueError, match="left_out must be between the sizes of the stage"):
            Stage(sizes=sizes, left_out=left_out)


def test_a_run_without_sizes_left_out_is_the_same_run_as_before_there_were_any():
    run = trained(plan(SUITES["pocket"], RECIPES["guessing_sizes"], 1))[0].runs[0]
    assert all("left_out" not in stage for stage in run._plain()["outer_loop"]["stages"])
