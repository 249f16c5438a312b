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
    with pytest.raises(ValueError, match="episode_set must be TEST or VALIDATION of EpisodeSet, got TRAIN"):
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
        ({"episodes": 0}, r"episodes must be an integer in \[1, 4294967296\], got 0"),
        ({"batch": 0}, "batch must be an integer at least 1, got 0"),
        ({"first_episode": -1}, r"first_episode must be an integer in \[0, 4294966296\], got -1"),
        ({"first_episode": 2**32 - 5, "episodes": 10}, r"first_episode must be an integer in \[0, 4294967286\]"),
        ({"episodes": 2.0}, "episodes must be an integer in .* got 2.0"),
        ({"episodes": True}, "episodes must be an integer in .* got True"),
        ({"batch": "all"}, "batch must be an integer at least 1, got 'all'"),
        ({"episode_set": "TEST"}, "episode_set must be TEST or VALIDATION of EpisodeSet, got 'TEST'"),
        ({"dims": 0}, "dims must be"),
    ],
)
def test_evaluate_refuses_bad_arguments_before_anything_is_played(arguments, message):
    with pytest.raises(ValueError, match=message):
        evaluate(Constant("nothing is played"), ID, **arguments)
    for wrong in (Blind, None, lambda observation: observation):
        with pytest.raises(ValueError, match=r"policy must have reset\(batch\) and act\(observation, reward\), got"):
            evaluate(wrong, ID)
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


def test_write_results_refuses_what_are_no_results_before_it_writes(tmp_path):
    result = evaluate(Probe(Guessing()), "Badger/Guessing-v0", episodes=2)
    for name, results in ((3, [result]), (None, [result]), ("probe", [result, "result"]), ("probe", None)):
        with pytest.raises(ValueError, match="name must be a text and results a list of Results, got"):
            write_results(tmp_path / "bad.json", name, results)
    assert not list(tmp_path.iterdir())


def test_write_results_refuses_what_is_not_finite(tmp_path):
    result = evaluate(Blind(Guessing()), ID, episodes=3)
    result.returns[1] = np.nan
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_results(tmp_path / "bad.json", "bad", [result])
    assert not list(tmp_path.iterdir())


def test_evaluate_takes_every_integer_and_one_of_anything():
    how = {"episodes": np.uint8(3), "first_episode": np.uint8(255), "batch": np.int16(2), "dims": np.int8(2)}
    result = evaluate(Blind(Guessing(dims=2)), ID, **how)
    assert np.array_equal(result.returns, evaluate(Blind(Guessing(dims=2)), ID, episodes=300, dims=2).returns[255:258])
    assert json.loads(json.dumps(result.as_json()))["arguments"]["dims"] == 2
    last = evaluate(Blind(Guessing()), ID, episodes=1, first_episode=2**32 - 1)
    assert last.returns.shape == (1,)


def test_write_results_of_a_task_that_nothing_can_be_learned_in_has_no_score(tmp_path):
    result = evaluate(Blind(Guessing(horizon=1)), ID, episodes=3, horizon=1)
    with pytest.raises(ValueError, match="a score needs a reference above chance"):
        print(result.score)
    write_results(tmp_path / "blind.json", "blind", [result])
    (stored,) = json.loads((tmp_path / "blind.json").read_text())["results"]
    assert stored["score"] is None
