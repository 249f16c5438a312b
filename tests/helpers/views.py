"""Every view of an id, and one way to play all of them, for tests of what holds for each."""

from copy import deepcopy

import gymnasium as gym
import numpy as np
import pettingzoo
import pytest

from badger_envs import Channel, LifetimeObservation, VectorLifetimeObservation
from badger_envs.views import SharedTaskVectorEnv, TupleTaskEnv
from badger_envs.views.stable_baselines3 import SharedVecEnv
from tests.helpers.agents import make_agents

CHANNEL = Channel(size=2)
VIEWS = {
    "gymnasium": lambda id, **how: gym.make(id, **how),
    "vector": lambda id, **how: gym.make_vec(id, num_envs=3, **how),
    "vector, same step": lambda id, **how: gym.make_vec(id, num_envs=3, autoreset_mode="SameStep", **how),
    "parallel": lambda id, **how: make_agents("parallel", id, **how),
    "parallel, channel": lambda id, **how: make_agents("parallel", id, channel=CHANNEL, **how),
    "tuples": lambda id, **how: TupleTaskEnv(id, channel=CHANNEL, **how),
    "aec": lambda id, **how: make_agents("aec", id, **how),
    "shared": lambda id, **how: SharedTaskVectorEnv(id, copies=2, **how),
    "shared, channel": lambda id, **how: SharedTaskVectorEnv(id, copies=2, channel=CHANNEL, **how),
    "stable_baselines3": lambda id, **how: SharedVecEnv(id, copies=2, **how),
    "many rl2": lambda id, **how: VectorLifetimeObservation(gym.make_vec(id, num_envs=3, **how), episodes=2),
    "rl2": lambda id, **how: LifetimeObservation(gym.make(id, **how), episodes=2),
}
every_view = pytest.mark.parametrize("view", VIEWS)


def nothing(said):
    """Leaves what comes out as it is."""


class Player:
    """Plays any view with actions of its own choice, the same for the same seed; `say` is given all that comes out."""

    def __init__(self, env, seed=0, say=nothing):
        self.env, self.say = env, say
        self.generator = np.random.default_rng(seed)

    def number(self, space):
        """An action of a Box space, or of a tuple of these."""
        if isinstance(space, gym.spaces.Tuple):
            return tuple(self.number(each) for each in space)
        return self.generator.uniform(space.low, space.high).astype(space.dtype)

    def reset(self, **how):
        """Begin and return a copy of all that is said."""
        if isinstance(self.env, SharedVecEnv):
            self.env.seed(how.get("seed"))
            return self._copied(self.env.reset())
        said = self.env.reset(**how)
        return self._copied(self._aec() if hasattr(self.env, "agent_selection") else said)

    def step(self):
        """Play one step and return a copy of all that is said."""
        env = self.env
        if hasattr(env, "agent_selection"):
            return [self._agent_acts() for _ in range(len(env.possible_agents))]
        if isinstance(env, pettingzoo.ParallelEnv):
            if not env.agents:
                return self.reset()
            actions = {agent: self.number(env.action_space(agent)) for agent in env.agents}
        else:
            actions = self.number(env.action_space)
            if isinstance(env, SharedVecEnv):
                actions = self.generator.uniform(-1, 1, (env.num_envs, *env.action_space.shape)).astype(np.float32)
        said = self._copied(env.step(actions))
        self.say(actions)
        if isinstance(env, gym.Env) and (said[2] or said[3]):
            return said, self.reset()
        return said

    def _agent_acts(self):
        env = self.env
        if not env.agents or any(env.terminations.values()):
            return self.reset()
        action = self.number(env.action_space(env.agent_selection))
        env.step(action)
        self.say(action)
        return self._copied(self._aec())

    def _aec(self):
        return {agent: self.env.observe(agent) for agent in self.env.possible_agents}, self.env.last()

    def _copied(self, said):
        extras = [getattr(self.env, name, None) for name in ("state", "neighbours")]
        if isinstance(self.env, gym.Wrapper | gym.vector.VectorWrapper):
            extras = [getattr(self.env.unwrapped, name) for name in ("state", "neighbours")]
        said = (*said, *(extra() for extra in extras if extra is not None)) if isinstance(said, tuple) else said
        kept = deepcopy(said)
        if isinstance(self.env, SharedVecEnv) and isinstance(kept, tuple):
            for info in kept[3]:
                info.get("episode", {}).pop("t", None)  # seconds are never the same
        self.say(said)
        return kept


def spoil(said):
    """Write over every array in something nested, however deep: whoever was given it may do so."""
    if isinstance(said, dict):
        for value in said.values():
            spoil(value)
    elif isinstance(said, list | tuple) or (isinstance(said, np.ndarray) and said.dtype == object):
        for value in said:
            spoil(value)
    elif isinstance(said, np.ndarray):
        assert said.flags.writeable
        said[...] = np.logical_not(said) if said.dtype == np.bool_ else 7
