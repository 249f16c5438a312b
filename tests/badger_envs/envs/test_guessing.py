import numpy as np
import pytest
from hypothesis import strategies as st

from badger_envs import Guessing
from badger_envs.core.episodes import episode_keys
from badger_envs.envs.guessing.task import GuessingState
from badger_envs.registry import reference_returns

ARGUMENTS = st.fixed_dictionaries(
    {
        "dims": st.integers(1, 9),
        "horizon": st.integers(1, 12),
        "feedback": st.sampled_from(["all", "first"]),
        "objective": st.sampled_from(["every_step", "last_step"]),
        "identity": st.booleans(),
    }
)
"""All that the task takes, small enough to be played at once; for tests of what holds for any."""


def state(target, last, steps_left):
    task = Guessing(dims=len(target))
    target, last = np.asarray([target], np.float32), np.asarray([last], np.float32)[:, :, None]
    return GuessingState(target, last, task._error(last, target), np.ones_like(last), last * 0 + steps_left)


def test_task_plays_an_episode_worked_out_by_hand():
    task = Guessing(dims=2, horizon=4)
    begin = state([0.5, -1.0], [0.0, 0.0], 4)
    # 3 * (0.25 + 1) / 2
    assert begin.error.tolist() == [1.875]
    assert task.observation(begin).tolist() == [[[0.0, 1.875, 1.0], [0.0, 1.875, 1.0]]]
    action = np.asarray([[[0.5], [-0.5]]], np.float32)
    after = task.transition(begin, action)
    # 3 * (0 + 0.25) / 2
    assert task.observation(after).tolist() == [[[0.5, 0.375, 0.75], [-0.5, 0.375, 0.75]]]
    assert task.reward(begin, action, after).tolist() == [-0.375]
    assert task.terminal(after).tolist() == [False]
    assert task.privileged(after).tolist() == [[0.5, -1.0]]
    assert task.state_info(after)["error"].tolist() == [0.375]


def test_observation_shows_the_error_of_output_0_at_first():
    task = Guessing(dims=3)
    begin = task.initial(episode_keys(0, np.arange(5)))
    assert np.allclose(task.observation(begin)[:, 0, 1], 3 * (begin.target**2).mean(axis=1))


def test_terminal_after_the_last_of_horizon_steps():
    task = Guessing(horizon=3)
    now = task.initial(episode_keys(0, [0]))
    ends = []
    for _ in range(3):
        now = task.transition(now, np.zeros((1, 3, 1), np.float32))
        ends.append(bool(task.terminal(now)[0]))
    assert ends == [False, False, True]
    assert task.observation(now)[0, :, 2].tolist() == [0.0, 0.0, 0.0]


def test_reward_of_the_last_step_objective_is_0_before_the_end():
    task = Guessing(dims=1, horizon=2, objective="last_step")
    begin = state([1.0], [0.0], 2)
    action = np.asarray([[[0.0]]], np.float32)
    middle = task.transition(begin, action)
    end = task.transition(middle, action)
    assert task.reward(begin, action, middle).tolist() == [0.0]
    assert task.reward(middle, action, end).tolist() == [-3.0]


def test_observation_with_feedback_first_hides_the_error_from_all_other_ports():
    task = Guessing(dims=3, feedback="first")
    features = task.observation(task.initial(episode_keys(0, [0])))[0, :, 1]
    assert features[0] > 0
    assert features[1:].tolist() == [0.0, 0.0]


def test_observation_with_identity_shows_every_port_its_own_target():
    task = Guessing(dims=3, identity=True)
    begin = task.initial(episode_keys(0, np.arange(4)))
    assert task.port_features == 4
    assert np.array_equal(task.observation(begin)[:, :, 3], begin.target)


def test_reference_returns_of_the_default_task_are_those_of_the_docstring():
    levels = reference_returns(Guessing(dims=3, horizon=20, objective="last_step"))
    assert levels.chance == -1.0
    assert levels.local_optima["all_equal"] == pytest.approx(-2 / 3)
    assert levels.reference == 0.0
    assert (levels.lowest, levels.highest) == (-12.0, 0.0)


def test_score_is_0_at_chance_and_1_at_the_reference_and_never_clipped():
    levels = reference_returns(Guessing(dims=3))
    returns = [levels.chance, levels.reference, levels.chance - (levels.reference - levels.chance)]
    assert levels.score(returns).tolist() == [0.0, 1.0, -1.0]


def test_score_refuses_a_task_in_which_nothing_can_be_learned():
    with pytest.raises(ValueError, match="a score needs a reference above chance"):
        reference_returns(Guessing(horizon=1)).score([0.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dims": 0}, "dims must be an integer at least 1, got 0"),
        ({"dims": 2.0}, "dims must be an integer at least 1, got 2.0"),
        ({"dims": True}, "dims must be an integer at least 1, got True"),
        ({"horizon": -3}, "horizon must be an integer at least 1, got -3"),
        ({"feedback": "none"}, "feedback must be one of 'all', 'first', got 'none'"),
        ({"objective": None}, "objective must be one of 'every_step', 'last_step', got None"),
        ({"identity": 1}, "identity must be True or False, got 1"),
    ],
)
def test_task_refuses_arguments_out_of_range_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        Guessing(**arguments)


def test_task_prints_and_hashes_as_its_parameters():
    assert repr(Guessing(dims=4)) == (
        "Guessing(dims=4, horizon=20, feedback='all', objective='every_step', identity=False)"
    )
    assert len({Guessing(dims=4), Guessing(dims=4), Guessing(dims=5)}) == 2
