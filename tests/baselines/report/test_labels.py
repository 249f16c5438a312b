"""Names at the ends of lines stand beside them and never on each other."""

from itertools import pairwise

import pytest

from baselines.report.labels import direct_labels, round_ticks, spread, ticks_at
from baselines.report.style import HEIGHT, canvas


def test_spread_leaves_alone_what_has_room():
    assert spread([0.9, 0.1, 0.5], [0.1, 0.1, 0.1]) == [0.9, 0.1, 0.5]


@pytest.mark.parametrize("wanted", [[1.0] * 5, [0.0] * 5, [0.5] * 5, [0.98, 0.97, 0.02, 0.01, 0.5]])
def test_spread_puts_nothing_on_anything_else_and_keeps_the_order(wanted):
    heights = [0.1, 0.2, 0.1, 0.2, 0.1]
    places = spread(wanted, heights)
    order = sorted(range(5), key=lambda each: (-wanted[each], each))
    for above, below in pairwise(order):
        assert places[above] - places[below] >= (heights[above] + heights[below]) / 2.0 - 1e-9
    assert all(-0.1 <= place <= 1.1 for place in places)


def test_direct_labels_belong_to_the_agent_of_their_line():
    with canvas() as (_, axes):
        axes.plot([0, 1], [0.2, 0.8], color="#2e82d6", label="a name that needs two rows", gid="agent:a")
        axes.plot([0, 1], [0.2, float("nan")], color="#d65c38", label="stops early", gid="agent:b")
        axes.plot([0, 1], [0.1, 0.1], color="#d65c38")
        axes.set(xlim=(0, 1), ylim=(0, 1))
        direct_labels(axes)
        first, second = axes.texts
    assert (first.get_text(), first.get_gid()) == ("a name that\nneeds two rows", "agent:a")
    assert first.xy == pytest.approx((1.0, 0.8))
    assert second.xy == pytest.approx((0.0, 0.2))
    assert second.arrow_patch.get_gid() == "agent:b"


def test_ticks_are_few_and_round_or_where_something_was_measured():
    with canvas() as (_, axes):
        axes.set(xlim=(0, 100), ylim=(-0.1, 1.16))
        round_ticks(axes.yaxis)
        assert [round(tick, 3) for tick in axes.get_yticks() if -0.1 <= tick <= 1.16] == [0.0, 0.5, 1.0]
        ticks_at(axes, [1, 2, 3, 50, 100])
        assert list(axes.get_xticks()) == [1, 2, 3, 50, 100]
        assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "", "", "50", "100"]


def test_a_logarithmic_axis_has_ticks_however_short_it_is():
    for ends, expected in (((0.02, 0.09), [0.02, 0.05]), ((0.005, 2.0), [0.01, 0.1, 1.0])):
        with canvas() as (_, axes):
            axes.set_yscale("log")
            axes.set_ylim(*ends)
            round_ticks(axes.yaxis)
            assert [tick for tick in axes.get_yticks() if ends[0] <= tick <= ends[1]] == pytest.approx(expected)


def test_a_picture_becomes_higher_where_its_names_need_the_room():
    heights = []
    for count in (3, 30):
        with canvas() as (figure, axes):
            for number in range(count):
                axes.plot([0, 1], [0, number], label=f"agent {number}")
            direct_labels(axes)
        heights.append(figure.get_figheight())
    assert heights[0] == HEIGHT
    assert heights[1] > 1.8 * HEIGHT
