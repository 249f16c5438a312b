"""A limit of steps truncates episodes in the vectorized views, as gymnasium's TimeLimit does in single ones."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from badger_envs import LifetimeObservation, VectorLifetimeObservation
from badger_envs.testing.rules import same
from badger_envs.views import SharedTaskVectorEnv
from badger_envs.views.stable_baselines3 import SharedVecEnv

ID, HORIZON = "Badger/Guessing-v0", 6
every_mode = pytest.mark.parametrize("mode", AutoresetMode)
every_limit = pytest.mark.parametrize("limit", [1, 4, HORIZON, 50])


def both(mode, limit, wrap=lambda env: env, wrap_all=lambda env: env):
    """Our own vector environment and gymnasium's of single ones."""
    fast = wrap_all(gym.make_vec(ID, num_envs=3, autoreset_mode=mode, horizon=HORIZON, max_episode_steps=limit))
    makes = [lambda: wrap(gym.make(ID, horizon=HORIZON, max_episode_steps=limit))] * 3
    return fast, SyncVectorEnv(makes, autoreset_mode=mode)


def plays_alike(fast, slow, steps=20):
    generator = np.random.default_rng(0)
    assert same(fast.reset(seed=3)[0], slow.reset(seed=3)[0])
    for step in range(steps):
        actions = generator.uniform(-1.0, 1.0, fast.action_space.shape).astype(np.float32)
        one, other = fast.step(actions), slow.step(actions)
        assert all(np.array_equal(a, b) for a, b in zip(one[:4], other[:4], strict=True)), step
        assert ("final_obs" in one[4]) == ("final_obs" in other[4])
        for mine, theirs in zip(one[4].get("final_obs", ()), other[4].get("final_obs", ()), strict=True):
            assert np.array_equal(mine, theirs)
        over = one[2] | one[3]
        if fast.metadata["autoreset_mode"] is AutoresetMode.DISABLED and over.any():
            options = {"reset_mask": over}
            assert same(fast.reset(options=dict(options))[0], slow.reset(options=dict(options))[0])


@every_mode
@every_limit
def test_make_vec_truncates_as_gymnasiums_time_limit_does(mode, limit):
    fast, slow = both(mode, limit)
    plays_alike(fast, slow)


@every_mode
@pytest.mark.parametrize("limit", [4, 50])
def test_lifetimes_of_episodes_with_a_limit_are_those_of_single_environments(mode, limit):
    fast, slow = both(
        mode,
        limit,
        lambda env: LifetimeObservation(env, episodes=2),
        lambda env: VectorLifetimeObservation(env, episodes=2),
    )
    plays_alike(fast, slow)


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "3", True, np.nan], ids=repr)
def test_a_limit_that_is_no_number_of_steps_is_refused_by_name(wrong):
    for make in (lambda **how: gym.make_vec(ID, **how), lambda **how: SharedVecEnv(ID, **how)):
        with pytest.raises(ValueError, match="^max_episode_steps must be an integer at least 1, got"):
            make(max_episode_steps=wrong)


def test_ports_that_share_a_policy_are_truncated_together_and_go_on():
    shared, copies = SharedTaskVectorEnv(ID, copies=2, horizon=HORIZON, max_episode_steps=4), 2
    whole = SharedTaskVectorEnv(ID, copies=2, horizon=HORIZON)
    ports = shared.task.ports
    for env in (shared, whole):
        env.reset(seed=1)
    actions = np.zeros(shared.action_space.shape, np.float32)
    for step in range(1, 10):
        _, _, terminated, truncated, infos = shared.step(actions)
        seen = whole.step(actions)[0] if step <= 4 else None
        assert not terminated.any()
        assert truncated.tolist() == [step % 4 == 0] * copies * ports
        if step == 4:
            assert np.array_equal(np.stack(infos["final_obs"]), seen)


def test_stable_baselines3_is_told_of_the_truncation():
    env = SharedVecEnv(ID, copies=1, horizon=HORIZON, max_episode_steps=4)
    env.reset()
    for step in range(1, 9):
        _, _, dones, infos = env.step(np.zeros((env.num_envs, *env.action_space.shape), np.float32))
        assert dones.tolist() == [step % 4 == 0] * env.num_envs
        assert [info["TimeLimit.truncated"] for info in infos] == dones.tolist()
        assert all(info["episode"]["l"] == 4 for info in infos if "episode" in info)
    at_the_end = SharedVecEnv(ID, copies=1, horizon=HORIZON, max_episode_steps=HORIZON)
    at_the_end.reset()
    for _ in range(HORIZON):
        _, _, dones, infos = at_the_end.step(np.zeros((env.num_envs, *env.action_space.shape), np.float32))
    assert dones.all()
    assert not any(info["TimeLimit.truncated"] for info in infos), "an episode that has ended was not cut"
