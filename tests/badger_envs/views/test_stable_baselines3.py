"""The parameter-sharing view as stable-baselines3 takes it: what its trainers ask an environment for."""

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor

from badger_envs import EpisodeSet, episode_keys
from badger_envs.views.stable_baselines3 import SharedVecEnv
from tests.helpers.cases import every_case

ID = "Badger/Guessing-v0"


@every_case
def test_shared_vec_env_tells_the_return_and_the_length_of_every_episode_as_vec_monitor_does(spec, arguments):
    env, watched = (
        SharedVecEnv(spec.id, copies=2, **arguments),
        VecMonitor(SharedVecEnv(spec.id, copies=2, **arguments)),
    )
    for each in (env, watched):
        each.seed(1)
        each.reset()
    generator, seen, horizon = np.random.default_rng(0), 0, env.shared.task.horizon
    for _ in range(2 * horizon):
        actions = generator.uniform(-1, 1, (env.num_envs, *env.action_space.shape)).astype(np.float32)
        _, _, ended, infos = env.step(actions)
        theirs = watched.step(actions)[3]
        for row in np.flatnonzero(ended):
            own, expected = infos[row]["episode"], theirs[row]["episode"]
            assert own["l"] == expected["l"]
            assert own["r"] == pytest.approx(expected["r"], rel=1e-4, abs=1e-4)
            assert own["t"] >= 0.0
            seen += 1
        assert all("episode" not in infos[row] for row in np.flatnonzero(~ended))
    assert seen == 2 * env.num_envs


def test_a_trainer_reports_mean_returns_without_a_monitor():
    env = SharedVecEnv(ID, copies=2, horizon=4)
    model = PPO("MlpPolicy", env, n_steps=8, batch_size=16, n_epochs=1, device="cpu").learn(64)
    assert len(model.ep_info_buffer) > 0
    assert model.ep_info_buffer[0]["l"] == 4


def test_dqn_trains_on_a_joint_action():
    env = SharedVecEnv("Badger/MeshRouting-v0", copies=2, bins=2, joint=True, ports=4, horizon=5)
    assert env.action_space.n == 2**4
    DQN("MlpPolicy", env, learning_starts=8, batch_size=8, buffer_size=100, device="cpu").learn(64)


@every_case
def test_shared_vec_env_tells_reset_infos_and_applies_options_once(spec, arguments):
    env = SharedVecEnv(spec.id, copies=2, **arguments)
    task, ports = env.shared.task, env.shared.task.ports

    def shown(number):
        return task.observation(task.initial(episode_keys(0, number, EpisodeSet.TEST)))[0]

    env.reset()
    assert set(env.reset_infos[0]) >= set(task.state_info(task.initial(episode_keys(0, 0))))
    env.set_options({"episode": 12})
    assert np.array_equal(env.reset(), np.concatenate([shown(12), shown(12)]))
    env.seed(3)
    assert np.array_equal(
        env.reset(), task.observation(task.initial(episode_keys([3, 4], 0))).reshape(env.num_envs, -1)
    )
    env.set_options([{"episode": 12}] * ports + [{"episode": np.int64(13)}] * ports)
    assert np.array_equal(env.reset(), np.concatenate([shown(12), shown(13)]))
    before = [dict(info) for info in env.reset_infos]
    for _ in range(task.horizon):
        env.step(np.zeros((env.num_envs, *env.action_space.shape), np.float32))
    assert all(set(info) == set(first) for info, first in zip(env.reset_infos, before, strict=True))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epsiode": 1}, "options must be among 'episode', got 'epsiode'"),
        ({"episode": 1.5}, r"options\['episode'\] must be an integer in \[0, 4294967295\], got 1.5"),
        ({"episode": -1}, r"options\['episode'\] must be an integer in"),
        ([{"episode": 1}], "options must be a dict, or 6 of them, got 1"),
        ([{"episode": number} for number in range(6)], "must be the same for all 3 ports of a copy"),
        ([{"episode": 1}] * 3 + [{}] * 3, r"options\['episode'\] must be there for all copies or for none"),
    ],
)
def test_set_options_refuses_what_cannot_be_applied(options, message):
    env = SharedVecEnv(ID, copies=2)
    with pytest.raises(ValueError, match=message):
        env.set_options(options)


def test_seed_and_options_of_single_environments_reach_them_through_a_dummy_vec_env():
    env = DummyVecEnv([lambda: gym.make(ID)])
    env.set_options({"episode": 3})
    task = env.envs[0].unwrapped.task
    expected = task.observation(task.initial(episode_keys(0, 3, EpisodeSet.TEST))).reshape(1, -1)
    assert np.array_equal(env.reset(), expected)
