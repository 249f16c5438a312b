"""What trainers ask of each environment in a batch, and of agents before there is an episode."""

import itertools

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded

from badger_envs import views
from badger_envs.views import SharedTaskVectorEnv
from badger_envs.views.stable_baselines3 import SharedVecEnv
from tests.helpers.agents import make_agents
from tests.helpers.cases import every_case, every_spec


@every_case
def test_call_says_of_each_environment_what_a_sync_vector_env_says(spec, arguments):
    how = {"num_envs": 3, "render_mode": "ansi", **arguments}
    fast, slow = gym.make_vec(spec.id, **how), gym.make_vec(spec.id, vectorization_mode="sync", **how)
    for env in (fast, slow):
        env.reset(seed=1)
        env.step(np.zeros(env.action_space.shape, np.float32))
    assert fast.call("render") == slow.call("render")
    for name in ("state", "neighbours"):
        assert np.array_equal(fast.call(name), slow.call(name))
    for name in ("render_mode", "task", "action_space", "observation_space"):
        assert fast.call(name) == fast.get_attr(name) == slow.get_attr(name)
    assert gym.make_vec(spec.id, num_envs=2, **arguments).call("render") == (None, None)
    for name in ("horizon", "reset", "step", "num_envs"):
        with pytest.raises(AttributeError, match=f"name must be one of 'action_space', .*, got '{name}'"):
            fast.call(name)


@every_spec
def test_call_on_the_shared_view_says_of_each_port_what_is_said_of_its_episode(spec):
    env = SharedTaskVectorEnv(spec.id, copies=2, render_mode="ansi")
    env.reset(seed=1)
    drawn, ports = env.call("render"), env.task.ports
    assert len(drawn) == env.num_envs
    assert drawn[:ports] == (env.render()[0],) * ports
    assert env.get_attr("task") == (env.task,) * env.num_envs


def test_set_attr_notes_what_is_new_and_refuses_what_is_fixed():
    env = gym.make_vec("Badger/Guessing-v0", num_envs=3)
    env.set_attr("level", [1, 2, 3])
    assert env.get_attr("level") == (1, 2, 3)
    env.set_attr("level", "all")
    assert env.call("level") == ("all",) * 3
    for name in ("task", "render_mode", "num_envs", "step"):
        with pytest.raises(AttributeError, match=f"name must be new, got '{name}', which is fixed"):
            env.set_attr(name, None)
    with pytest.raises(ValueError, match="values must be one for each of 3 sub-environments, got 2"):
        env.set_attr("level", [1, 2])


@every_spec
def test_spaces_of_all_agents_are_there_without_a_warning(spec):
    for kind in ("parallel", "aec"):
        env = make_agents(kind, spec.id)
        assert env.observation_spaces == {agent: env.observation_space(agent) for agent in env.possible_agents}
        assert env.action_spaces == {agent: env.action_space(agent) for agent in env.possible_agents}


@every_spec
def test_reads_before_the_first_reset_of_an_aec_environment_say_that_one_is_needed(spec):
    env = make_agents("aec", spec.id, render_mode="ansi")
    reads = [
        *(lambda name=name: getattr(env, name) for name in ("agents", "agent_selection", "infos", "num_agents")),
        *(lambda name=name: getattr(env, name) for name in ("rewards", "terminations", "truncations")),
        lambda: env.observe("port_0"),
        env.last,
        env.state,
        env.render,
        env.neighbours,
        lambda: env.step(None),
        lambda: list(env.agent_iter()),
    ]
    for read in reads:
        with pytest.raises(ResetNeeded, match=r"call reset\(\) before .*; no episode was begun yet"):
            read()
    assert not hasattr(env, "agents")
    assert not hasattr(env, "nothing")
    env.reset(seed=0)
    assert env.num_agents == len(env.agents) == len(env.possible_agents)


def test_sub_environments_have_spaces_and_metadata_of_their_own():
    views = (gym.make_vec("Badger/Guessing-v0", num_envs=2), SharedVecEnv("Badger/Guessing-v0", copies=2))
    for env, name in itertools.product(views, ("action_space", "observation_space", "metadata")):
        one, other = env.get_attr(name)[:2]
        assert one == other
        assert one is not other


def test_env_method_of_stable_baselines3_looks_at_the_environments_named_and_steps_none():
    env = SharedVecEnv("Badger/Guessing-v0", copies=2, render_mode="ansi", dims=2)
    env.seed(1)
    env.reset()
    drawn = env.shared.render()
    assert env.env_method("render", indices=[1, 2]) == list(drawn)
    assert env.get_attr("copies", indices=0) == [2]
    for name in ("reset", "step", "close", "horizon"):
        with pytest.raises(AttributeError, match=f"method_name must be one of 'neighbours', .*, got '{name}'"):
            env.env_method(name, indices=[0])


@pytest.mark.parametrize("view", views.__all__)
def test_views_are_direct_children_of_a_class_of_their_library(view):
    """skrl's `wrap_env` looks at the bases of a class, and no further, to find out whose environment it is."""
    bases = {base.__module__.partition(".")[0] for base in getattr(views, view).__bases__}
    assert bases & {"gymnasium", "pettingzoo"}
