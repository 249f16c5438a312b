"""A comparison in pieces computes no problem twice, and takes no piece that is of something else."""

from dataclasses import replace

import pytest

from baselines.analysis.summary import make_problem
from baselines.commands.pieces import in_pieces
from baselines.commands.usage import UsageError
from baselines.experiments.plan import plan
from baselines.experiments.recipes import RECIPES
from baselines.experiments.search import Search
from baselines.experiments.suites import SUITES
from baselines.results.comparison import RESULT_FILE, ComparisonResult
from tests.helpers.report_content import make_agent, make_result

SUITE = replace(SUITES["pocket"], search=Search(trials=2))


def plans_of(*names, seeds=2, suite=SUITE):
    agents = ("badger", "monolithic")
    planned = [each for name in names for each in plan(suite, RECIPES[name], seeds, agents)]
    return [each for each in planned if each.agent_spec.kind]


class Computer:
    """Gives made-up results with the hashes that real ones would have, and counts."""

    def __init__(self):
        self.asked = []

    def __call__(self, plans):
        (recipe,) = {each.recipe.name for each in plans}
        self.asked.append(recipe)
        agents = []
        for each in plans:
            agent = make_agent(make_problem(each.recipe), each.agent_spec.name, [0.8] * len(each.runs))
            (one, *_), tried = agent.trials, zip(each.draws, (0.2, 0.9), strict=True)
            trials = tuple(one.model_copy(update={"settings": draw, "score": score}) for draw, score in tried)
            hashes = [run.hash for run in each.runs_with(each.draws[1])]
            runs = tuple(run.model_copy(update={"hash": hash}) for run, hash in zip(agent.runs, hashes, strict=True))
            agents.append(agent.model_copy(update={"trials": trials, "runs": runs}))
        return make_result([make_problem(plans[0].recipe)], agents)


def test_what_is_there_is_not_computed_again_and_what_is_not_is_written(tmp_path):
    first, compute = plans_of("xor3"), Computer()
    in_pieces(tmp_path, first, compute)
    whole = in_pieces(tmp_path, plans_of("xor3", "guessing"), compute)
    assert compute.asked == ["xor3", "guessing"]
    assert [problem.name for problem in whole.problems] == ["xor3", "guessing"]
    again = in_pieces(tmp_path, plans_of("xor3", "guessing"), Computer().__call__)
    assert again == whole
    assert compute.asked == ["xor3", "guessing"]


@pytest.mark.parametrize("change", ["seeds", "search", "agent", "run"])
def test_a_piece_of_something_else_is_refused_before_the_work_and_left_as_it_is(tmp_path, change):
    compute, path = Computer(), tmp_path / "guessing" / RESULT_FILE
    in_pieces(tmp_path, plans_of("guessing"), compute)
    if change in ("agent", "run"):
        piece = ComparisonResult.read(path)
        agents = list(piece.agents[:1])
        if change == "run":
            runs = (piece.agents[1].runs[0].model_copy(update={"hash": "another"}), *piece.agents[1].runs[1:])
            agents.append(piece.agents[1].model_copy(update={"runs": runs}))
        piece.model_copy(update={"agents": tuple(agents)}).write(path)
    before = path.read_bytes()
    suite = replace(SUITE, search=Search(trials=3)) if change == "search" else SUITE
    plans = plans_of("xor3", "guessing", seeds=3 if change == "seeds" else 2, suite=suite)
    with pytest.raises(UsageError, match=r"--pieces must be a folder of results of the same runs.*guessing"):
        in_pieces(tmp_path, plans, compute)
    assert path.read_bytes() == before
    assert compute.asked == ["guessing"]
