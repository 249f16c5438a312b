"""What holds for every id, with its defaults and with each of its variants: the contract that `check_task` checks for
anybody's task, and what only ids of the registry have."""

import itertools
import re
from dataclasses import fields
from functools import partial

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env
from stable_baselines3.common.env_checker import check_env as check_env_of_stable_baselines3

from badger_envs import EpisodeSet, LifetimeObservation, episode_keys
from badger_envs.core.policy import Blind
from badger_envs.core.rollout import rollout
from badger_envs.registry import reference_returns
from badger_envs.testing import check_task, random_actions
from badger_envs.views import SharedTaskVectorEnv, TaskEnv, TupleTaskEnv
from badger_envs.views.stable_baselines3 import SharedVecEnv
from tests.helpers.agents import make_agents
from tests.helpers.cases import every_case, every_functional_case, every_spec, skip_without_opengl

GRADCHECK_STEPS = 6


@every_case
def test_check_task_accepts_every_id(spec, arguments):
    task = spec.make_task(**arguments)
    assert spec.horizon(**arguments) == task.horizon
    fields, reference = spec.shared_fields, reference_returns(task)
    check_task(task, docstring=True, shared_fields=fields, reference=reference, policies=spec.policies)


@every_case
def test_views_of_an_id_play_its_task(spec, arguments):
    task = spec.make_task(**arguments)
    assert gym.make(spec.id, **arguments).unwrapped.task == task
    assert gym.make_vec(spec.id, num_envs=2, **arguments).unwrapped.task == task
    assert make_agents("parallel", spec.id, **arguments).task == task
    assert make_agents("aec", spec.id, **arguments).env.task == task


@every_case
def test_task_env_passes_gymnasiums_checker(spec, arguments):
    if spec.make_task(**arguments).horizon < 2:
        pytest.skip("the checker plays two steps")
    skip_without_opengl(spec.task)
    check_env(gym.make(spec.id, render_mode="rgb_array", **arguments).unwrapped)
    check_env(gym.make(spec.id, render_mode="ansi", **arguments).unwrapped)


@every_case
def test_task_env_passes_stable_baselines3s_checker(spec, arguments):
    check_env_of_stable_baselines3(gym.make(spec.id, **arguments))


@every_functional_case
def test_transition_has_gradients_that_agree_with_finite_differences(spec, arguments):
    task = spec.make_task(**arguments)
    keys = episode_keys(4, np.arange(3))

    def total(actions):
        state, rewards = task.initial(keys, xp=torch), []
        # In double precision, for differences that mean something.
        state = type(state)(*(field.double() if field.is_floating_point() else field for field in state))
        for action in actions:
            next_state = task.transition(state, action)
            rewards.append(task.reward(state, action, next_state) + task.observation(next_state).sum(dim=(1, 2)))
            state = next_state
        return torch.stack(rewards).sum()

    some = random_actions(task, 3)[:GRADCHECK_STEPS]
    actions = torch.from_numpy(some * 0.9).double().requires_grad_()
    assert torch.autograd.gradcheck(total, (actions,))


@every_case
def test_reset_names_episodes(spec, arguments):
    env = gym.make(spec.id, **arguments)

    def privileged(**how):
        env.reset(**how)
        return env.unwrapped.state()[-len(env.unwrapped.task.privileged_bounds.low) :].tolist()

    episodes = [privileged(seed=3), *(privileged() for _ in range(7))]
    assert episodes == [privileged(seed=3), *(privileged() for _ in range(7))]
    assert any(episode != episodes[0] for episode in episodes)
    tested = privileged(options={"episode": 12})
    assert (
        tested
        == env.unwrapped.task.privileged(env.unwrapped.task.initial(episode_keys(0, 12, EpisodeSet.TEST)))[0].tolist()
    )
    vector = gym.make_vec(spec.id, num_envs=2, **arguments)
    vector.reset(options={"episode": np.asarray([12, 13])})
    assert vector.unwrapped.state()[0, -len(tested) :].tolist() == tested
    seen = []
    for _ in range(4 * (env.unwrapped.task.horizon + 1)):  # past the end, into episodes that no seed was given for
        vector.step(np.zeros(vector.action_space.shape, np.float32))
        seen.append(vector.unwrapped.state()[0, -len(tested) :].tolist())
    assert any(hidden != tested for hidden in seen)


@every_case
def test_render_draws_pictures_and_texts_from_the_first_step_to_the_last(spec, arguments):
    skip_without_opengl(spec.task)
    env = gym.make(spec.id, render_mode="rgb_array", **arguments)
    env.reset(seed=1)
    begin = env.render()
    assert begin.dtype == np.uint8
    assert begin.ndim == 3
    for action in random_actions(env.unwrapped.task, 1)[:, 0]:
        env.step(action.reshape(-1))
    assert (env.render() != begin).any()
    text = gym.make(spec.id, render_mode="ansi", **arguments)
    text.reset(seed=1)
    assert spec.id in text.render()
    vector = gym.make_vec(spec.id, num_envs=3, render_mode="rgb_array", **arguments)
    vector.reset(seed=1)
    frames = vector.render()
    assert len(frames) == 3
    assert np.array_equal(frames[0], begin)


@every_case
def test_step_refuses_bad_actions_in_every_view(spec, arguments):
    env, vector = gym.make(spec.id, **arguments).unwrapped, gym.make_vec(spec.id, num_envs=3, **arguments)
    parallel, aec = (make_agents(kind, spec.id, **arguments) for kind in ("parallel", "aec"))
    for view in (env, vector, parallel, aec):
        view.reset(seed=0)
    good, own = np.zeros(env.action_space.shape, np.float32), env.task.port_actions
    agents = parallel.agents
    for entry, message in ((np.nan, "must be finite, got nan"), (-np.inf, "must be finite, got -inf")):
        bad = good.copy()
        bad[-1] = entry
        with pytest.raises(ValueError, match=f"action {message}"):
            env.step(bad)
        with pytest.raises(ValueError, match=f"actions {message}"):
            vector.step(np.stack([good, good, bad]))
        with pytest.raises(ValueError, match=f"action of {agents[0]} {message}"):
            parallel.step(dict.fromkeys(agents, bad[-own:]))
        with pytest.raises(ValueError, match=f"action of {agents[0]} {message}"):
            aec.step(bad[-own:])
    with pytest.raises(ValueError, match=r"action must have shape \(\d+,\), got \(\d+,\)"):
        env.step(np.zeros(len(good) + 1, np.float32))
    wrong_types = ("left", [str(0.5)] * len(good), good + 1j, good > 0.0, [None] * len(good), good.astype(object))
    for wrong in wrong_types:
        with pytest.raises(ValueError, match=r"action must be an array of numbers of shape \(\d+,\), got type "):
            env.step(wrong)
        with pytest.raises(ValueError, match="actions must be an array of numbers"):
            vector.step([wrong] * 3)
        with pytest.raises(ValueError, match=f"action of {agents[0]} must be an array of numbers"):
            parallel.step(dict.fromkeys(agents, wrong[:own]))
        with pytest.raises(ValueError, match=f"action of {agents[0]} must be an array of numbers"):
            aec.step(wrong[:own])
    with pytest.raises(ValueError, match="actions must have shape"):
        vector.step(good)
    with pytest.raises(ValueError, match=re.escape(f"missing ['{agents[0]}'], unknown ['port_x']")):
        parallel.step({"port_x": good[:own], **dict.fromkeys(agents[1:], good[:own])})
    with pytest.raises(ValueError, match=f"action of {agents[0]} must"):
        aec.step(None)


@every_case
def test_vector_step_ignores_the_actions_of_episodes_that_begin_and_no_others(spec, arguments):
    vector = gym.make_vec(spec.id, num_envs=2, **arguments)
    vector.reset(seed=0)
    good, bad = np.zeros(vector.action_space.shape, np.float32), np.full(vector.action_space.shape, np.nan, np.float32)
    for _ in range(vector.unwrapped.task.horizon):
        vector.step(good)
    with pytest.raises(ValueError, match="actions must have shape"):
        vector.step(good[0])
    rewards, terminated = vector.step(bad)[1:3]  # both begin anew here
    assert rewards.tolist() == [0.0, 0.0]
    assert terminated.tolist() == [False, False]
    with pytest.raises(ValueError, match="actions must be finite"):
        vector.step(bad)


@every_case
def test_finite_actions_outside_the_box_are_clipped_in_every_view_and_by_the_evaluator(spec, arguments):
    task = spec.make_task(**arguments)
    wild = np.asarray([1.5, -(2.0**70), 7.0, -1.0001, 0.25])
    shape = (task.ports, task.port_actions)
    action = np.resize(wild, shape)  # (P, A) float64
    clipped = np.clip(action, -1.0, 1.0).astype(np.float32)
    views = {kind: [make_agents(kind, spec.id, **arguments) for _ in range(2)] for kind in ("parallel", "aec")}
    for kind, (env, other) in views.items():
        for each, taken in ((env, action), (other, clipped)):
            each.reset(seed=0)
            if kind == "parallel":
                each.step(dict(zip(each.agents, taken, strict=True)))
            else:
                for own in taken:
                    each.step(own)
        assert np.array_equal(env.state(), other.state())
    for make in (gym.make, gym.make_vec):
        one, other = (make(spec.id, **arguments) for _ in range(2))
        one.reset(seed=0)
        other.reset(seed=0)
        got, expected = (
            one.step(action.reshape(one.action_space.shape)),
            other.step(clipped.reshape(one.action_space.shape)),
        )
        assert np.array_equal(got[0], expected[0])
        assert got[1] == expected[1]

    class Same(Blind):
        def __init__(self, action):
            self.action = action

        def act(self, observation, reward):
            return np.tile(self.action.reshape(-1), (len(observation), 1))

    returns = [rollout(task, Same(each), episode_keys(0, np.arange(3))).returns for each in (action, clipped)]
    assert np.array_equal(*returns)


def test_one_number_is_taken_for_an_array_of_one():
    one, other = (gym.make("Badger/Guessing-v0", dims=1).unwrapped for _ in range(2))
    for env in (one, other):
        env.reset(seed=0)
    assert np.array_equal(one.step(0.5)[0], other.step(np.asarray([0.5]))[0])
    one, other = (gym.make_vec("Badger/Guessing-v0", num_envs=4, dims=1) for _ in range(2))
    for env in (one, other):
        env.reset(seed=0)
    four = np.linspace(-1, 1, 4)
    assert np.array_equal(one.step(four)[0], other.step(four[:, None])[0])
    parallel = make_agents("parallel", "Badger/Guessing-v0", dims=2)
    parallel.reset(seed=0)
    assert parallel.step({"port_0": 1, "port_1": np.float64(-0.5)})[0]["port_1"][0] == -0.5
    discrete = gym.make("Badger/Guessing-v0", dims=1, bins=3).unwrapped
    discrete.reset(seed=0)
    assert discrete.step(np.asarray([2]))[0][0] == 1.0


@every_case
def test_step_refuses_to_run_outside_of_an_episode(spec, arguments):
    env, vector = gym.make(spec.id, **arguments).unwrapped, gym.make_vec(spec.id, num_envs=2, **arguments)
    parallel, aec = (make_agents(kind, spec.id, **arguments) for kind in ("parallel", "aec"))
    action = np.zeros(env.action_space.shape, np.float32)
    own = action[: env.task.port_actions]

    def play_all():
        yield lambda: env.step(action)
        yield lambda: parallel.step(dict.fromkeys(parallel.possible_agents, own))
        yield lambda: aec.step(own)

    for play in (*play_all(), lambda: vector.step(np.stack([action, action]))):
        with pytest.raises(ResetNeeded, match=r"call reset\(\) before step\(\); no episode was begun yet"):
            play()
    with pytest.raises(ResetNeeded, match="reset"):
        env.state()
    with pytest.raises(ResetNeeded, match="reset"):
        gym.make(spec.id, render_mode="ansi", **arguments).unwrapped.render()
    for view in (env, parallel, aec):
        view.reset(seed=0)
    for _ in range(env.task.horizon):
        env.step(action)
        parallel.step(dict.fromkeys(parallel.agents, own))
        for _ in aec.agents[:]:
            aec.step(own)
    while aec.agents:
        aec.step(None)
    assert parallel.step({}) == ({}, {}, {}, {}, {})  # nobody is left to act
    for play in play_all():
        with pytest.raises(ResetNeeded, match="the episode ended after"):
            play()
    disabled = gym.make_vec(spec.id, num_envs=2, autoreset_mode="Disabled", **arguments)
    disabled.reset(seed=0)
    for _ in range(env.task.horizon):
        disabled.step(np.stack([action, action]))
    with pytest.raises(ResetNeeded, match=r"episodes \[0, 1\] ended"):
        disabled.step(np.stack([action, action]))


@every_spec
def test_views_refuse_bad_arguments(spec):
    with pytest.raises(ValueError, match=r"render_mode must be None or one of \['rgb_array', 'ansi', 'human'\], got 3"):
        make_agents("parallel", spec.id, render_mode=3)
    for view in (gym.make_vec, TaskEnv, TupleTaskEnv):
        with pytest.raises(
            ValueError, match=r"render_mode must be None or one of \['rgb_array', 'ansi'\], got 'human'"
        ):
            view(spec.id, render_mode="human")
    for count in (0, 2**24 + 1, 2**63):
        with pytest.raises(ValueError, match=rf"num_envs must be an integer in \[1, 16777216\], got {count}"):
            gym.make_vec(spec.id, num_envs=count)
    with pytest.raises(ValueError, match="autoreset_mode must be one of 'NextStep', .*, got 'Never'"):
        gym.make_vec(spec.id, autoreset_mode="Never")
    whole = [part.name for part in fields(spec.task) if part.type in (int, "int")]
    assert whole
    for name, value in itertools.product(whole, (2**24 + 1, 2**31, 2**63, np.uint64(2**63))):
        with pytest.raises(ValueError, match=rf"{name} must be an integer .*, got {value}"):
            spec.make_task(**{name: value})
    with pytest.raises(ValueError, match=rf"{spec.size_argument} must .*, got 16385"):
        spec.make_task(**{spec.size_argument: 2**14 + 1})
    for make in (gym.make, gym.make_vec, partial(make_agents, "parallel"), partial(make_agents, "aec")):
        with pytest.raises(TypeError, match=r"got an unexpected keyword argument 'frameskip'.* takes "):
            make(spec.id, frameskip=4)
    vector = gym.make_vec(spec.id, num_envs=2)
    with pytest.raises(ValueError, match="seed must be one integer or 2"):
        vector.reset(seed=[1, 2, 3])
    vector.reset(seed=0)
    for mask, message in (
        (np.zeros(2, bool), "at least one True"),
        (np.ones(3, bool), r"must be a bool array of shape \(2,\), got bool \(3,\)"),
        ([True, False], r"must be a bool array of shape \(2,\), got \[True, False\]"),
    ):
        with pytest.raises(ValueError, match=message):
            vector.reset(options={"reset_mask": mask})
    for name in ("episode", "inner_episode"):
        for number in (1.5, "1", [1, 2, 3], "first", -1, 2**32, True, None, [[1], [2, 3]]):
            with pytest.raises(ValueError, match=rf"options\['{name}'\] must be an integer in \[0, 4294967295\]"):
                vector.reset(options={name: number})
    with pytest.raises(ValueError, match="seed must be one integer or 2, one for each, got '12'"):
        vector.reset(seed="12")


SEEDED = {
    "gymnasium": lambda spec: gym.make(spec.id).unwrapped.reset,
    "vector": lambda spec: gym.make_vec(spec.id, num_envs=2).reset,
    "seeds of a vector": lambda spec: lambda seed=None: gym.make_vec(spec.id, num_envs=2).reset(seed=[0, seed]),
    "parallel": lambda spec: make_agents("parallel", spec.id).reset,
    "aec": lambda spec: make_agents("aec", spec.id).reset,
    "shared": lambda spec: SharedTaskVectorEnv(spec.id).reset,
    "stable_baselines3": lambda spec: lambda seed=None: SharedVecEnv(spec.id).seed(seed),
    "rl2": lambda spec: LifetimeObservation(gym.make(spec.id)).reset,
}


@every_spec
@pytest.mark.parametrize("view", SEEDED)
def test_reset_refuses_what_is_no_seed_and_takes_every_integer(spec, view):
    for wrong in (-1, 1.0, 1.7, True, np.float32(2.0), np.int64(-3), 1j):
        with pytest.raises(ValueError, match=r"seed must be an integer at least 0, got "):
            SEEDED[view](spec)(seed=wrong)
    with pytest.raises(ValueError, match=r"seed must be .*integer"):
        SEEDED[view](spec)(seed="3")
    for right in (None, 0, np.int8(3), np.uint64(2**64 - 1), 2**100):
        SEEDED[view](spec)(seed=right)


@every_spec
def test_reset_refuses_options_that_there_are_not(spec):
    for view in ("gymnasium", "vector", "parallel", "aec", "shared", "rl2"):
        for options in ({"epsiode": 3}, {"episode": 3, "trial": 1}, {1: 2}):
            with pytest.raises(ValueError, match="options must be among 'reset_mask'|options must be among 'episode'"):
                SEEDED[view](spec)(options=options)
        with pytest.raises(ValueError, match=r"options must be a dict or None, got \['episode'\]"):
            SEEDED[view](spec)(options=["episode"])
    with pytest.raises(ValueError, match="options must be among 'episode', got 'reset_mask'"):
        SEEDED["shared"](spec)(options={"reset_mask": np.ones(3, bool)})


@every_case
def test_reset_applies_seed_episode_and_inner_episode_together(spec, arguments):
    env, vector = gym.make(spec.id, **arguments).unwrapped, gym.make_vec(spec.id, num_envs=3, **arguments).unwrapped
    task = env.task

    def shown(seed, number, episode_set=EpisodeSet.TRAIN, inner_episode=0):
        keys = episode_keys(seed, number, episode_set)
        return task.observation(task.initial(keys, inner_episode=inner_episode)).reshape(-1)

    tested = shown(0, 12, EpisodeSet.TEST)
    assert np.array_equal(env.reset(seed=5, options={"episode": 12})[0], tested)
    assert np.array_equal(env.reset()[0], shown(5, 0))  # the seed counts from the next one on
    assert np.array_equal(env.reset(seed=6, options={"inner_episode": 2})[0], shown(6, 0, inner_episode=2))
    assert np.array_equal(env.reset(options={"inner_episode": 1})[0], shown(6, 0, inner_episode=1))
    with pytest.raises(ResetNeeded, match="an inner episode needs an episode"):
        vector.reset(options={"inner_episode": 1})
    got = vector.reset(seed=5, options={"episode": np.asarray([12, 13, 12])})[0]
    assert np.array_equal(got[2], tested)
    assert np.array_equal(vector.reset()[0][1], shown(6, 0))
    got = vector.reset(options={"inner_episode": [1, 0, 3]})[0]
    expected = [shown(5, 0, inner_episode=1), shown(6, 1), shown(7, 0, inner_episode=3)]
    assert np.array_equal(got, expected)
    mask = np.asarray([False, True, True])
    got = vector.reset(options={"inner_episode": 2, "reset_mask": mask})[0]
    assert np.array_equal(got, [expected[0], shown(6, 1, inner_episode=2), shown(7, 0, inner_episode=2)])


@every_spec
def test_blind_ignores_what_it_sees(spec):
    policy = Blind(spec.make_task())
    assert not policy.act(np.ones((2, 9), np.float32), np.ones(2, np.float32)).any()
