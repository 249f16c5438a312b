import json

import numpy as np
import pytest

from badger_envs import EpisodeSet, Guessing
from badger_envs.core.policy import Blind
from badger_envs.envs.guessing.policies import Probe
from badger_envs.evaluation import PolicyError, evaluate, write_results

ID = "Badger/Guessing-v0"


class Constant:
    """Returns whatever it was given."""

    def __init__(self, action):
        self.action = action

    def reset(self, batch):
        pass

    def act(self, observation, reward):
        return self.action


def test_evaluate_does_not_depend_on_how_episodes_are_batched():
    whole = evaluate(Probe(Guessing(dims=4)), ID, dims=4, episodes=100, batch=100)
    parts = evaluate(Probe(Guessing(dims=4)), ID, dims=4, episodes=100, batch=7)
    assert np.array_equal(whole.returns, parts.returns)
    assert np.array_equal(whole.metrics["error"], parts.metrics["error"])
    later = evaluate(Probe(Guessing(dims=4)), ID, dims=4, episodes=40, first_episode=60)
    assert np.array_equal(whole.returns[60:], later.returns)


def test_evaluate_plays_different_episodes_for_test_and_validation():
    tested, validated = (
        evaluate(Blind(Guessing()), ID, episodes=50, episode_set=chosen).returns
        for chosen in (EpisodeSet.TEST, EpisodeSet.VALIDATION)
    )
    assert not np.intersect1d(tested, validated).size


def test_evaluate_refuses_training_episodes():
    with pytest.raises(ValueError, match="episode_set must be TEST or VALIDATION, got TRAIN"):
        evaluate(Blind(Guessing()), ID, episode_set=EpisodeSet.TRAIN)


def test_evaluate_gives_the_policy_copies():
    class Vandal(Blind):
        def act(self, observation, reward):
            observation[:] = reward[:] = 0.0
            return super().act(observation, reward)

    honest = evaluate(Blind(Guessing()), ID, episodes=20).returns
    assert np.array_equal(evaluate(Vandal(Guessing()), ID, episodes=20).returns, honest)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (np.full((10, 3), np.nan), "step 0: action must be finite"),
        (np.full((10, 3), "1"), "step 0: action must be an array of numbers"),
        (np.zeros((10, 4)), r"step 0: action must have shape \(10, 3\), got \(10, 4\)"),
        (None, "step 0: action must be an array of numbers"),
    ],
)
def test_evaluate_refuses_what_is_no_action(action, message):
    with pytest.raises(PolicyError, match=message):
        evaluate(Constant(action), ID, episodes=10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"episodes": 0}, "episodes must be an integer at least 1, got 0"),
        ({"batch": 0}, "batch must be an integer at least 1, got 0"),
        ({"first_episode": -1}, "first_episode must be an integer at least 0, got -1"),
        ({"dims": 0}, "dims must be"),
    ],
)
def test_evaluate_refuses_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        evaluate(Blind(Guessing()), ID, **arguments)
    with pytest.raises(ValueError, match="id must be one of Badger/Guessing-v0, .*, got 'Guessing'"):
        evaluate(Blind(Guessing()), "Guessing")


def test_write_results_holds_every_return_and_writes_the_whole_file(tmp_path):
    result = evaluate(Probe(Guessing(dims=2)), ID, dims=2, episodes=30)
    write_results(tmp_path / "probe.json", "probe", [result])
    assert [path.name for path in tmp_path.iterdir()] == ["probe.json"]
    (stored,) = json.loads((tmp_path / "probe.json").read_text())["results"]
    assert stored["returns"] == pytest.approx(result.returns.tolist(), rel=1e-8)
    assert stored["arguments"] == Guessing(dims=2).arguments()
    assert stored["score"] == pytest.approx(result.score)
    assert len(stored["metrics"]["error"]) == stored["episodes"] == 30
    assert sum(stored["mean_reward_of_step"]) == pytest.approx(result.returns.mean(), rel=1e-6)


def test_write_results_refuses_what_is_not_finite(tmp_path):
    result = evaluate(Blind(Guessing()), ID, episodes=3)
    result.returns[1] = np.nan
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_results(tmp_path / "bad.json", "bad", [result])
    assert not list(tmp_path.iterdir())
