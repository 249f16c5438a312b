"""What thinking is worth, of runs as they are stored."""

import numpy as np
import pytest
import torch

from agents import build_agent
from baselines.results.run import RunResult, Specification
from baselines.studies.thinking import FREE_STEPS, Curve, draw, thinking_curves, thinking_picture


def run(task="Badger/Maze-v0", **arguments):
    """An agent that was not trained, and a run that has nothing but what the study reads."""
    torch.manual_seed(0)
    agent = build_agent("Badger", {"port_features": 16, "port_actions": 4, "identity": "none", "hidden_size": 4})
    said = Specification.model_construct(task=task, agent="badger", arguments=arguments, seed=0, outer_loop=None)
    return agent, RunResult.model_construct(specification=said)


def test_wave_gains_by_free_steps_and_the_compass_does_not():
    curves = thinking_curves([run(side=3, think=4), run(side=3, think=2)], size=None, episodes=100)
    assert [(curve.who, len(curve.rewards)) for curve in curves] == [("badger", 2), ("wave", 1), ("compass", 1)]
    (wave,), (compass,) = curves[1].rewards, curves[2].rewards
    assert wave[0] < wave[2] < wave[4]
    assert wave[-1] == pytest.approx(1.0)
    assert compass == (compass[0],) * len(FREE_STEPS)
    larger = thinking_curves([run(side=3)], size=4, episodes=100)
    assert larger[1].rewards[0][0] < wave[0]


def test_runs_of_other_tasks_and_of_other_mazes_are_refused():
    with pytest.raises(ValueError, match=r"runs must be of Badger/Maze-v0, got badger on Ranking"):
        thinking_curves([run("Badger/Ranking-v0")], size=None, episodes=10)
    with pytest.raises(ValueError, match="runs must be of mazes that differ in their free steps alone, got"):
        thinking_curves([run(side=3), run(side=3, openness=0.5)], size=None, episodes=10)


def test_picture_has_a_row_for_each_number_of_free_steps(tmp_path):
    curves = [Curve(who, (tuple(np.linspace(0.5, 1.0, len(FREE_STEPS))),)) for who in ("badger", "wave", "compass")]
    picture = thinking_picture(curves, "A maze.", tmp_path)
    assert picture.caption.startswith("A maze. ")
    lines = (tmp_path / "thinking.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",") == ["who", "free_steps", "reward", "low", "high", "n"]
    assert len(lines) == 1 + 3 * len(FREE_STEPS)
    assert (tmp_path / "thinking.png").stat().st_size > 10_000


def test_study_says_how_large_the_maze_is(tmp_path):
    for arguments, side in (({"think": 4}, 4), ({"side": 2}, 2)):
        picture = draw([run(**arguments)], 20, tmp_path)
        assert picture.caption.startswith(f"A maze of {side} x {side} cells, 20 test episodes. ")
