import numpy as np
import pytest
import torch

from agents import Badger, BadgerConfig, Monolithic, MonolithicConfig
from badger_envs.core.episodes import EpisodeSet, episode_keys
from baselines.outer_loops.named_episodes import NamedEpisodesPolicy

KEYS = episode_keys(0, np.arange(6), EpisodeSet.TEST)
CONFIGS = {
    "random identities": {"identity": "random"},
    "a random topology": {"identity": "random", "topology": "random"},
    "bonds": {"identity": "random", "membrane": "bonds", "experts": 4},
    "flags": {"turns": "flags"},
}


def make(name):
    torch.manual_seed(0)
    return Badger(BadgerConfig(3, hidden_size=4, message_size=2, **CONFIGS[name]))


def actions(policy, batches):
    found = []
    for batch in batches:
        policy.reset(batch)
        observation = np.random.default_rng(0).random((1, 9), np.float32).repeat(batch, axis=0)
        found += list(policy.act(observation, np.zeros(batch, np.float32)))
    return np.array(found)


@pytest.mark.parametrize("name", CONFIGS)
def test_named_episodes_are_the_same_at_every_batch_size_and_in_every_order(name):
    agent = make(name)
    at_once = actions(NamedEpisodesPolicy(agent, 3, episodes=KEYS, seed=5), [6])
    np.testing.assert_allclose(
        actions(NamedEpisodesPolicy(agent, 3, episodes=KEYS, seed=5), [1, 2, 3]), at_once, atol=1e-6
    )
    back = actions(NamedEpisodesPolicy(agent, 3, episodes=KEYS[::-1].copy(), seed=5), [6])
    np.testing.assert_allclose(back[::-1], at_once, atol=1e-6)


@pytest.mark.parametrize("name", CONFIGS)
def test_named_episodes_differ_by_episode_and_by_seed(name):
    agent = make(name)
    one, two = (actions(NamedEpisodesPolicy(agent, 3, episodes=KEYS, seed=seed), [6]) for seed in (5, 6))
    assert (one != two).any()
    assert (one[1:] != one[:1]).any()


def test_named_episodes_do_not_matter_to_an_agent_without_chance():
    agent = Monolithic(MonolithicConfig(3, ports=3, hidden_size=4))
    found = actions(NamedEpisodesPolicy(agent, 3, episodes=KEYS, seed=5), [6])
    assert (found == found[:1]).all()


def test_named_episodes_refuse_more_than_there_are_and_what_is_no_key():
    policy = NamedEpisodesPolicy(make("flags"), 3, episodes=KEYS, seed=0)
    policy.reset(4)
    with pytest.raises(ValueError, match=r"batch must be an integer in \[1, 2\], got 3"):
        policy.reset(3)
    with pytest.raises(ValueError, match="episodes must be keys"):
        NamedEpisodesPolicy(make("flags"), 3, episodes=np.arange(6), seed=0)
    with pytest.raises(ValueError, match="seed must be"):
        NamedEpisodesPolicy(make("flags"), 3, episodes=KEYS, seed=-1)
