"""The picture of the first screen: who wins, and what a win does not hide."""

from dataclasses import replace

import pytest

from baselines.analysis.abilities import ABILITIES
from baselines.analysis.verdict import Comparison, ProblemScores, verdict
from baselines.experiments.families import MONOLITHIC
from baselines.report.dots import Panel, panels
from baselines.report.verdict_text import ability_texts, headline, monolithic_ahead
from tests.helpers.report_content import synthetic_result

RESULT = synthetic_result()
ROWS = verdict(RESULT)
SCORE = next(row for row in ROWS if row.ability.name == "score" and row.rival == MONOLITHIC)


def dot(*scores, p=0.001, estimate=0.9):
    """Of the ability "score", with these scores of the modular agent and its rival, a pair for each problem."""
    problems = tuple(ProblemScores(f"problem {i}", *each, (5, 5), (0, 0)) for i, each in enumerate(scores))
    row = replace(SCORE, problems=problems, p=p, probability=SCORE.probability._replace(estimate=estimate))
    (panel,) = panels(RESULT, [row])
    return panel.dots[0]


def test_winner_is_who_is_better_for_certain():
    assert dot((0.9, 0.5)).words == "modular wins"
    assert dot((0.5, 0.9), estimate=0.1).words == "monolithic wins"
    assert dot((0.9, 0.5), p=0.2).words == "not decided"


def test_nobody_wins_where_both_are_at_chance_or_below():
    found = dot((-1.005, -1.031))
    assert (found.outcome, found.words) == ("fail", "both fail")
    assert (found.modular, found.rival) == (-1.005, -1.031)
    assert dot((0.1, 0.05)).outcome == "fail"
    assert dot((0.11, 0.05)).outcome == "modular"


def test_a_win_says_on_how_many_problems_both_fail():
    found = dot((0.9, 0.5), (0.05, -0.2), (0.8, 0.7))
    assert (found.outcome, found.note) == ("modular", "both fail on 1 of 3")
    assert (found.modular, found.rival) == (pytest.approx(1.75 / 3), pytest.approx(1.0 / 3))


def test_what_only_modular_agents_can_shows_how_well_they_do_it():
    (main, *_) = panels(RESULT, ROWS)
    found = next(each for each in main.dots if each.ability.name == "sizes")
    assert (found.outcome, found.words, found.rival, found.probability) == ("only", "only modular", None, None)
    assert found.modular == pytest.approx((0.9 + 0.8 + 0.6) / 3 - 0.15, abs=0.03), "mean of one and two sizes beyond"
    assert found.share == "nothing to compare"


def test_only_modular_agents_can_but_fail():
    ability = replace(ABILITIES[0], measure=lambda run, problem: 0.02)
    (panel,) = panels(RESULT, [Comparison(ability, MONOLITHIC, (), ("parity of 3 bits", "guessing 3 numbers"))])
    assert (panel.dots[0].outcome, panel.dots[0].words) == ("fail", "only modular, fails")


def test_headline_counts_and_always_names_what_the_rival_wins():
    won, lost, unclear = dot((0.9, 0.5)), dot((0.5, 0.9), estimate=0.1), dot((0.9, 0.5), p=0.2)
    both = dot((0.0, 0.0))

    def said(*dots):
        return headline([Panel("the monolithic network", "monolithic", dots)])

    assert said(won) == "Modular agents beat the monolithic network in 1 of 1 ability and lose in none."
    assert said(won, lost, unclear, both) == (
        "Modular agents beat the monolithic network in 1 of 4 abilities and lose in 1 (the task as trained); "
        "1 is not decided and in 1 both fail."
    )
    assert Panel("the monolithic network", "monolithic", (won, lost, unclear, both)).line == (
        "of 4 abilities modular wins 1 and loses 1"
    )
    others = [Panel("the same without messages", "cut", (won,)), Panel("multi-agent networks", "others", (lost, lost))]
    assert headline([Panel("the monolithic network", "monolithic", (won,)), *others]) == (
        "Modular agents beat the monolithic network in 1 of 1 ability and lose in none. "
        "Against multi-agent networks, of 2 abilities modular wins none and loses 2."
    )
    assert headline([]) == "In this result no modular agent meets a rival."


def test_problem_by_problem_says_where_both_fail():
    problems = (
        ProblemScores("one", -1.0, 0.1, (5, 5), (0, 0)),
        ProblemScores("two", 0.9, 0.95, (5, 5), (0, 0)),
        ProblemScores("three", 0.2, 0.05, (5, 5), (0, 0)),
    )
    row = replace(SCORE, problems=problems)
    assert [line[3] for line in ability_texts([row])[0].table.rows] == ["0.100, both fail", "0.950", "0.050"]
    assert monolithic_ahead([row]) == [
        "The task as trained, one: 0.100 against -1.000, both fail",
        "The task as trained, two: 0.950 against 0.900",
    ]
