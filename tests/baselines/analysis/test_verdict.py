"""The verdict, on results that were made up so that the answer is known."""

import pytest

from baselines.analysis.summary import aggregate
from baselines.analysis.tables import make_tables
from baselines.analysis.verdict import verdict


def run(score, *, life=None, sizes=None, cannot=()):
    probes = {} if life is None else {"life": {"x": [1, 10], "score": [score, life], "trained": 1.0}}
    return {
        "score": score, "metric": 1 - score, "probes": probes, "cannot_have_size": list(cannot), "curve": [],
        "score_at_size": {"3": score, **(sizes or {})}, "metric_at_size": {"3": 1 - score},
        "training_cpu_seconds": 1.0,
    }  # fmt: skip


def agent(name, runs, problem="xor3"):
    return {
        "problem": problem, "agent": name, "label": name, "handcrafted": False, "runs": runs, "failed": [], "wanted": 5,
        "parameters": 10, "settings": {"learning_rate": 0.1}, "environment_steps": 5, **aggregate(runs),
    }  # fmt: skip


def content(*agents):
    names = dict.fromkeys(each["problem"] for each in agents)
    problems = [
        {
            "name": name, "title": name, "task": "Badger/HiddenXOR-v0", "arguments": {"bits": 3}, "size": 3,
            "size_name": "bits", "metric": "error", "outer_loop": "bptt", "first": "badger",
        }
        for name in names
    ]  # fmt: skip
    return {"problems": problems, "agents": list(agents), "search": {"trials": 0}}


GOOD, BAD = [0.9, 0.91, 0.92, 0.93, 0.94], [0.1, 0.11, 0.12, 0.13, 0.14]


def spec_of(rows, ability, rival="monolithic"):
    return next(row for row in rows if row["ability"] == ability and row["rival"] == rival)


def test_who_wins_every_time_is_better_with_certainty_and_the_other_way_round():
    good, bad = [run(score) for score in GOOD], [run(score) for score in BAD]
    won = spec_of(verdict(content(agent("badger", good), agent("monolithic", bad))), "score")
    assert won["winner"] == "modular"
    assert won["probability"] == {"estimate": 1.0, "low": 1.0, "high": 1.0}
    assert won["p"] == pytest.approx(2 / 252)  # five of ten can be drawn in 252 ways
    lost = spec_of(verdict(content(agent("badger", bad), agent("monolithic", good))), "score")
    assert lost["winner"] == "rival"


def test_two_runs_each_decide_nothing():
    rows = verdict(content(agent("badger", [run(0.9), run(0.8)]), agent("monolithic", [run(0.1), run(0.2)])))
    assert spec_of(rows, "score")["winner"] is None


def test_the_more_questions_the_larger_the_p():
    good = [run(score, life=score) for score in GOOD]
    bad = [run(score, life=score) for score in BAD]
    rows = verdict(content(agent("badger", good), agent("monolithic", bad)))
    assert spec_of(rows, "score")["p"] == spec_of(rows, "life")["p"] == pytest.approx(2 * 2 / 252)


def test_where_the_other_cannot_have_another_size_only_modular_can():
    modular = [run(score, sizes={"4": 0.5}) for score in GOOD]
    fixed = [run(score, cannot=[4]) for score in GOOD]
    row = spec_of(verdict(content(agent("badger", modular), agent("monolithic", fixed))), "sizes")
    assert row["only"] == ["xor3"]
    assert row["problems"] == []
    assert row["p"] is None


def test_problems_are_weighed_alike_and_those_of_one_agent_are_left_out():
    rows = verdict(
        content(
            agent("badger", [run(0.9)] * 5, "xor3"),
            agent("monolithic", [run(0.1)] * 5, "xor3"),
            agent("badger", [run(0.1)] * 5, "routing3"),
            agent("monolithic", [run(0.9)] * 5, "routing3"),
            agent("badger", [run(0.9)] * 5, "guessing"),
        )
    )
    row = spec_of(rows, "score")
    assert [problem["problem"] for problem in row["problems"]] == ["xor3", "routing3"]
    assert row["probability"]["estimate"] == 0.5
    assert row["winner"] is None


def test_a_failed_agent_has_no_score_anywhere():
    failed = {**agent("monolithic", []), "failed": [{"hash": "0", "title": "it", "traceback": "no"}]}
    data = content(agent("badger", [run(0.9)] * 5), failed)
    assert verdict(data) == []
    (table,) = [table for table in make_tables(data) if table.problem == "xor3"]
    assert table.rows[1][:3] == ("monolithic", "failed", "")
