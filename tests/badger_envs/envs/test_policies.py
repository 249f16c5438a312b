import gymnasium as gym
import numpy as np
import pytest

import badger_envs  # noqa: F401
from badger_envs.envs.guessing.policies import Probe
from badger_envs.envs.guessing.task import Guessing
from badger_envs.evaluation import evaluate


@pytest.mark.parametrize("dims", range(1, 20))
def test_probe_finds_every_target_through_the_public_gymnasium_api_alone(dims):
    # In a life of 20 steps the output is exact after dims + 1 errors, of which reset shows the first.
    env = gym.make("Badger/Guessing-v0", dims=dims)
    policy = Probe(Guessing(dims=dims))
    for episode in range(50):
        observation, info = env.reset(seed=episode)
        policy.reset(1)
        reward, terminated = 0.0, False
        for step in range(20):
            assert not terminated
            action = policy.act(observation[None], np.asarray([reward], np.float32))[0]
            observation, reward, terminated, _, info = env.step(action)
            if step >= dims:
                assert info["error"] < 1e-6
        assert terminated
        assert info["error"] < 1e-6


def test_probe_is_exact_in_the_worst_of_many_episodes():
    result = evaluate(Probe(Guessing(dims=18)), "Badger/Guessing-v0", dims=18, episodes=20_000, batch=20_000)
    assert result.metrics["error"].max() < 1e-6


def test_probe_needs_only_the_first_port_to_hear_the_error():
    task = Guessing(dims=5, feedback="first")
    assert evaluate(Probe(task), "Badger/Guessing-v0", **task.arguments()).metrics["error"].max() < 1e-6
