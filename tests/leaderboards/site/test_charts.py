"""Where dots, bars and lines go, worked out by hand."""

import numpy as np
import pytest

from badger_envs.statistics import Interval, Profile
from leaderboards.site.charts import profiles, size_curves
from leaderboards.site.error_bars import AXIS, Domain, domain_of, error_bar
from leaderboards.site.numbers import compact


def around(value, width=0.1):
    return Interval(value, value - width, value + width)


def test_domain_of_reaches_from_chance_to_the_reference_or_further():
    assert domain_of([]) == Domain(-0.05, 1.05)
    assert domain_of([around(0.5), None, around(1.0)]) == Domain(-0.05, pytest.approx(1.15))
    assert domain_of([around(-30.0), around(9.0)]) == Domain(pytest.approx(-0.3), pytest.approx(1.3))


def test_error_bar_lies_at_its_score_or_becomes_an_arrow():
    half = error_bar(Interval(0.5, 0.25, 0.75), Domain(0.0, 1.0))
    assert (half.chance, half.low, half.dot, half.reference) == ("0.0", "35.0", "70.0", f"{AXIS:.1f}")
    assert (half.width, half.beyond) == ("70.0", "")
    assert error_bar(around(-5.0), Domain(0.0, 1.0)).beyond == "left"
    assert error_bar(around(5.0), Domain(0.0, 1.0)).beyond == "right"


def test_size_curves_have_gaps_at_missing_sizes_and_a_ring_at_the_train_size():
    scores = {size: around(0.5) for size in (1, 2, 4)}
    chart = size_curves("x", "x", "dims", [1, 2, 3, 4], 2, [("mine", scores)])
    (line,) = chart.lines
    assert [len(piece.split()) for piece in line.pieces] == [2, 1]
    assert [len(band.split()) for band in line.bands] == [4, 2]
    assert [tick.label for tick in chart.x_ticks] == ["1", "2", "3", "4"]
    assert line.ring == line.dots[1][:2]
    assert line.ring[0] == chart.marked == chart.x_ticks[1].at
    assert line.dots[2][2] == "mine, dims = 4: 0.500 (0.400 to 0.600)"


ALONE = Interval(0.5, float("nan"), float("nan"))
"""What the statistics give for one training seed."""


def test_one_seed_has_a_dot_and_no_band_and_equal_seeds_have_one_of_no_width():
    scores = {1: around(0.5), 2: ALONE, 3: Interval(0.5, 0.5, 0.5), 4: around(0.5)}
    (line,) = size_curves("x", "x", "dims", [1, 2, 3, 4], 1, [("mine", scores)]).lines
    assert [len(band.split()) for band in line.bands] == [2, 4]
    assert [len(piece.split()) for piece in line.pieces] == [4]
    assert [dot[2].rpartition(": ")[2] for dot in line.dots[1:3]] == ["0.500", "0.500 (0.500 to 0.500)"]
    bar = error_bar(ALONE, domain_of([ALONE]))
    assert "nan" not in (bar.dot, bar.low, bar.width, bar.beyond)
    nothing = np.full(3, np.nan)
    profile = Profile(np.array([-0.5, 0.5, 1.5]), np.array([1.0, 0.5, 0.0]), nothing, nothing)
    assert profiles("x", "x", [("mine", profile)], bands=True).lines[0].bands == ()


def test_size_curves_without_the_train_size_have_no_ring():
    (line,) = size_curves("x", "x", "dims", [1, 2], 2, [("mine", {1: around(0.5)})]).lines
    assert line.ring is None


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
        (10_000, "10k"),
        (123_456, "123.5k"),
        (999_999, "1000k"),
        (12_345_678, "12.35M"),
        (10**15, "1000T"),
    ],
)
def test_compact_shortens_large_numbers(value, text):
    assert compact(value) == text
