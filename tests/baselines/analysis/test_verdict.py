"""The verdict, on results that were made up so that the answer is known."""

import csv

import pytest

from baselines.analysis.aggregate import aggregate, aggregate_table
from baselines.analysis.summary import make_problem
from baselines.analysis.tables import make_tables, problem_tables, verdict_table
from baselines.analysis.verdict import verdict
from baselines.experiments.recipes import RECIPES
from baselines.report.overview import aggregate_pictures, verdict_picture
from baselines.report.style import agent_styles
from baselines.report.verdict_text import ability_texts
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


def test_verdict_counts_failed_runs_as_the_worst_and_says_so_in_sentence_table_and_picture(tmp_path):
    survivors = [run(0.9 + 0.01 * seed).model_copy(update={"seed": seed}) for seed in range(5)]
    rivals = [run(0.5 + 0.01 * seed).model_copy(update={"seed": seed}) for seed in range(14)]
    data = result(
        agent_of(PROBLEMS["xor3"], "badger", survivors, planned=14),
        agent_of(PROBLEMS["xor3"], "monolithic", rivals, planned=14),
    )
    rows = verdict(data)
    row = comparison(rows, "score")
    assert row.outcome != "modular"
    assert row.probability.estimate == pytest.approx(5 / 14)
    assert (row.runs, row.failed) == ((14, 14), (9, 0))
    assert (row.problems[0].modular, row.problems[0].rival) == (pytest.approx(0.22625), pytest.approx(0.565))
    said = "Runs that failed count as the worst of their problem: 9 of the modular agent."
    assert said in verdict_table(rows).caption
    assert said in verdict_picture(data, rows, tmp_path).caption
    text = ability_texts(rows)[0]
    assert "14 and 14 runs on 1 problem). Of these 9 and 0 failed and count as the worst." in text.sentences[0]
    assert text.table.rows[0][:5] == ("parity of 3 bits", "0.226", "14, 9 failed", "0.565", "14")
    (badger, _) = data.agents
    assert badger.score.estimate == pytest.approx(0.22625)
    (table,) = [table for table in make_tables(data) if table.problem == "xor3" and "score" in table.columns]
    assert table.rows[0][:4] == ("Badger <b>&amp;</b> $x_1$", "0.226", "0.000..0.686", "5 of 14")
    assert "a run that failed counts as the worst of the problem" in table.caption


def test_failed_run_counts_as_the_worst_of_anybody_on_the_problem():
    low = [run(-2.0 - 0.1 * seed) for seed in range(5)]
    rows = verdict(result(agent("badger", [run(0.9)] * 4), agent("monolithic", low), agent("commnet", [run(-3.0)])))
    assert comparison(rows, "score").probability.estimate == pytest.approx(4 / 5)


def test_one_run_has_no_interval_in_any_table_or_picture(tmp_path):
    alone = [agent_of(PROBLEMS["xor3"], name, [run(score)]) for name, score in (("badger", 0.9), ("monolithic", 0.1))]
    data = result(*alone)
    assert (data.agents[0].score.low, data.agents[0].score.high) == (None, None)
    (row,) = verdict(data)
    assert not row.probability.known
    found = aggregate(data)
    tables = [verdict_table([row]), aggregate_table(found), *problem_tables(data)]
    for table in tables:
        for name, cells in zip(table.columns, zip(*table.rows, strict=True), strict=True):
            assert "95 %" not in name or set(cells) == {""}, table.title
    assert "no interval: one run alone" in ability_texts([row])[0].sentences[0]
    verdict_picture(data, [row], tmp_path)
    aggregate_pictures(found, agent_styles(data), tmp_path)
    for path in tmp_path.glob("*.csv"):
        for line in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            assert (line["low"], line["high"]) == ("", ""), path


def test_tables_show_a_failed_agent_without_a_score():
    data = result(agent("badger", [run(0.9)] * 5), agent("monolithic", []))
    (row,) = verdict(data)
    assert (row.runs, row.failed, row.probability.estimate) == ((5, 5), (0, 5), 1.0)
    (table,) = [table for table in make_tables(data) if table.problem == "xor3"]
    assert table.rows[1][:3] == ("monolithic GRU", "failed", "")
