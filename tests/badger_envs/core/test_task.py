import numpy as np
import pytest

from badger_envs import Guessing, ModularRobot, episode_keys
from badger_envs.core.policy import Blind
from badger_envs.core.rollout import PolicyError, rollout

KEYS = episode_keys(0, np.arange(3))


def test_reset_all_of_a_functional_task_is_initial():
    task = Guessing()
    before = task.initial(KEYS)
    for state in (None, before, task.initial(KEYS[:1])):
        for one, other in zip(task.reset_all(state, KEYS[::-1]), task.initial(KEYS[::-1]), strict=True):
            assert np.array_equal(one, other)


def test_reset_all_goes_on_with_a_simulator_that_is_there_and_equals_initial():
    task = ModularRobot(steps=4, unknown="physics")
    state = task.initial(KEYS)
    simulation = state.simulation
    state = task.transition(state, np.ones((3, task.ports, 1), np.float32))
    again, fresh = task.reset_all(state, KEYS[::-1]), task.initial(KEYS[::-1])
    assert again.simulation is simulation
    assert np.array_equal(again.observation, fresh.observation)
    assert np.array_equal(again.secret, fresh.secret)
    other = task.reset_all(again, KEYS[:2])  # of another number of episodes
    assert other.simulation is not simulation
    assert len(other.observation) == 2


def test_rollout_gives_every_reward_and_the_last_state():
    task = Guessing(dims=2, horizon=3)
    played = rollout(task, Blind(task), KEYS)
    error = task.initial(KEYS).error  # of the output 0, which Blind gives
    assert np.array_equal(played.rewards, np.stack([-error] * 3))
    assert np.allclose(played.returns, -3.0 * error)
    assert task.terminal(played.state).all()


def test_rollout_names_task_and_step_where_a_policy_gives_no_action():
    class Wide(Blind):
        def act(self, observation, reward):
            return np.zeros((len(observation), 9), np.float32)

    with pytest.raises(PolicyError, match=r"Guessing\(dims=2, .*\), step 0: action must have shape \(3, 2\)"):
        rollout(Guessing(dims=2), Wide(Guessing(dims=2)), KEYS)
    with pytest.raises(PolicyError, match=r"Badger/Guessing-v0, step 0: action must have shape"):
        rollout(Guessing(dims=2), Wide(Guessing(dims=2)), KEYS, name="Badger/Guessing-v0")
