"""Where dots, bars and lines go, worked out by hand."""

import itertools

import numpy as np
import pytest

from badger_envs.statistics import Interval, Profile
from leaderboards.site.axis import Domain, domain_of, round_numbers
from leaderboards.site.chart_parts import LETTERS, LINE_HEIGHT, shortened
from leaderboards.site.charts import learning_curves, profiles, size_curves
from leaderboards.site.numbers import compact, heat


def around(value, width=0.1):
    return Interval(value, value - width, value + width)


def test_domain_of_reaches_from_chance_to_the_reference_or_further():
    assert domain_of([]) == Domain(-0.05, 1.05)
    assert domain_of([around(0.5), None, around(1.0)]) == Domain(-0.05, pytest.approx(1.15))
    assert domain_of([around(-30.0), around(9.0)]) == Domain(pytest.approx(-0.3), pytest.approx(1.3))


@pytest.mark.parametrize(
    ("low", "high", "most", "numbers"),
    [
        (-0.05, 1.05, 6, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0.0, 6.8224, 4, [0.0, 2.0, 4.0, 6.0]),
        (0.0, 0.3, 4, [0.0, 0.1, 0.2, 0.3]),
        (-1.05, 1.55, 6, [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5]),
        (3.0, 47.0, 4, [10.0, 20.0, 30.0, 40.0]),
        (3.0, 47.0, 3, [20.0, 40.0]),
    ],
)
def test_ticks_stand_at_round_numbers(low, high, most, numbers):
    assert round_numbers(Domain(low, high), most) == numbers


def test_size_curves_have_gaps_at_missing_sizes_and_a_line_at_the_train_size():
    scores = {size: around(0.5) for size in (1, 2, 4)}
    chart = size_curves("x", "x", "dims", [1, 2, 3, 4], 2, [("mine", scores)])
    (line,) = chart.lines
    assert [len(piece.split()) for piece in line.pieces] == [2, 1]
    assert [len(band.split()) for band in line.bands] == [4, 2]
    assert [tick.label for tick in chart.x_ticks] == ["1", "2", "3", "4"]
    assert line.dots[1][0] == chart.marked == chart.x_ticks[1].at
    assert line.dots[2][2] == "mine, 4 dims: 0.500 (0.400 to 0.600)"
    assert line.label is None, "one line needs no name"


ALONE = Interval(0.5, float("nan"), float("nan"))
"""What the statistics give for one training seed."""


def test_one_seed_has_a_dot_and_no_band_and_equal_seeds_have_one_of_no_width():
    scores = {1: around(0.5), 2: ALONE, 3: Interval(0.5, 0.5, 0.5), 4: around(0.5)}
    (line,) = size_curves("x", "x", "dims", [1, 2, 3, 4], 1, [("mine", scores)]).lines
    assert [len(band.split()) for band in line.bands] == [2, 4]
    assert [len(piece.split()) for piece in line.pieces] == [4]
    assert [dot[2].rpartition(": ")[2] for dot in line.dots[1:3]] == ["0.500", "0.500 (0.500 to 0.500)"]
    nothing = np.full(3, np.nan)
    profile = Profile(np.array([-0.5, 0.5, 1.5]), np.array([1.0, 0.5, 0.0]), nothing, nothing)
    assert profiles("x", "x", [("mine", profile)], bands=True).lines[0].bands == ()


def test_names_stand_beside_their_lines_and_never_cover_each_other():
    entries = [(f"agent {number} of a crowd", {1: around(0.5), 2: around(0.5 + 0.001 * number)}) for number in range(8)]
    chart = size_curves("x", "x", "dims", [1, 2], 1, entries)
    labels = [line.label for line in chart.lines]
    heights = [float(label[1]) for label in labels]
    assert all(float(label[0]) > chart.right for label in labels)
    assert heights == sorted(heights, reverse=True), "in the order of the lines: what is better stands above"
    assert all(a - b >= LINE_HEIGHT - 0.11 for a, b in itertools.pairwise(heights))
    assert chart.top <= min(heights)
    assert max(heights) <= chart.bottom
    assert labels[0][3] == "agent 0…crowd"
    assert len(shortened("x" * 100)) == LETTERS


def test_learning_curves_count_millions_of_steps():
    chart = learning_curves("x", "x", [("mine", [(0, 0.0), (3_000_000, 0.5)])])
    assert [tick.label for tick in chart.x_ticks] == ["0", "1", "2", "3"]
    assert chart.across == "million environment steps"


def test_profiles_fall_and_have_bands_only_on_request():
    thresholds = np.array([-0.5, 0.5, 1.5])
    profile = Profile(thresholds, np.array([1.0, 0.5, 0.0]), np.array([1.0, 0.2, 0.0]), np.array([1.0, 0.8, 0.0]))
    (line,) = profiles("x", "x", [("mine", profile)], bands=True).lines
    (points,) = line.pieces
    heights = [float(point.split(",")[1]) for point in points.split()]
    assert heights == sorted(heights)
    assert len(line.bands[0].split()) == 6
    (line,) = profiles("x", "x", [("mine", profile)], bands=False).lines
    assert line.bands == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (123_456, "123,456"),
        (999_999, "999,999"),
        (12_345_678, "12.3 million"),
        (999_999_999, "1000 million"),
        (10**15, "1000 trillion"),
        (221.7, "222"),
        (1.53, "1.5"),
    ],
)
def test_compact_spells_large_numbers_out(value, text):
    assert compact(value) == text


def test_heat_runs_from_chance_to_the_reference():
    assert [heat(score) for score in (-0.8, -0.04, 0.0, 0.52, 1.0, 1.4)] == ["hx", "h0", "h0", "h5", "h10", "h10"]
