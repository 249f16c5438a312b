"""The view in tuples, and EPyMARL's way through it."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import TimeLimit

from badger_envs import Channel
from badger_envs.views import TupleTaskEnv
from tests.helpers.agents import make_agents
from tests.helpers.cases import every_case, every_spec


@every_case
def test_tuples_show_what_agents_see_and_play_what_they_do(spec, arguments):
    bins = 3 if spec.make_task(**arguments).port_actions < 10 else 2  # or there are too many joint actions
    how = {"channel": Channel(vocabulary=2), "bins": bins, "joint": True, **arguments}
    env, agents = TupleTaskEnv(spec.id, **how), make_agents("parallel", spec.id, **how)
    if env.task.horizon > 1:  # the checker plays two steps
        check_env(TupleTaskEnv(spec.id, **how), skip_render_check=True)
    assert all(isinstance(space, gym.spaces.Discrete) for space in env.action_space)
    shown, info = env.reset(seed=3)
    by_agent, _ = agents.reset(seed=3)
    env.action_space.seed(0)
    terminated = False
    while not terminated:
        assert all(np.array_equal(*each) for each in zip(shown, by_agent.values(), strict=True))
        assert shown in env.observation_space
        assert np.array_equal(env.state(), agents.state())
        action = env.action_space.sample()
        shown, reward, terminated, truncated, info = env.step(action)
        by_agent, rewards, terminations, _, _ = agents.step(dict(zip(agents.possible_agents, action, strict=True)))
        assert set(rewards.values()) == {reward}
        assert set(terminations.values()) == {terminated}
        assert truncated is False
    assert set(info) >= set(env.task.state_info(env.task.initial(np.zeros(1, np.uint64))))
    with pytest.raises(ResetNeeded, match="the episode ended after"):
        env.step(action)


@every_spec
def test_an_id_in_tuples_is_taken_the_way_epymarl_takes_it(spec):
    key = "badger_envs:" + spec.id.replace("Badger/", "BadgerTuple/")
    env = TimeLimit(gym.make(key, max_episode_steps=25), max_episode_steps=25)
    assert env.unwrapped.n_agents == len(env.observation_space) == env.unwrapped.task.ports
    longest = max(env.action_space, key=lambda space: space.n)
    assert longest.n == 2**env.unwrapped.task.port_actions
    observations, _ = env.reset(seed=1)
    observations, reward, *_ = env.step([int(longest.n) - 1] * env.unwrapped.n_agents)
    assert np.concatenate(observations).dtype == np.float32
    assert isinstance(reward, float)


@pytest.mark.parametrize("action", [0, None, (0,), [0] * 4, "abc", {0: 1, 1: 1, 2: 1}])
def test_tuples_refuse_what_is_not_an_entry_for_each_port(action):
    env = gym.make("BadgerTuple/Guessing-v0").unwrapped
    env.reset()
    with pytest.raises(ValueError, match="action must have an entry for each of 3 ports, got"):
        env.step(action)
    with pytest.raises(ValueError, match="action of port_2 must be whole numbers"):
        env.step((0, 1, 0.5))
