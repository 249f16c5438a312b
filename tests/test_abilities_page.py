"""The page on environments that test one ability each says what its result.json says."""

import numpy as np
import pytest

from baselines.results.comparison import ComparisonResult
from tests.helpers.paths import ROOT

PAGE = (ROOT / "docs" / "abilities.md").read_text(encoding="utf-8")
RESULT = ComparisonResult.read(ROOT / "docs" / "abilities" / "result.json")


def short(score):
    """A score as the page writes it: two places, no zero before the point."""
    return f"{score:.2f}".replace("0.", ".")


def cell(agent):
    """What the page's table says of an agent."""
    if agent.handcrafted:
        return short(agent.score.estimate)
    interval = f" ({short(agent.score.low)} to {short(agent.score.high)})"
    seconds = np.mean([run.training_cpu_seconds for run in agent.runs])
    return f"{short(agent.score.estimate)}{interval}, {seconds:.0f} s"


@pytest.mark.parametrize("problem", RESULT.problems, ids=lambda problem: problem.name)
def test_every_agent_stands_in_the_table_with_what_it_came_to(problem):
    (row,) = (line for line in PAGE.splitlines() if line.startswith("|") and f"(`{problem.name}`)" in line)
    for agent in RESULT.on(problem):
        if not agent.handcrafted:
            assert cell(agent) in row.replace("**", ""), agent.agent
            assert agent.count == "3" or f"{agent.count} runs" in row, "a run that failed is named"
