"""The first picture of every page: where dots and bars lie, who is in colour, and what is said beside them."""

import pytest

from badger_envs.statistics import Interval
from leaderboards.site.dots import MOST, Given, probabilities, rows_of

ALONE = Interval(0.5, float("nan"), float("nan"))
"""What the statistics give for one training seed."""


def around(value, width=0.1):
    return Interval(value, value - width, value + width)


def test_rows_lie_between_chance_and_the_reference():
    found = rows_of([Given("one", "", [("mine", around(0.5, 0.05))], True)])
    (row,) = found.rows
    # The axis runs from -.05 to 1.05, so chance lies at .05 / 1.1 of the width.
    assert found.levels == ("4.5", "95.5")
    assert [(said, anchored) for _, said, anchored in found.ticks] == [
        ("0 chance", "start"), ("0.5", "middle"), ("1 reference", "end"),
    ]  # fmt: skip
    assert row.dots[0][:5] == ("50.0", "45.5", "54.5", True, "")
    assert row.dots[0].text == "mine: 0.50 (0.45 to 0.55)"


def test_rows_draw_the_best_last_and_say_how_far_it_is_ahead():
    scores = [("best", around(0.9)), ("near", around(0.75)), ("far", around(0.2))]
    level, ahead = rows_of(
        [Given("a", "", scores, True, True), Given("b", "", [scores[0], scores[2]], True, True)]
    ).rows
    assert [dot.best for dot in level.dots] == [False, False, True]
    assert (level.winner, level.value, level.note) == ("best", "0.90", "level with 1 other")
    assert ahead.note == "ahead of the others"


def test_rows_colour_and_name_nobody_where_there_is_no_best():
    row, empty = rows_of([Given("a", "", [("few", around(0.9))], False, True), Given("b", "", [], False, True)]).rows
    assert (row.winner, row.value) == ("", "")
    assert not any(dot.best for dot in row.dots)
    assert (empty.dots, empty.note) == ((), "no entry yet")


def test_rows_show_one_seed_without_a_bar_and_what_is_far_off_as_an_arrow():
    scores = [("alone", ALONE), ("below", around(-5.0)), ("above", around(9.0))]
    row = rows_of([Given("a", "", scores, False)]).rows[0]
    above, below, alone = row.dots
    assert (alone.low, alone.high) == ("", "")
    assert alone.text == "alone: 0.50 (one seed, no interval)"
    assert (below.beyond, below.at, above.beyond, above.at) == ("left", "1.0", "right", "99.0")
    assert "nan" not in str(row)


def test_rows_mark_where_an_interval_goes_on_outside():
    row = rows_of([Given("a", "", [("long", Interval(0.7, -1.2, 0.8)), ("short", around(0.5))], False)]).rows[0]
    assert [(dot.cut, dot.low) for dot in row.dots] == [((), "51.9"), (("left",), "0.0")]


def test_rows_hold_so_many_dots():
    scores = [(str(number), around(0.5)) for number in range(100)]
    assert len(rows_of([Given("a", "", scores, True, True)]).rows[0].dots) == MOST


@pytest.mark.parametrize(("found", "colour"), [(Interval(0.8, 0.6, 0.9), True), (Interval(0.6, 0.4, 0.8), False)])
def test_probabilities_are_in_colour_where_they_exclude_one_half(found, colour):
    (row,) = probabilities([("other", "there", found)]).rows
    assert row.dots[0].best is colour
    assert row.value == f"{found.estimate:.2f}"
