"""The verdict, on results that were made up so that the answer is known."""

import pytest

from baselines.analysis.summary import make_problem
from baselines.analysis.tables import make_tables
from baselines.analysis.verdict import verdict
from baselines.experiments.recipes import RECIPES
from baselines.results.run import ProbeCurve
from tests.helpers.report_content import agent_of, make_result, make_run

PROBLEMS = {name: make_problem(RECIPES[name]) for name in ("xor3", "routing3", "guessing")}
GOOD, BAD = [0.9, 0.91, 0.92, 0.93, 0.94], [0.1, 0.11, 0.12, 0.13, 0.14]


def run(score, *, life=None, sizes=None, cannot=()):
    life_curve = {"x": [1, 10], "score": [score, life], "trained": 1.0}
    probes = {} if life is None else {"life": ProbeCurve.of(life_curve)}
    at_size = {3: score, **(sizes or {})}
    changes = {"score_at_size": at_size, "cannot_have_size": cannot, "probes": probes, "curve": ()}
    return make_run(PROBLEMS["xor3"], "any", 0, score).model_copy(update={**changes, "metric_at_size": {3: 1 - score}})


def agent(name, runs, problem="xor3"):
    return agent_of(PROBLEMS[problem], name, runs, planned=5)


def result(*agents):
    return make_result([PROBLEMS[name] for name in dict.fromkeys(each.problem for each in agents)], agents)


def comparison(rows, ability, rival="monolithic"):
    return next(row for row in rows if row.ability.name == ability and row.rival == rival)


def test_verdict_is_certain_of_an_agent_that_wins_every_time_and_of_one_that_loses():
    good, bad = [run(score) for score in GOOD], [run(score) for score in BAD]
    won = comparison(verdict(result(agent("badger", good), agent("monolithic", bad))), "score")
    assert won.outcome == "modular"
    assert won.probability == (1.0, 1.0, 1.0)
    assert won.p == pytest.approx(2 / 252)  # five of ten can be drawn in 252 ways
    lost = comparison(verdict(result(agent("badger", bad), agent("monolithic", good))), "score")
    assert lost.outcome == "rival"


def test_verdict_of_two_runs_each_is_open():
    rows = verdict(result(agent("badger", [run(0.9), run(0.8)]), agent("monolithic", [run(0.1), run(0.2)])))
    assert comparison(rows, "score").outcome == "open"


def test_verdict_raises_p_with_the_number_of_questions():
    good = [run(score, life=score) for score in GOOD]
    bad = [run(score, life=score) for score in BAD]
    rows = verdict(result(agent("badger", good), agent("monolithic", bad)))
    assert comparison(rows, "score").p == comparison(rows, "life").p == pytest.approx(2 * 2 / 252)


def test_verdict_is_only_modular_where_the_rival_cannot_have_another_size():
    modular = [run(score, sizes={4: 0.5}) for score in GOOD]
    fixed = [run(score, cannot=(4,)) for score in GOOD]
    row = comparison(verdict(result(agent("badger", modular), agent("monolithic", fixed))), "sizes")
    assert row.outcome == "only"
    assert row.only_modular == (PROBLEMS["xor3"].title,)
    assert row.problems == ()
    assert row.p is None


def test_verdict_weighs_problems_alike_and_leaves_out_those_of_one_agent():
    rows = verdict(
        result(
            agent("badger", [run(0.9)] * 5, "xor3"),
            agent("monolithic", [run(0.1)] * 5, "xor3"),
            agent("badger_attention", [run(0.1)] * 5, "routing3"),
            agent("monolithic", [run(0.9)] * 5, "routing3"),
            agent("badger", [run(0.9)] * 5, "guessing"),
        )
    )
    row = comparison(rows, "score")
    assert [problem.title for problem in row.problems] == [PROBLEMS[name].title for name in ("xor3", "routing3")]
    assert row.probability.estimate == 0.5
    assert row.outcome == "open"


def test_tables_show_a_failed_agent_without_a_score():
    data = result(agent("badger", [run(0.9)] * 5), agent("monolithic", []))
    assert verdict(data) == []
    (table,) = [table for table in make_tables(data) if table.problem == "xor3"]
    assert table.rows[1][:3] == ("monolithic GRU", "failed", "")
