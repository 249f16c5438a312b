"""Points in the exercise, of runs as they are stored."""

import numpy as np
import pytest

from badger_envs import Ranking
from baselines.results.run import EvaluationResult, RunResult, Specification
from baselines.studies.points import Measured, lines_of, measured, points_picture


def result(points, *, seed=0, task="Badger/Ranking-v0", size=8, **arguments):
    """A run that has nothing but what the picture reads."""
    config = None if size is None else {"messages": "mean", "message_size": size}
    said = Specification.model_construct(
        task=task, agent="badger" if size else "monolithic", arguments={"rounds": 2, **arguments}, seed=seed,
        config=config,
    )  # fmt: skip
    members = arguments.get("members", 5)
    test = EvaluationResult.model_construct(metrics={"points": (points - 1.0, points + 1.0)})
    return RunResult.model_construct(specification=said, tests={members: test})


def test_runs_that_differ_in_their_seed_alone_go_together():
    found = measured([result(20.0), result(22.0, seed=1), result(30.0, size=2), result(37.0, size=None)])
    assert found == [
        Measured("badger", 2, 2, (30.0,)),
        Measured("badger", 2, 8, (20.0, 22.0)),
        Measured("monolithic", 2, None, (37.0,)),
    ]


def test_runs_of_other_tasks_and_of_other_groups_are_refused():
    with pytest.raises(ValueError, match=r"runs must be of Badger/Ranking-v0, got badger on Badger/Advice-v0"):
        measured([result(20.0, task="Badger/Advice-v0")])
    with pytest.raises(ValueError, match="runs must be of the same members, items, confidence, knows and shared"):
        measured([result(20.0), result(20.0, members=3)])


def test_lines_are_points_of_people_policies_and_best_members():
    lines = lines_of(Ranking(), 1000)
    assert lines["people alone"] == 46.99
    assert lines["people in groups"] == 36.88
    assert lines["raw opinions, alone"] == pytest.approx(46.9, abs=1.0)
    assert lines["best member, in hindsight"] == pytest.approx(34.1, abs=1.0)
    assert lines["Bayes, all"] < lines["mean of what members believe"] < lines["vote"] < lines["Bayes, alone"]
    assert "people alone" not in lines_of(Ranking(items=4), 10)


def test_picture_has_a_curve_for_each_number_of_rounds(tmp_path):
    found = [Measured("badger", rounds, size, (30.0 - size, 32.0)) for rounds in (1, 2) for size in (2, 8)]
    found.append(Measured("monolithic", 2, None, (37.0,)))
    picture = points_picture(found, {"vote": 37.0, "Bayes, all": 15.7}, "5 members.", tmp_path)
    assert picture.caption.startswith("5 members. ")
    lines = (tmp_path / "points.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",") == ["who", "message_size", "points", "low", "high", "n"]
    assert len(lines) == 1 + 5 + 2
    assert np.isclose(float(lines[1].split(",")[-4]), 30.0)
    assert (tmp_path / "points.png").stat().st_size > 10_000
