"""The page on rivals says what its result.json says."""

import pytest

from baselines.experiments.rivals import MEETINGS
from baselines.results.comparison import ComparisonResult
from tests.helpers.pages import cell
from tests.helpers.paths import ROOT

PAGE = (ROOT / "docs" / "rivals.md").read_text(encoding="utf-8")
RESULT = ComparisonResult.read(ROOT / "docs" / "rivals" / "result.json")
TABLE = {line.split(" | ")[0].removeprefix("| "): line for line in PAGE.splitlines() if line.startswith("| ")}


@pytest.mark.parametrize("problem", RESULT.problems, ids=lambda problem: problem.name)
def test_every_agent_stands_in_the_table_with_what_it_came_to(problem):
    heads = TABLE["rival"].strip("| ").split(" | ")
    (column,) = (number for number, head in enumerate(heads) if f"`{problem.name}`" in head)
    for agent in RESULT.on(problem):
        if not agent.handcrafted:
            said = TABLE[f"`{agent.agent}`"].strip("| ").split(" | ")[column]
            assert said.replace("**", "") == cell(agent), agent.agent
            assert agent.count == "3"


def test_result_is_of_the_recipes_as_they_are():
    recipes = {recipe.name: recipe for recipe in MEETINGS}
    for problem in RESULT.problems:
        agents = {agent.agent for agent in RESULT.on(problem) if not agent.handcrafted}
        assert agents == set(recipes[problem.name].agents)
