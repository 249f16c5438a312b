"""Recall in Memory, of handcrafted policies whose recall is known, and the picture."""

import numpy as np
import pytest

from badger_envs import Memory
from baselines.studies.recall import (
    BY_LOAD,
    BY_LOST,
    CALM,
    ROUGH,
    handcrafted,
    levels_of,
    recall_curves,
    recall_picture,
    recalled,
)

TASK = Memory(ports=4, pairs=2, lost=1, rounds=1)


@pytest.fixture(scope="module")
def moved():
    return recall_curves(handcrafted("moved_copy"), TASK, 400)


def test_recall_of_the_reference_is_1_whatever_it_is_measured_by():
    curves = recall_curves(handcrafted("reference"), TASK, 3)
    assert list(curves) == [BY_LOST, BY_LOAD, ROUGH, CALM]
    assert list(curves[BY_LOST]) == [0, 1, 2, 3]
    assert list(curves[BY_LOAD]) == [0.25, 0.5, 1, 2, 4]
    assert list(curves[ROUGH]) == list(curves[CALM]) == [1, 2, 3]
    assert {value for curve in curves.values() for value in curve.values()} == {1.0}


def test_recall_is_by_cycle_and_question():
    assert recalled(handcrafted("reference")(Memory(cycles=2)), Memory(cycles=2), 3).tolist() == [[1.0] * 8] * 2


def test_copy_that_is_moved_recalls_what_it_should(moved):
    assert list(moved[BY_LOST].values()) == pytest.approx([1.0, 0.75, 0.5, 0.25], abs=0.08)
    assert list(moved[ROUGH].values()) == pytest.approx([0.75, 1.0, 1.0], abs=0.08)
    assert list(moved[CALM].values()) == pytest.approx([1.0, 1.0, 0.75], abs=0.08)


def test_levels_are_those_of_the_page():
    levels = levels_of(TASK)
    assert list(levels["no_messages"][BY_LOST].values()) == pytest.approx([0.25] * 4)
    assert list(levels["one_copy"][BY_LOST].values()) == pytest.approx([1.0, 0.75, 0.5, 0.25])
    assert list(levels["two_copies"][BY_LOST].values()) == pytest.approx([1.0, 1.0, 5 / 6, 0.5])
    assert list(levels["values_alone"][BY_LOAD].values()) == pytest.approx([1.0, 0.5, 0.375, 35 / 128, 6435 / 2**15])
    assert set(levels["reference"][BY_LOAD].values()) == {1.0}
    assert list(levels["one_copy"][BY_LOAD].values()) == pytest.approx([0.75] * 5)


def test_picture_has_the_agent_the_levels_and_a_copy_that_is_moved(moved, tmp_path):
    picture = recall_picture([moved, moved], moved, TASK, tmp_path)
    assert "Mean over 2 runs" in picture.caption
    lines = (tmp_path / "recall.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",") == ["who", "by", "value", "recall", "low", "high", "n"]
    assert len(lines) == 1 + (4 + 5 + 3 + 3) + 5 * (4 + 5) + 2 * 3
    assert np.isclose(float(lines[1].split(",")[3]), moved[BY_LOST][0.0])
    assert (tmp_path / "recall.png").stat().st_size > 10_000
