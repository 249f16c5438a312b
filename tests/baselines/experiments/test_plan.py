"""From suites and recipes to runs: everybody gets the same, and the trials choose the settings."""

from dataclasses import replace

import numpy as np
import pytest

from agents import build_agent, count_parameters
from badger_envs.registry import SPECS
from baselines.experiments.agent_spec import fit_width
from baselines.experiments.plan import plan
from baselines.experiments.recipes import RECIPES
from baselines.experiments.run import failed
from baselines.experiments.search import Search
from baselines.experiments.suites import SUITES
from baselines.outer_loops.base import Stage
from baselines.outer_loops.trainer import train
from baselines.results.run import EvaluationResult, RunResult

PAIRS = [(suite, recipe) for suite in SUITES.values() for recipe in suite.recipes]


@pytest.mark.parametrize(("suite", "recipe"), PAIRS, ids=[f"{suite.name}-{recipe.name}" for suite, recipe in PAIRS])
def test_plan_gives_everybody_of_a_recipe_the_same_parameters_episodes_and_trials(suite, recipe):
    plans = [planned for planned in plan(suite, recipe, 2) if planned.agent_spec.kind]
    assert [planned.agent_spec.name for planned in plans] == list(recipe.agents)
    for planned in plans:
        agent = build_agent(planned.runs[0].kind, planned.runs[0].config)
        assert agent.accepts(recipe.make_task().ports)
        if recipe.name != "plastic_rules":  # which compares numbers of rules
            assert abs(count_parameters(agent) / recipe.parameters - 1) <= 0.1
    assert len({tuple((trial.outer_loop, trial.seed) for trial in planned.trials) for planned in plans}) == 1
    runs = {tuple((run.updates, run.training_episodes, run.seed, run.episodes) for run in each.runs) for each in plans}
    assert len(runs) == 1
    assert {trial.episode_set for planned in plans for trial in planned.trials} <= {"VALIDATION"}
    assert {run.episode_set for planned in plans for run in planned.runs} == {"TEST"}
    assert not {trial.seed for planned in plans for trial in planned.trials} & {0, 1}


@pytest.mark.parametrize("name", ["pocket", "standard_1", "full", "loops"])
def test_suite_is_about_every_environment_and_says_about_how_long_it_takes(name):
    suite = SUITES[name]
    assert {recipe.task for recipe in suite.recipes} == {
        "Badger/Guessing-v0", "Badger/HiddenXOR-v0", "Badger/Routing-v0", "Badger/ModularReacher-v0",
        "Badger/ModularRobot-v0",
    }  # fmt: skip
    assert suite.cpu_hours > 0
    assert all(recipe.cpu_seconds > 0 for recipe in suite.recipes)


def test_suite_standard_is_about_all_environments_for_as_many_of_each_family_within_ten_hours():
    suite = SUITES["standard"]
    assert {recipe.task for recipe in suite.recipes} == set(SPECS)
    assert len({len(family.members) for family in suite.families}) == 1
    everybody = [name for family in suite.families for name in family.members]
    assert len(set(everybody)) == len(everybody)
    for recipe in suite.recipes:
        assert set(recipe.agents) == set(everybody)
        assert recipe.cpu_seconds > 0
        inside, left_out = recipe.trained_sizes, recipe.outer_loop.stages[-1].left_out
        assert len(inside) > 1
        assert not set(left_out) & set(inside)
        assert max(recipe.test_sizes) > max(inside)  # beyond
    assert suite.cpu_hours < 10


def test_suite_abilities_has_a_recipe_for_everybody_of_each_of_its_environments():
    suite = SUITES["abilities"]
    for task in {recipe.task for recipe in suite.recipes}:
        agents = {name for recipe in suite.recipes if recipe.task == task for name in recipe.agents}
        assert agents >= {"badger", "shared", "monolithic"} or agents >= {"badger_attention", "shared", "monolithic"}
    assert suite.cpu_hours > 0
    assert all(recipe.cpu_seconds > 0 for recipe in suite.recipes)


def test_suite_pocket_takes_minutes_and_standard_a_night():
    assert SUITES["pocket"].cpu_hours < 2 * 8 / 60
    assert SUITES["standard_1"].cpu_hours < 10


def test_plan_adds_the_handcrafted_policies_of_the_task():
    plans = [planned for planned in plan(SUITES["pocket"], RECIPES["xor3"]) if planned.agent_spec.kind is None]
    assert [planned.agent_spec.name for planned in plans] == ["chance", "reference", "all_but_one"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"episode_set": "TRAIN"}, "episode_set must be one of 'TEST', 'VALIDATION', got 'TRAIN'"),
        ({"episode_set": "nothing"}, "episode_set must be one of 'TEST', 'VALIDATION', got 'nothing'"),
        ({"test_sizes": (2, True)}, "test_sizes must be an integer at least 1, got True"),
        ({"test_sizes": (0,)}, "test_sizes must be an integer at least 1, got 0"),
        ({"probes": ("life", "death")}, "probes must be one of 'life', .*, got 'death'"),
        ({"policy": "oracle", "kind": None}, "policy must be one of 'chance', .*, got 'oracle'"),
        ({"policy": "chance"}, "kind or policy must be given, and not both"),
        ({"kind": None}, "kind or policy must be given, and not both"),
        ({"task": "Badger/Nothing-v0"}, "id must be one of .*, got 'Badger/Nothing-v0'"),
        ({"seed": True}, "seed must be an integer in .*, got True"),
        ({"episodes": 0.5}, "episodes must be an integer in .*, got 0.5"),
    ],
)
def test_a_run_refuses_what_it_would_fail_for_after_its_training(change, said):
    run = plan(SUITES["pocket"], RECIPES["xor3"], 1)[0].runs[0]
    with pytest.raises(ValueError, match=said):
        replace(run, **change)


def test_settings_in_numpys_numbers_are_the_same_settings():
    run = plan(SUITES["pocket"], RECIPES["xor3"], 1)[0].runs[0]
    loop = replace(run.outer_loop, updates=100, batch=64, learning_rate=0.5, stages=(Stage(sizes=(1, 3)),))
    numpys = replace(
        run.outer_loop, updates=np.int8(100), batch=np.int16(64), learning_rate=np.float32(0.5),
        stages=(Stage(until=np.float64(1.0), sizes=(np.int8(1), np.uint16(3))),),
    )  # fmt: skip
    assert repr(numpys) == repr(loop), "what checkpoints are found by"
    one, other = replace(run, outer_loop=loop, seed=3), replace(run, outer_loop=numpys, seed=np.int32(3))
    assert (one.hash, repr(one)) == (other.hash, repr(other))
    assert repr(Search(trials=np.int64(2), fraction=np.float32(0.5))) == repr(Search(trials=2, fraction=0.5))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"seed": -1}, "seed must be an integer in"),
        ({"seed": 2**30}, "seed must be an integer in"),
        ({"seed": 1.0}, "seed must be an integer in"),
        ({"points": 0}, "points must be an integer at least 1, got 0"),
        ({"points": -3}, "points must be an integer at least 1, got -3"),
    ],
)
def test_training_refuses_seeds_and_points_before_the_work(how, said):
    run = plan(SUITES["pocket"], RECIPES["xor3"], 1)[0].runs[0]
    agent = build_agent(run.kind, run.config)
    with pytest.raises(ValueError, match=said):
        train(agent, run.task, run.arguments, run.outer_loop, **{"seed": 0, **how})


def with_score(run, score):
    """A result that has nothing but its score."""
    return RunResult.model_construct(failure=None, tests={run.size: EvaluationResult.model_construct(score=score)})


def trial_results(planned, scores):
    """Results in which the trials have these scores, None for one that failed."""
    return {
        trial.hash: failed(trial, "Traceback") if score is None else with_score(trial, score)
        for trial, score in zip(planned.trials, scores, strict=True)
    }


def test_tuned_runs_have_the_settings_that_the_trials_chose():
    suite = replace(SUITES["standard"], search=Search(trials=3, seeds=2))
    planned = plan(suite, RECIPES["xor3"], 3)[0]
    # The second draw is lucky once, the third failed once.
    runs = planned.tuned_runs(trial_results(planned, [0.9, 0.9, 1.0, 0.0, 1.0, None]))
    assert {run.outer_loop.learning_rate for run in runs} == {planned.draws[0]["learning_rate"]}
    assert [run.seed for run in runs] == [0, 1, 2]
    assert {trial.updates for trial in planned.trials} == {RECIPES["xor3"].outer_loop.updates // 2}


def test_tuned_runs_are_none_where_every_draw_failed():
    planned = plan(replace(SUITES["standard"], search=Search(trials=2, seeds=2)), RECIPES["xor3"], 3)[0]
    assert planned.tuned_runs(trial_results(planned, [0.5, None] * 2)) == []


def test_fit_width_finds_a_width_or_refuses():
    config = {"port_features": 3, "ports": 3}
    assert fit_width("Monolithic", config, 6500)["hidden_size"] == 37
    with pytest.raises(ValueError, match="parameters must be reachable by Monolithic within 10 %, got 5"):
        fit_width("Monolithic", config, 5)
