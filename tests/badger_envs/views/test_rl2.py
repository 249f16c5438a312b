"""Lifetimes of several inner episodes, one at a time and many at once."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from badger_envs import LifetimeObservation, VectorLifetimeObservation
from badger_envs.testing.rules import same
from badger_envs.views import TaskEnv, TaskVectorEnv
from tests.helpers.cases import every_case, every_spec

COPIES, EPISODES = 3, 2
every_mode = pytest.mark.parametrize("mode", AutoresetMode, ids=str)


def both(task, mode, **how):
    fast = VectorLifetimeObservation(
        TaskVectorEnv(task, num_envs=COPIES, autoreset_mode=mode, **how), episodes=EPISODES
    )
    single = [lambda: LifetimeObservation(TaskEnv(task, **how), episodes=EPISODES)]
    slow = SyncVectorEnv(single * COPIES, autoreset_mode=mode)
    return fast, slow


@every_case
@every_mode
def test_many_lifetimes_at_once_equal_single_ones_step_for_step(spec, arguments, mode):
    task = spec.make_task(**arguments)
    how = {} if mode is AutoresetMode.SAME_STEP else {"bins": 3}
    fast, slow = both(task, mode, **how)
    assert fast.observation_space == slow.observation_space
    assert fast.single_observation_space == slow.single_observation_space
    assert fast.metadata["autoreset_mode"] is mode
    assert same(fast.reset(seed=7), slow.reset(seed=7))
    fast.action_space.seed(0)
    for step in range(2 * EPISODES * task.horizon + 3):
        actions = fast.action_space.sample()
        one, other = fast.step(actions), slow.step(actions)
        assert same(one, other), step
        assert one[0] in fast.observation_space
        mask = None
        if mode is AutoresetMode.DISABLED and one[2].any():
            mask, seeds = one[2], None
        elif step == task.horizon // 2:  # from here on the lifetimes are out of step
            mask, seeds = np.arange(COPIES) % 2 == 0, [100 + row for row in range(COPIES)]
        if mask is not None:
            options = [{"reset_mask": mask.copy()} for _ in range(2)]
            assert same(fast.reset(seed=seeds, options=options[0]), slow.reset(seed=seeds, options=options[1])), step


def test_many_lifetimes_play_test_episodes_by_number():
    fast, slow = both("Badger/HiddenXOR-v0", AutoresetMode.NEXT_STEP)
    slow.reset(options={"episode": 5})
    assert np.array_equal(fast.reset(options={"episode": 5})[0], slow.reset(options={"episode": 5})[0])


@every_spec
def test_a_lifetime_is_made_anew_from_its_spec(spec):
    env = LifetimeObservation(gym.make(spec.id, **spec.variants[0]), episodes=3)
    again = gym.make(env.spec)
    from_text = gym.make(type(env.spec).from_json(env.spec.to_json()))
    for other in (again, from_text):
        assert isinstance(other, LifetimeObservation)
        assert other.episodes == 3
        assert np.array_equal(other.reset(seed=1)[0], env.reset(seed=1)[0])


@every_spec
def test_a_lifetime_shows_actions_as_they_are_played(spec):
    env = LifetimeObservation(gym.make(spec.id))
    env.reset(seed=0)
    observation = env.step(np.full(env.action_space.shape, 3.0, np.float32))[0]
    assert observation in env.observation_space
    width = env.unwrapped.observation_space.shape[0]
    assert (observation[width:-3] == 1.0).all()


def test_a_lifetime_shows_a_joint_action_as_the_bins_it_stands_for():
    env = LifetimeObservation(gym.make("Badger/Guessing-v0", dims=2, bins=3, joint=True))
    env.reset(seed=0)
    assert env.action_space == gym.spaces.Discrete(9)
    assert env.step(5)[0][6:12].tolist() == [0, 1, 0, 0, 0, 1]  # 5 = 1 * 3 + 2


@pytest.mark.parametrize("wrapper", [LifetimeObservation, VectorLifetimeObservation])
def test_lifetimes_refuse_bad_arguments(wrapper):
    vector = wrapper is VectorLifetimeObservation
    make = gym.make_vec if vector else gym.make
    for wrong in (0, 1.5, True, "2"):
        with pytest.raises(ValueError, match=r"episodes must be an integer in \[1, 16777216\], got"):
            wrapper(make("Badger/Guessing-v0"), episodes=wrong)
    with pytest.raises(ValueError, match=r"env must be an? .*environment of badger_envs"):
        wrapper(make("CartPole-v1"))
    rescale = gym.wrappers.vector.RescaleAction if vector else gym.wrappers.RescaleAction
    with pytest.raises(ValueError, match="env must have the actions of its environment"):
        wrapper(rescale(make("Badger/Guessing-v0"), np.float32(0), np.float32(2)))
    env = wrapper(make("Badger/Guessing-v0"))
    with pytest.raises(ValueError, match="options must be among .*'episode', got 'inner_episode'"):
        env.reset(options={"inner_episode": 1})
