from dataclasses import fields, replace

import numpy as np
import pytest

from agents import build_agent, count_parameters, load_agent
from badger_envs.evaluation import evaluate
from baselines.execution.runner import execute
from baselines.experiments.agents import fit_width
from baselines.experiments.plan import plan
from baselines.experiments.recipes import GUESSING, RECIPES
from baselines.experiments.run import RunSpec, failed, find_result
from baselines.experiments.search import Search, chosen
from baselines.experiments.suites import SUITES
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.policy import AgentPolicy
from baselines.results import EvaluationResult, RunResult
from tests.helpers.runs import without_times

RUN = RunSpec(
    agent="badger",
    task=GUESSING,
    arguments={"dims": 2, "horizon": 5},
    seed=0,
    kind="Badger",
    config={"port_features": 3, "hidden_size": 5},
    outer_loop=BPTT(updates=3, batch=4),
    test_sizes=(1, 3),
    episodes=20,
)


def test_a_result_is_a_function_of_the_specification(tmp_path):
    one, other = (execute(RUN, tmp_path / name) for name in ("a", "b"))
    for result in (one, other):
        assert result.training_cpu_seconds == result.curve[-1].cpu_seconds
    assert without_times(one) == without_times(other)


def test_everything_in_a_specification_changes_its_hash():
    others = [
        replace(RUN, seed=1),
        replace(RUN, episodes=21),
        replace(RUN, arguments={"dims": 3, "horizon": 5}),
        replace(RUN, config={"port_features": 3, "hidden_size": 6}),
        replace(RUN, outer_loop=replace(RUN.outer_loop, learning_rate=1e-3)),
        replace(RUN, outer_loop=replace(RUN.outer_loop, stages=(Stage(shared_across_batch=True),))),
    ]
    unchanged = replace(RUN, problem="another name", probes=("life",), probe_episodes=3)
    assert unchanged.hash == RUN.hash
    assert len({run.hash for run in (RUN, *others)}) == 1 + len(others)
    assert RUN.hash == replace(RUN).hash


def test_a_finished_cell_is_found_and_not_run_again(tmp_path, monkeypatch):
    first = execute(RUN, tmp_path)
    monkeypatch.setattr("baselines.execution.runner._train_and_test", lambda *_: pytest.fail("ran again"))
    assert execute(RUN, tmp_path) == first


@pytest.mark.parametrize("damage", ["", "{", "null", '{"specification": {}}'])
def test_a_cell_file_that_is_cut_off_or_of_another_specification_is_run_again(tmp_path, damage):
    first = execute(RUN, tmp_path)
    (tmp_path / RUN.hash / "run.json").write_text(damage)
    assert find_result(RUN, tmp_path) is None
    assert execute(RUN, tmp_path).tests == first.tests


def test_a_later_probe_asks_the_agent_that_was_trained_before(tmp_path, monkeypatch):
    first = execute(RUN, tmp_path)
    monkeypatch.setattr("baselines.execution.runner._train_and_test", lambda *_: pytest.fail("ran again"))
    asking = replace(RUN, probes=("life", "cut"), probe_episodes=10)
    assert find_result(asking, tmp_path) is None
    result = execute(asking, tmp_path)
    assert result == first.model_copy(update={"probes": result.probes}) == find_result(asking, tmp_path)
    assert result.probes["life"].x == (1, 3, 10)


def test_a_cell_that_raises_is_recorded_and_tried_again(tmp_path):
    broken = replace(RUN, config={"port_features": 3, "hidden_size": 0})
    result = execute(broken, tmp_path)
    assert "hidden_size must be an integer of at least 1, got 0" in result.failure
    assert result.tests == {}
    assert RunResult.read(tmp_path / broken.hash / "failed.json") == result
    assert find_result(broken, tmp_path) is None


def test_the_saved_agent_is_the_one_that_was_tested(tmp_path):
    result = execute(RUN, tmp_path)
    agent = load_agent(tmp_path / RUN.hash)
    assert count_parameters(agent) == result.costs.parameters
    again = evaluate(AgentPolicy(agent, 2), GUESSING, episodes=20, **RUN.arguments)
    assert again.as_json()["returns"] == list(result.tests[2].returns)


def test_sizes_that_an_agent_cannot_have_are_named(tmp_path):
    run = replace(RUN, kind="Monolithic", config={"port_features": 3, "ports": 2, "hidden_size": 4})
    result = execute(run, tmp_path)
    assert list(result.tests) == [2]
    assert result.cannot_have_size == (1, 3)


def test_a_handcrafted_policy_is_a_cell_without_training(tmp_path):
    run = RunSpec("probe", GUESSING, {"dims": 2}, 0, policy="reference", test_sizes=(5,), episodes=50)
    result = execute(run, tmp_path)
    assert np.max(result.tests[5].metrics["error"]) < 1e-6


PAIRS = [(suite, recipe) for suite in SUITES.values() for recipe in suite.recipes]


@pytest.mark.parametrize(("suite", "recipe"), PAIRS, ids=[f"{suite.name}-{recipe.name}" for suite, recipe in PAIRS])
def test_everybody_of_a_recipe_has_the_same_parameters_episodes_and_trials(suite, recipe):
    plans = [planned for planned in plan(suite, recipe, 2) if planned.agent_spec.kind]
    assert [planned.agent_spec.name for planned in plans] == list(recipe.agents)
    for planned in plans:
        agent = build_agent(planned.runs[0].kind, planned.runs[0].config)
        assert agent.accepts(recipe.make_task().ports)
        if len(plans) > 1:
            assert abs(count_parameters(agent) / recipe.parameters - 1) <= 0.1
    assert len({tuple((trial.outer_loop, trial.seed) for trial in planned.trials) for planned in plans}) == 1
    runs = {tuple((run.updates, run.training_episodes, run.seed, run.episodes) for run in each.runs) for each in plans}
    assert len(runs) == 1
    assert {trial.episode_set for planned in plans for trial in planned.trials} <= {"VALIDATION"}
    assert {run.episode_set for planned in plans for run in planned.runs} == {"TEST"}
    assert not {trial.seed for planned in plans for trial in planned.trials} & {0, 1}


@pytest.mark.parametrize("name", ["pocket", "standard", "full", "loops"])
def test_a_suite_is_about_every_environment_and_says_about_how_long_it_takes(name):
    suite = SUITES[name]
    assert {recipe.task for recipe in suite.recipes} == {
        "Badger/Guessing-v0", "Badger/HiddenXOR-v0", "Badger/Routing-v0", "Badger/ModularReacher-v0",
        "Badger/ModularRobot-v0",
    }  # fmt: skip
    assert suite.cpu_hours > 0
    assert all(recipe.cpu_seconds > 0 for recipe in suite.recipes)


def test_pocket_is_minutes_and_standard_a_night():
    assert SUITES["pocket"].cpu_hours < 2 * 8 / 60
    assert SUITES["standard"].cpu_hours < 10


def test_the_levels_of_a_task_take_part_by_themselves():
    plans = [planned for planned in plan(SUITES["pocket"], RECIPES["xor3"]) if planned.agent_spec.kind is None]
    assert [planned.agent_spec.name for planned in plans] == ["chance", "reference", "all_but_one"]


def with_score(run, score):
    """A result that has nothing but its score."""
    return RunResult.model_construct(failure=None, tests={run.size: EvaluationResult.model_construct(score=score)})


def trial_results(planned, scores):
    """Results in which the trials have these scores, None for one that failed."""
    return {
        trial.hash: failed(trial, "Traceback") if score is None else with_score(trial, score)
        for trial, score in zip(planned.trials, scores, strict=True)
    }


def test_the_settings_that_the_trials_chose_are_those_of_the_runs():
    suite = replace(SUITES["standard"], search=Search(trials=3, seeds=2))
    planned = plan(suite, RECIPES["xor3"], 3)[0]
    # The second draw is lucky once, the third failed once.
    runs = planned.tuned_runs(trial_results(planned, [0.9, 0.9, 1.0, 0.0, 1.0, None]))
    assert {run.outer_loop.learning_rate for run in runs} == {planned.draws[0]["learning_rate"]}
    assert [run.seed for run in runs] == [0, 1, 2]
    assert {trial.updates for trial in planned.trials} == {RECIPES["xor3"].outer_loop.updates // 2}


def test_of_draws_that_are_as_good_the_middle_one_is_chosen():
    rates = [{"learning_rate": rate} for rate in (0.02, 0.001, 0.003, 0.006)]
    assert chosen(list(zip(rates, [1.0, 0.995, 1.0, 0.999], strict=True))) == {"learning_rate": 0.003}
    assert chosen(list(zip(rates, [1.0, 0.5, 0.9, 0.8], strict=True))) == {"learning_rate": 0.02}
    assert chosen(list(zip(rates, [None, 0.5, 0.505, None], strict=True))) == {"learning_rate": 0.001}


def test_where_every_draw_failed_nothing_is_run():
    planned = plan(replace(SUITES["standard"], search=Search(trials=2, seeds=2)), RECIPES["xor3"], 3)[0]
    assert planned.tuned_runs(trial_results(planned, [0.5, None] * 2)) == []
    with pytest.raises(ValueError, match="no settings were found"):
        chosen([])


def test_draws_cover_the_declared_space_and_are_always_the_same():
    loop = RECIPES["guessing_ppo"].outer_loop
    draws = Search(trials=8).draws(loop)
    assert draws == Search(trials=8).draws(loop)
    for name, values in loop.space.items():
        found = sorted(draw[name] for draw in draws)
        assert values.low <= found[0] < found[-1] <= values.high
        edges = values.low * (values.high / values.low) ** (np.arange(9) / 8)
        assert all(low <= value <= high * 1.01 for low, value, high in zip(edges, found, edges[1:], strict=False))


def test_every_outer_loop_has_a_declared_space_of_its_own_settings():
    for loop in (recipe.outer_loop for recipe in RECIPES.values()):
        assert loop.space
        assert set(loop.space) <= {field.name for field in fields(loop)}


def test_a_width_that_fits_is_found_or_refused():
    config = {"port_features": 3, "ports": 3}
    assert fit_width("Monolithic", config, 6500)["hidden_size"] == 37
    with pytest.raises(ValueError, match="parameters must be reachable by Monolithic within 10 %, got 5"):
        fit_width("Monolithic", config, 5)
