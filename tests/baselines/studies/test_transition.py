"""From monolithic to modular, of runs as they are stored."""

import math

import pytest
import torch

from agents import build_agent
from badger_envs.statistics import stratified_bootstrap
from baselines.experiments.agents import AGENTS
from baselines.experiments.recipes import RECIPES
from baselines.experiments.transition import ARCHITECTURES, MEMORY, SPLITS, TRANSITION_AGENTS
from baselines.results.run import EvaluationResult, OuterLoopSettings, ProbeCurve, RunResult, Specification
from baselines.studies.transition import COST, EXPERTS, LARGER, LIFE, MEASURES, TRAINED, draw, measure, measures
from baselines.studies.transition import MEMORY as HALF_LOST

RECIPE = RECIPES["transition"]


def run(agent, seed=0, scores=None, cpu_seconds=5.0, horizon=4):
    """An agent that was not trained, and a run that has nothing but what the study reads."""
    torch.manual_seed(seed)
    spec = AGENTS[agent]
    config = {**spec.config, **RECIPE.configs.get(agent, {}), "port_features": 3, "port_actions": 1}
    config |= {"max_ports": 5} if spec.kind == "PaddedMonolithic" else {}
    config = {"hidden_size": 4} | config
    scores = scores or {2: 0.8, 3: 0.6, 5: 0.4, 8: 0.3}
    said = Specification.model_construct(
        task=RECIPE.task, agent=agent, arguments={"dims": 3, "horizon": horizon}, seed=seed, config=config,
        outer_loop=OuterLoopSettings(kind="bptt", learning_rate=0.01, stages=({"sizes": (2, 5)},)),
    )  # fmt: skip
    tests = {size: EvaluationResult.model_construct(score=score) for size, score in scores.items()}
    result = RunResult.model_construct(specification=said, tests=tests, training_cpu_seconds=cpu_seconds)
    return build_agent(spec.kind, config), result


def curve(x, score):
    return ProbeCurve(x=x, score=score, trained=None)


def test_every_split_remembers_as_much_and_can_serve_what_is_trained():
    most = RECIPE.max_ports
    for spec, experts in zip(TRANSITION_AGENTS, SPLITS, strict=True):
        agent = build_agent(spec.kind, RECIPE.config(spec))
        assert agent.memory(agent.initial_state(1, most)).shape == (1, experts, MEMORY // experts)
        assert agent.accepts(most)
        assert agent.accepts(2 * most) == (experts > 1)
    assert RECIPE.agents == (*(spec.name for spec in TRANSITION_AGENTS), *ARCHITECTURES)


def test_measures_of_a_run_worked_out_by_hand():
    probes = {
        "life": curve((1.0, 3.0, 10.0), (0.5, 0.6, 0.7)),
        "forget": curve((0.0, 0.5, 1.0), (0.5, 0.4, 0.1)),
        "newcomers": curve((0.5, 1.0), (0.2, 0.5)),
    }
    at_size = {1: 0.9, 2: 0.8, 3: 0.6, 5: 0.4, 6: 0.3, 10: 0.1, 11: -1.0}
    found = measures(at_size, (2, 5), probes, 12.0, experts=4)
    assert found == pytest.approx({TRAINED: 0.6, LARGER: 0.2, LIFE: 0.7, HALF_LOST: 0.4, EXPERTS: 0.2, COST: 12.0})
    one = measures({2: 0.8, 5: 0.4}, (2, 5), probes, 12.0, experts=1)
    assert (one[LARGER], one[EXPERTS]) == (None, None)
    nobody = measures(at_size, (2, 5), probes | {"newcomers": curve((), ())}, 12.0, experts=None)
    assert nobody[EXPERTS] is None


def test_runs_of_an_agent_are_taken_together_and_the_axis_of_experts_comes_first():
    one, other = {2: 0.8, 5: 0.6}, {2: 0.6, 5: 0.2}
    read = [run("shared"), run("split_4", 0, one), run("split_4", 1, other), run("split_1", scores=one)]
    first, second, third = measure(read, episodes=6)
    assert [(found.agent, found.experts) for found in (first, second, third)] == [
        ("split_1", 1), ("split_4", 4), ("shared", None)
    ]  # fmt: skip
    assert second.found[TRAINED] == stratified_bootstrap(torch.tensor([[0.7], [0.4]], dtype=torch.float64).numpy())
    assert second.found[LARGER] is None
    assert second.found[EXPERTS] is not None
    assert first.found[EXPERTS] is None
    assert third.found[LARGER].estimate == pytest.approx(0.3)
    assert math.isnan(third.found[LARGER].low)


def test_runs_of_different_tasks_are_refused():
    with pytest.raises(ValueError, match="runs must be of one task, got Guessing.*, Guessing"):
        measure([run("split_1"), run("split_2", horizon=5)], episodes=2)


def test_picture_has_a_row_for_everybody_and_each_question_that_can_be_asked(tmp_path):
    read = [run("split_1"), run("split_8"), run("monolithic_padded", scores={2: 0.9, 5: 0.7}), run("badger")]
    picture = draw(read, 6, tmp_path)
    assert "split among 1 to 8 experts" in picture.caption
    lines = (tmp_path / "transition.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",") == ["agent", "experts", "measure", "estimate", "low", "high"]
    asked = {(line.split(",")[0], line.split(",")[2]) for line in lines[1:]}
    everything = {(result.specification.agent, name) for _, result in read for name in MEASURES}
    # One expert has no half to lose, nor have those that are tied to ports; a padded network has no larger sizes.
    cannot = {(name, EXPERTS) for name in ("split_1", "monolithic_padded", "badger")}
    assert asked == everything - cannot - {("monolithic_padded", LARGER)}
    assert picture.svg.count("cannot") == 4
