"""The page on environments that test one ability each says what its result.json says."""

import pytest

from baselines.results.comparison import ComparisonResult
from tests.helpers.pages import cell
from tests.helpers.paths import ROOT

PAGE = (ROOT / "docs" / "abilities.md").read_text(encoding="utf-8")
RESULT = ComparisonResult.read(ROOT / "docs" / "abilities" / "result.json")


@pytest.mark.parametrize("problem", RESULT.problems, ids=lambda problem: problem.name)
def test_every_agent_stands_in_the_table_with_what_it_came_to(problem):
    (row,) = (line for line in PAGE.splitlines() if line.startswith("|") and f"(`{problem.name}`)" in line)
    for agent in RESULT.on(problem):
        if not agent.handcrafted:
            assert cell(agent) in row.replace("**", ""), agent.agent
            assert agent.count == "3" or f"{agent.count} runs" in row, "a run that failed is named"
