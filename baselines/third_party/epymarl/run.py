"""EPyMARL is on no package index, so it did NOT run here. What ran is what its `gymma` wrapper does with an
environment, written down anew, under the smallest learner that takes it: a linear Q-function for each port.

`BadgerTuple/...` has a Discrete action for each port. The time limit is one step more than an episode has: at the limit
itself, newer versions of EPyMARL take the end of the episode for a timeout. PyMARLzoo+ 1.1.0, a relative that can be
installed, wants numpy below 2 and PettingZoo 1.24.3, with which this package does not run.
"""

import gymnasium as gym
import numpy as np
from gymnasium.wrappers import TimeLimit

# page: begin
EPYMARL = """
python src/main.py --config=qmix --env-config=gymma
    with env_args.key=badger_envs:BadgerTuple/HiddenXOR-v0 env_args.time_limit=4
"""
# page: end
EPISODES, RATE, EXPLORE = 40, 0.02, 0.3


class Gymma:
    """What `gymma` asks of an environment, and gives to its runners."""

    def __init__(self, key, time_limit, seed, **arguments):
        self.env = TimeLimit(gym.make(key, max_episode_steps=time_limit, **arguments), max_episode_steps=time_limit)
        self.agents, self.limit = self.env.unwrapped.n_agents, time_limit
        self.actions = max(space.n for space in self.env.action_space)
        self.size = max(gym.spaces.flatdim(space) for space in self.env.observation_space)
        self.env.reset(seed=seed)

    def observed(self, observations):
        spaces = self.env.observation_space
        assert len(observations) == len(spaces) == self.agents
        flat = [gym.spaces.flatten(space, seen) for space, seen in zip(spaces, observations, strict=True)]
        return np.stack([np.pad(seen, (0, self.size - len(seen))) for seen in flat])

    def reset(self):
        observations, _ = self.env.reset()
        return self.observed(observations)

    def step(self, actions):
        observations, reward, terminated, truncated, info = self.env.step([int(action) for action in actions])
        assert not truncated
        assert np.ndim(reward) == np.ndim(terminated) == 0
        return self.observed(observations), float(reward), terminated, {name: 0 + value for name, value in info.items()}

    def available(self):
        valid = [gym.spaces.flatdim(space) for space in self.env.action_space]
        return np.array([[action < count for action in range(self.actions)] for count in valid])


def contract(id):
    key = f"badger_envs:{id.replace('Badger/', 'BadgerTuple/')}"
    env = Gymma(key, time_limit=gym.make(key).unwrapped.task.horizon + 1, seed=0)
    draws, ports, steps = np.random.default_rng(0), np.arange(env.agents), 0
    weights = np.zeros((env.agents, env.actions, env.size + 1))
    yield lambda: weights
    stats = {}
    for _ in range(EPISODES):
        seen, over = env.reset(), False
        while not over:
            inputs = np.concatenate([seen, np.ones((env.agents, 1))], axis=1)
            values = np.where(env.available(), np.einsum("paf,pf->pa", weights, inputs), -np.inf)
            explores = draws.random(env.agents) < EXPLORE
            actions = np.where(explores, draws.integers(env.actions, size=env.agents), values.argmax(axis=1))
            seen, reward, over, info = env.step(actions)
            after = np.concatenate([seen, np.ones((env.agents, 1))], axis=1)
            later = 0.0 if over else np.einsum("paf,pf->pa", weights, after).max(axis=1)
            error = reward + later - values[ports, actions]
            weights[ports, actions] += RATE * error[:, None] * inputs / (inputs**2).sum(axis=1, keepdims=True)
            steps += 1
        stats = {name: stats.get(name, 0) + info.get(name, 0) for name in {*stats, *info}}
    assert np.isfinite(list(stats.values())).all()
    return steps


RUNS = {"what `gymma` asks for, not EPyMARL itself": contract}
