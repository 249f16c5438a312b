"""What a step is worth by its age, of runs as they are stored."""

import pytest
import torch

from agents import build_agent
from baselines.results.run import RunResult, Specification
from baselines.studies.ages import age_curves, ages_of, draw


def run(task="Badger/Routing-v0", **arguments):
    """An agent that was not trained, and a run that has nothing but what the study reads."""
    torch.manual_seed(0)
    agent = build_agent("Badger", {"port_features": 4, "identity": "none", "hidden_size": 4})
    said = Specification.model_construct(task=task, agent="badger", arguments=arguments, seed=0, outer_loop=None)
    return agent, RunResult.model_construct(specification=said)


def test_ages_grow_with_the_life_and_end_with_it():
    assert ages_of(1) == (1,)
    assert ages_of(10) == (1, 2, 3, 4, 6, 10)
    assert ages_of(1000)[-4:] == (251, 398, 631, 1000)


def test_all_are_tested_in_the_longest_life_and_named_by_their_own():
    short, long = age_curves([run(ports=2, horizon=5), run(ports=2, horizon=20), run(ports=2, horizon=5)], episodes=10)
    assert short.who.endswith("Badger, trained in lives of 5")
    assert long.who.endswith("Badger, trained in lives of 20")
    assert (len(short.rewards), len(long.rewards)) == (2, 1)
    assert short.last == long.last == ages_of(20)
    assert short.rewards[0] == short.rewards[1] == long.rewards[0]  # the same weights, on the same episodes
    assert all(reward < 0.0 for reward in short.rewards[0])


def test_other_tasks_are_refused():
    with pytest.raises(ValueError, match="runs must be of one task, in lives of any length, got"):
        age_curves([run(ports=2), run(ports=3)], episodes=5)


def test_picture_has_a_row_for_each_age(tmp_path):
    picture = draw([run(ports=2, horizon=5), run(ports=2, horizon=10)], 5, tmp_path)
    assert picture.caption.startswith("5 test episodes.")
    lines = (tmp_path / "ages.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",") == ["who", "until_step", "reward", "low", "high", "n"]
    assert len(lines) == 1 + 2 * len(ages_of(10))
