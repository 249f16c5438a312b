import json
from dataclasses import fields

import numpy as np
import pytest

from badger_envs import Channel, Guessing, ModularRobot, episode_keys
from badger_envs.core.policy import Blind
from badger_envs.core.rollout import PolicyError, rollout
from badger_envs.registry import get_spec
from badger_envs.views import AECTaskEnv, ParallelTaskEnv, SharedTaskVectorEnv, TaskEnv, TaskVectorEnv
from tests.helpers.cases import every_spec

KINDS = {bool: [np.bool_], int: [np.uint8, np.int64, np.uint64], float: [np.float32, np.float64], str: [np.str_]}
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


@every_spec
def test_tasks_hold_numbers_as_pythons_whatever_they_were_given_as(spec):
    for part in fields(spec.task):
        number = getattr(spec.make_task(), part.name)
        kinds = {
            bool: [np.bool_],
            int: [np.uint8, np.int64, np.uint64],
            float: [np.float32, np.float64],
            str: [np.str_],
        }
        for kind in kinds.get(type(number), ()):
            task = spec.make_task(**{part.name: kind(number)})
            as_python = spec.make_task(**{part.name: kind(number).item()})  # which float32 may have rounded
            held = getattr(task, part.name)
            assert type(held) is type(number)
            assert task == as_python
            assert json.dumps(task.arguments()) == json.dumps(as_python.arguments())
    largest = spec.make_task(**{spec.length_argument: np.uint8(255)})  # one more would be 0
    assert largest.initial(KEYS) is not None
    assert Channel(vocabulary=np.uint8(200)).width * 2 == 400


@every_spec
def test_tasks_refuse_arguments_of_other_types_by_name(spec):
    for part in fields(spec.task):
        for wrong in (2.5, "3", None, [3], 3j, np.asarray([3, 4]), float("nan")):
            if wrong is None and getattr(spec.make_task(), part.name) is None:
                continue
            with pytest.raises(ValueError, match=f"^{part.name} must be"):
                spec.make_task(**{part.name: wrong})


def test_views_take_every_integer_as_a_count():
    shared = SharedTaskVectorEnv("Badger/Guessing-v0", copies=np.uint8(100))
    assert shared.num_envs == 300
    assert shared.reset(seed=np.uint8(255))[0].shape == (300, 3)
    vector = TaskVectorEnv("Badger/Guessing-v0", num_envs=np.uint8(200), bins=np.int8(3))
    assert vector.reset(seed=np.uint8(200))[0].shape == (200, 9)
    assert vector.step(np.full((200, 3), 2, np.int8))[0].shape == (200, 9)


@pytest.mark.parametrize("task", [3, None, Guessing, ["Badger/Guessing-v0"]])
def test_views_refuse_what_is_neither_an_id_nor_a_task(task):
    for view in (TaskEnv, TaskVectorEnv, ParallelTaskEnv, AECTaskEnv, SharedTaskVectorEnv):
        with pytest.raises(ValueError, match="task must be an id or a Task, got"):
            view(task)
    with pytest.raises(ValueError, match="id must be one of"):
        get_spec(task)
