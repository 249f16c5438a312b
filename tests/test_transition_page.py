"""The page on the transition says what its result.json says, and that is of the recipe as it is."""

import numpy as np
import pytest

from baselines.experiments.agents import AGENTS
from baselines.experiments.recipes import RECIPES
from baselines.results.comparison import ComparisonResult
from baselines.studies.transition import COST, MEASURES, measures, together
from tests.helpers.pages import short
from tests.helpers.paths import ROOT

FOLDER = ROOT / "docs" / "transition"
PAGE = (ROOT / "docs" / "transition.md").read_text(encoding="utf-8")
FIRST, _, SECOND = PAGE.partition("mean score by dims")
RESULT = ComparisonResult.read(FOLDER / "result.json")
(PROBLEM,) = RESULT.problems
TRAINED = [agent for agent in RESULT.on(PROBLEM) if not agent.handcrafted]
RECIPE = RECIPES["transition"]


def measured(agent):
    config = {**AGENTS[agent.agent].config, **RECIPE.configs.get(agent.agent, {})}
    runs = [
        measures(run.score_at_size, PROBLEM.trained_sizes, run.probes, run.training_cpu_seconds, config.get("experts"))
        for run in agent.runs
    ]
    return together(agent.agent, None, runs)


def cell(value, measure):
    if value is None:
        return ""
    numbers = (value.estimate, value.low, value.high)
    if not value.known:  # of one run
        numbers = numbers[:1]
    best, *ends = (f"{number:.1f}" if measure == COST else short(number) for number in numbers)
    return f"{best} ({ends[0]} to {ends[1]})" if ends else best


def test_table_is_about_the_questions_of_the_study_in_their_order():
    (head,) = (line for line in FIRST.splitlines() if line.startswith("| agent |"))
    assert tuple(head.strip("| ").split(" | "))[-len(MEASURES) :] == MEASURES


@pytest.mark.parametrize("agent", TRAINED, ids=lambda agent: agent.agent)
def test_table_says_what_every_agent_came_to(agent):
    (line,) = (line for line in FIRST.splitlines() if line.startswith(f"| `{agent.agent}` |"))
    _, runs, memory, *said = (part.strip().replace("**", "") for part in line.strip().strip("|").split("|"))
    assert runs == agent.count
    assert int(memory) == agent.costs.memory
    assert said == [cell(measured(agent).found[name], name) for name in MEASURES]


def test_result_is_of_the_recipe_as_it_is():
    assert {agent.agent for agent in TRAINED} == set(RECIPE.agents)
    assert len({agent.environment_steps for agent in TRAINED}) == 1
    for agent in TRAINED:
        assert abs(agent.costs.parameters / RECIPE.parameters - 1.0) <= 0.1
        assert agent.failed_runs == 0
    sizes = {size for agent in TRAINED for run in agent.runs for size in run.score_at_size}
    assert sizes == set(RECIPE.test_sizes)


@pytest.mark.parametrize("agent", TRAINED, ids=lambda agent: agent.agent)
def test_second_table_has_mean_scores_by_size(agent):
    head, *lines = SECOND.strip("., :\n").splitlines()
    sizes = [int(size) for size in head.strip("| ").split(" | ")[1:]]
    (line,) = (line for line in lines if line.startswith(f"| `{agent.agent}` |"))
    runs = [run.score_at_size for run in agent.runs]
    said = [short(np.mean([run[size] for run in runs])) if size in runs[0] else "" for size in sizes]
    assert [part.strip() for part in line.strip().strip("|").split("|")[1:]] == said
