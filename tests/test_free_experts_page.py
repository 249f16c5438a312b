"""The page on free experts says what its result.json says."""

import numpy as np
import pytest

from baselines.analysis.grid_tables import grid_tables
from baselines.analysis.grids import against_published, by_axis, gain_from_more
from baselines.analysis.table import number
from baselines.results.comparison import ComparisonResult
from tests.helpers.paths import ROOT

PAGE = " ".join((ROOT / "docs" / "free_experts.md").read_text().split())
RESULT = ComparisonResult.read(ROOT / "docs" / "free_experts" / "result.json")
AGENTS = {problem.name: (problem, RESULT.on(problem)) for problem in RESULT.problems}


def grid(recipe, axis="experts"):
    problem, agents = AGENTS[recipe]
    return problem, by_axis(agents)[axis][0][1]


def test_table_of_sizes_and_experts_is_that_of_the_result():
    problem, agents = AGENTS["guessing_free"]
    means, fractions = grid_tables(problem, agents)
    for row in means.rows[:9]:
        assert "| ".join([f"| {row[0].removesuffix(' experts')} ", *(f"{cell} " for cell in row[1:])]) in PAGE
    for row in fractions.rows[:3]:
        assert " | ".join(row[1:]) in PAGE


@pytest.mark.parametrize(("recipe", "rows"), [("bonds", 9), ("bonds_at_random", 6), ("turns", 10)])
def test_table_is_that_of_the_result(recipe, rows):
    (table,) = grid_tables(*AGENTS[recipe])
    assert len(table.rows) == rows
    for row in table.rows:
        assert " | ".join(cell.replace("**", "") for cell in row[1:]) in PAGE.replace("**", "")


@pytest.mark.parametrize("recipe", ["learned_turns", "learned_turns_first"])
def test_errors_of_learned_turns_are_those_of_the_result(recipe):
    _, agents = AGENTS[recipe]
    for agent, found in by_axis(agents)["steps"]:
        assert len(found.metric) == 3
        for run in found.metric[:, found.values.index(40)]:  # (sizes,)
            assert " | ".join(number(value) for value in run) in PAGE, (agent.agent, run)


def test_coverage_is_said_as_it_was_found():
    _, found = grid("guessing_free")
    gain = gain_from_more(found)
    said = f"a factor of {gain.estimate:.2f} ({gain.low:.2f} to {gain.high:.2f})".replace("0.", ".")
    assert said in PAGE


def test_no_run_is_above_the_published_curve_where_every_port_has_an_expert():
    problem, found = grid("guessing_free")
    assert len(found.metric) == 5
    worst = max(
        ratio.worst
        for value in found.values
        for size, ratio in against_published(problem, found, value).items()
        if size <= value
    )
    assert worst < 1.0
    assert f"the worst is at {worst:.2f} of it".replace("0.", ".") in PAGE


@pytest.mark.parametrize(
    ("recipe", "axis", "values", "most_size"),
    [
        ("guessing_rounds", "steps", (20, 200, 1000), 18),
        ("guessing_free_rounds", "steps", (20, 200, 1000), 18),
        ("guessing_free_rounds", "experts", (1,), 10),
    ],
)
def test_rounds_of_trials_err_no_more_than_the_page_says(recipe, axis, values, most_size):
    _, found = grid(recipe, axis)
    columns = [place for place, size in enumerate(found.sizes) if size <= most_size]
    for value in values:
        worst = np.max(found.metric[:, found.values.index(value)][:, columns])
        assert f"{worst:.4f}".removeprefix("0") in PAGE
