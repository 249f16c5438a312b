"""What holds for every id, with its defaults and with each of its variants."""

import pickle
import re

import gymnasium as gym
import numpy as np
import pettingzoo
import pytest
import torch
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test
from pettingzoo.test.seed_test import seed_test
from stable_baselines3.common.env_checker import check_env as check_env_of_stable_baselines3

from badger_envs import EpisodeSet, episode_keys
from badger_envs.core.policy import Blind
from badger_envs.evaluation import evaluate
from badger_envs.registry import reference_returns
from tests.helpers.cases import every_case, every_functional_case, every_spec, random_actions, skip_without_opengl

GRADCHECK_STEPS = 6
HEADINGS = ("Observation", "Action", "Reward", "Episode end", "Reference returns", "Arguments", "Version history")


@every_case
def test_gymnasium_checker_is_content(spec, arguments):
    if spec.make_task(**arguments).horizon < 2:
        pytest.skip("the checker plays two steps")
    skip_without_opengl(spec.task)
    check_env(gym.make(spec.id, render_mode="rgb_array", **arguments).unwrapped)
    check_env(gym.make(spec.id, render_mode="ansi", **arguments).unwrapped)


@every_case
def test_stable_baselines3_checker_is_content(spec, arguments):
    check_env_of_stable_baselines3(gym.make(spec.id, **arguments))


@every_case
def test_pettingzoo_parallel_checkers_are_content(spec, arguments):
    parallel_api_test(pettingzoo.make("parallel", spec.id, **arguments), num_cycles=50)
    parallel_seed_test(lambda: pettingzoo.make("parallel", spec.id, **arguments))


@every_case
def test_pettingzoo_aec_checkers_are_content(spec, arguments):
    api_test(pettingzoo.make("aec", spec.id, **arguments), num_cycles=50)
    seed_test(lambda: pettingzoo.make("aec", spec.id, **arguments))


@every_case
def test_state_of_the_parallel_view_lies_in_its_space_and_ends_with_what_is_hidden(spec, arguments):
    env = pettingzoo.make("parallel", spec.id, **arguments)
    env.reset(seed=3)
    assert env.state() in env.state_space
    hidden = env.task.privileged(env.task.initial(episode_keys(3, 0)))[0]
    assert np.array_equal(env.state()[-len(hidden) :], hidden)


@every_case
def test_all_views_show_the_same_episode(spec, arguments):
    env, parallel = gym.make(spec.id, **arguments), pettingzoo.make("parallel", spec.id, **arguments)
    task = env.unwrapped.task
    shown, _ = env.reset(seed=11)
    by_agent, _ = parallel.reset(seed=11)
    aec = pettingzoo.make("aec", spec.id, **arguments)
    aec.reset(seed=11)
    agent_mask, agents = task.agent_mask(task.initial(episode_keys(11, 0)))[0], parallel.possible_agents
    for actions in random_actions(task, 1)[:, 0]:
        ported = shown.reshape(task.ports, -1)
        assert not ported[~agent_mask].any()
        assert np.array_equal(ported, np.stack([by_agent[agent] for agent in agents]))
        assert np.array_equal(ported, np.stack([aec.observe(agent) for agent in agents]))
        shown, reward, terminated, _, _ = env.step(actions.reshape(-1))
        named = dict(zip(agents, actions, strict=True))
        by_agent, rewards, terminations, _, infos = parallel.step(named)
        assert [info.get("agent_mask", True) for info in infos.values()] == agent_mask.tolist()
        for agent in agents:
            aec.step(named[agent])
        assert set(rewards.values()) == {reward}
        assert set(aec.rewards.values()) == {reward}
        assert set(terminations.values()) == {terminated}
    assert terminated
    assert parallel.agents == []


@every_case
@pytest.mark.parametrize("mode", list(gym.vector.AutoresetMode))
def test_vector_env_equals_sync_vector_env_of_singles_step_for_step(spec, arguments, mode):
    count = 5
    fast = gym.make_vec(spec.id, num_envs=count, autoreset_mode=mode, **arguments)
    slow = gym.vector.SyncVectorEnv([lambda: gym.make(spec.id, **arguments)] * count, autoreset_mode=mode)
    assert fast.observation_space == slow.observation_space
    assert fast.action_space == slow.action_space
    assert fast.metadata["autoreset_mode"] is mode
    assert_same(fast.reset(seed=7), slow.reset(seed=7))
    task, generator = fast.unwrapped.task, np.random.default_rng(0)
    for step in range(3 * task.horizon + 2):
        actions = generator.uniform(-1, 1, fast.action_space.shape).astype(np.float32)
        got, expected = fast.step(actions), slow.step(actions)
        assert_same(got, expected)
        if mode is gym.vector.AutoresetMode.DISABLED and got[2].any():
            assert_same(*(env.reset(options={"reset_mask": got[2].copy()}) for env in (fast, slow)))
        elif step == task.horizon // 2:  # from here on the episodes are out of step
            mask = np.arange(count) % 2 == 0
            seeds = [100 + number for number in range(count)]
            assert_same(*(env.reset(seed=seeds, options={"reset_mask": mask.copy()}) for env in (fast, slow)))


def assert_same(got, expected):
    """Exactly the same numbers, types and dictionary keys."""
    assert type(got) is type(expected), (got, expected)
    if isinstance(got, dict):
        assert list(got) == list(expected) or set(got) == set(expected)
        for key in got:
            assert_same(got[key], expected[key])
    elif isinstance(got, tuple):
        assert len(got) == len(expected)
        for one, other in zip(got, expected, strict=True):
            assert_same(one, other)
    elif isinstance(got, np.ndarray) and got.dtype == object:
        for one, other in zip(got, expected, strict=True):
            assert_same(one, other)
    elif isinstance(got, np.ndarray):
        assert got.dtype == expected.dtype
        assert np.array_equal(got, expected)
    else:
        assert got == expected


@every_case
def test_episodes_do_not_depend_on_the_batch_they_are_in(spec, arguments):
    task = spec.make_task(**arguments)
    keys, actions = episode_keys(2, np.arange(33)), random_actions(task, 33)
    together, alone = task.initial(keys), task.initial(keys[17:18])
    for action in actions:
        together, alone = task.transition(together, action), task.transition(alone, action[17:18])
        for view in (task.observation, task.privileged, task.terminal, task.neighbours, task.agent_mask):
            assert np.array_equal(view(together)[17:18], view(alone))


@every_functional_case
def test_torch_agrees_with_numpy_to_float32_rounding(spec, arguments):
    task = spec.make_task(**arguments)
    keys, actions = episode_keys(2, np.arange(33)), random_actions(task, 33)
    one, other = task.initial(keys), task.initial(keys, xp=torch, device="cpu")
    for action in actions:
        following, tensors = task.transition(one, action), task.transition(other, torch.from_numpy(action))
        rewards = task.reward(one, action, following), task.reward(other, torch.from_numpy(action), tensors)
        pairs = [
            rewards,
            (task.observation(following), task.observation(tensors)),
            (task.terminal(following), task.terminal(tensors)),
            (task.privileged(following), task.privileged(tensors)),
            *zip(task.state_info(following).values(), task.state_info(tensors).values(), strict=True),
        ]
        for array, tensor in pairs:
            assert array.dtype == tensor.numpy().dtype
            assert np.allclose(array, tensor.numpy(), rtol=2e-6, atol=2e-6)
        one, other = following, tensors


@every_functional_case
def test_jax_agrees_with_numpy_also_when_compiled(spec, arguments):
    jax = pytest.importorskip("jax", reason="jax is not installed")
    task = spec.make_task(**arguments)
    keys, actions = episode_keys(2, np.arange(9)), random_actions(task, 9)
    transition, observation, reward = map(jax.jit, (task.transition, task.observation, task.reward))
    one, other = task.initial(keys), task.initial(keys, xp=jax.numpy)
    for action in actions:
        following, traced = task.transition(one, action), transition(other, action)
        assert np.allclose(task.observation(following), observation(traced), rtol=2e-6, atol=2e-6)
        assert np.allclose(task.reward(one, action, following), reward(other, action, traced), rtol=2e-6, atol=2e-6)
        one, other = following, traced


@every_functional_case
def test_gradients_agree_with_finite_differences(spec, arguments):
    task = spec.make_task(**arguments)
    keys = episode_keys(4, np.arange(3))

    def total(actions):
        state, rewards = task.initial(keys, xp=torch), []
        # In double precision, for differences that mean something.
        state = type(state)(*(field.double() if field.is_floating_point() else field for field in state))
        for action in actions:
            following = task.transition(state, action)
            rewards.append(task.reward(state, action, following) + task.observation(following).sum(dim=(1, 2)))
            state = following
        return torch.stack(rewards).sum()

    some = random_actions(task, 3)[:GRADCHECK_STEPS]
    actions = torch.from_numpy(some * 0.9).double().requires_grad_()
    assert torch.autograd.gradcheck(total, (actions,))


@every_case
def test_every_level_is_what_its_policy_returns(spec, arguments):
    task = spec.make_task(**arguments)
    known = reference_returns(task)
    assert spec.horizon(**arguments) == task.horizon
    levels = {"chance": known.chance, "reference": known.reference, **known.local_optima}
    assert set(spec.policies) >= set(levels)
    for name, expected in levels.items():
        episodes = 20_000 if task.functional else 200
        result = evaluate(spec.policy(name, task), spec.id, episodes=episodes, batch=episodes, **arguments)
        standard_error = result.returns.std() / np.sqrt(len(result.returns))
        assert abs(result.returns.mean() - expected) <= 4 * standard_error + 1e-6, name
        assert result.returns.min() >= reference_returns(task).lowest
        assert result.returns.max() <= reference_returns(task).highest


@every_case
def test_observations_stay_in_their_space_and_fixed_infos_stay_the_same(spec, arguments):
    env = gym.make(spec.id, **arguments)
    shown, info = env.reset(seed=5)
    names, ended = set(info), False
    for action in random_actions(env.unwrapped.task, 1)[:, 0]:
        assert shown in env.observation_space
        shown, reward, ended, truncated, info = env.step(np.sign(action).reshape(-1))
        assert set(info) == names
        assert isinstance(reward, float)
        assert truncated is False
    assert shown in env.observation_space
    assert ended


@every_case
def test_resets_name_episodes(spec, arguments):
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
def test_pictures_and_texts_are_drawn_from_the_first_step_to_the_last(spec, arguments):
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
def test_environments_can_be_pickled_in_mid_episode(spec, arguments):
    env = gym.make(spec.id, **arguments).unwrapped
    env.reset(seed=1)
    copy = pickle.loads(pickle.dumps(env))
    action = np.zeros(env.action_space.shape, np.float32)
    assert np.array_equal(env.step(action)[0], copy.step(action)[0])


@every_case
def test_bad_actions_are_refused_by_every_view(spec, arguments):
    env, vector = gym.make(spec.id, **arguments).unwrapped, gym.make_vec(spec.id, num_envs=3, **arguments)
    parallel, aec = (pettingzoo.make(kind, spec.id, **arguments) for kind in ("parallel", "aec"))
    for view in (env, vector, parallel, aec):
        view.reset(seed=0)
    good, own = np.zeros(env.action_space.shape, np.float32), env.task.port_actions
    agents = parallel.agents
    for entry, said in (
        (np.nan, "must lie in"),
        (np.inf, "must lie in"),
        (1.0001, r"must lie in \[-1, 1\], got 1.0001"),
    ):
        bad = good.copy()
        bad[-1] = entry
        with pytest.raises(ValueError, match=f"action {said}"):
            env.step(bad)
        with pytest.raises(ValueError, match=f"actions {said}"):
            vector.step(np.stack([good, good, bad]))
        with pytest.raises(ValueError, match=f"action of {agents[0]} {said}"):
            parallel.step(dict.fromkeys(agents, bad[-own:]))
        with pytest.raises(ValueError, match=f"action of {agents[0]} {said}"):
            aec.step(bad[-own:])
    with pytest.raises(ValueError, match=r"action must have shape \(\d+,\), got \(\d+,\)"):
        env.step(np.zeros(len(good) + 1, np.float32))
    with pytest.raises(ValueError, match="must be an array of numbers"):
        env.step("left")
    with pytest.raises(ValueError, match="actions must have shape"):
        vector.step(good)
    with pytest.raises(ValueError, match=re.escape(f"missing ['{agents[0]}'], unknown ['port_x']")):
        parallel.step({"port_x": good[:own], **dict.fromkeys(agents[1:], good[:own])})
    with pytest.raises(ValueError, match=f"action of {agents[0]} must"):
        aec.step(None)


@every_case
def test_only_the_actions_of_episodes_that_begin_anew_do_not_matter(spec, arguments):
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
    with pytest.raises(ValueError, match="actions must lie in"):
        vector.step(bad)


@every_case
def test_steps_outside_of_an_episode_are_refused(spec, arguments):
    env, vector = gym.make(spec.id, **arguments).unwrapped, gym.make_vec(spec.id, num_envs=2, **arguments)
    parallel, aec = (pettingzoo.make(kind, spec.id, **arguments) for kind in ("parallel", "aec"))
    action = np.zeros(env.action_space.shape, np.float32)
    own = action[: env.task.port_actions]

    def play_all():
        yield lambda: env.step(action)
        yield lambda: parallel.step(dict.fromkeys(parallel.agents, own))
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
def test_the_docstring_has_the_fixed_headings_in_order(spec):
    assert re.findall(r"^    ## (.+)$", spec.task.__doc__, flags=re.MULTILINE) == list(HEADINGS)
    for name in spec.make_task().arguments():
        assert f"`{name}`" in spec.task.__doc__, f"argument {name} is not described"


@every_spec
def test_bad_arguments_of_the_views_are_refused(spec):
    with pytest.raises(ValueError, match=r"render_mode must be None or one of \['rgb_array', 'ansi'\], got 'human'"):
        pettingzoo.make("parallel", spec.id, render_mode="human")
    with pytest.raises(ValueError, match="num_envs must be an integer at least 1, got 0"):
        gym.make_vec(spec.id, num_envs=0)
    with pytest.raises(TypeError, match="has no argument sise"):
        gym.make(spec.id, sise=3)
    vector = gym.make_vec(spec.id, num_envs=2)
    with pytest.raises(ValueError, match="seed must be one integer or 2"):
        vector.reset(seed=[1, 2, 3])
    vector.reset(seed=0)
    for mask, said in (
        (np.zeros(2, bool), "at least one True"),
        (np.ones(3, bool), r"must be a bool array of shape \(2,\), got bool \(3,\)"),
        ([True, False], r"must be a bool array of shape \(2,\), got \[True, False\]"),
    ):
        with pytest.raises(ValueError, match=said):
            vector.reset(options={"reset_mask": mask})
    for number in (1.5, [1, 2, 3], "first", -1):
        with pytest.raises(ValueError, match=r"options\['episode'\] must be|indices must lie in"):
            vector.reset(options={"episode": number})
    with pytest.raises(ValueError, match=r"seed must be a non-negative"):
        vector.reset(seed=[-1, 0])


@every_spec
def test_the_blind_policy_ignores_what_it_sees(spec):
    policy = Blind(spec.make_task())
    assert not policy.act(np.ones((2, 9), np.float32), np.ones(2, np.float32)).any()
