"""The verdict of suite "standard" is rebuilt, to the byte, from the results of single problems that are committed."""

from pathlib import Path

import pytest
from rich.console import Console

from baselines.commands.choose import choose
from baselines.commands.pieces import in_pieces
from baselines.commands.verdict import Verdict
from baselines.experiments.suites import SUITES
from baselines.results.comparison import RESULT_FILE, ComparisonResult

FOLDER = Path(__file__).parents[1] / "docs" / "results" / "standard"
PIECES = sorted(path.parent for path in FOLDER.glob(f"*/{RESULT_FILE}"))


def test_verdict_is_the_same_to_the_byte(tmp_path):
    out = tmp_path / "verdict.md"
    assert Verdict(tuple(PIECES), out).run(Console(quiet=True)) == 0
    assert out.read_bytes() == (FOLDER / "verdict.md").read_bytes()


def test_pieces_are_those_that_the_suite_would_compute_now(tmp_path):
    def compute(plans):
        pytest.fail(f"nothing is left to compute, got {plans[0].recipe.name}")

    recipes = [piece.name for piece in PIECES]
    assert recipes
    whole = in_pieces(FOLDER, choose(SUITES["standard"], recipes=recipes), compute)
    assert [problem.name for problem in whole.problems] == [
        recipe.name for recipe in SUITES["standard"].recipes if recipe.name in recipes
    ]


@pytest.mark.parametrize("piece", PIECES, ids=[piece.name for piece in PIECES])
def test_a_piece_has_five_seeds_of_everybody_in_the_test_and_was_tuned_alike(piece):
    result = ComparisonResult.read(piece / RESULT_FILE)
    suite = SUITES["standard"]
    families = [agent for agent in result.agents if agent.family]
    assert {len(agent.trials) for agent in families} == {suite.search.trials * suite.search.seeds}
    tested = [agent for agent in families if agent.chosen or agent.agent in suite.in_every_test]
    assert {agent.planned_runs for agent in tested} == {suite.seeds}
    assert {agent.planned_runs for agent in families if agent not in tested} <= {0}
    assert not any("/tmp" in made.command or "--out" in made.command for made in result.invocations)
