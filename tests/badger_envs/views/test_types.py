"""What is of the wrong type is refused by name in every view: actions, seeds and options alike."""

import gymnasium as gym
import numpy as np
import pettingzoo
import pytest
import torch

from badger_envs import ReferenceReturns
from badger_envs.core.episodes import episode_keys
from badger_envs.statistics import interquartile_mean
from badger_envs.views.stable_baselines3 import SharedVecEnv
from tests.helpers.views import VIEWS, Player, every_view

ID = "Badger/HiddenXOR-v0"

WRONG = {
    "text": lambda good: good.astype(str),
    "text in a list": lambda good: good.astype(str).tolist(),
    "bytes": lambda good: bytearray(good.size),
    "truths": lambda good: good > 0,
    "truths among numbers": lambda good: _first(good, True),
    "numpy's truths among numbers": lambda good: _first(good, np.True_),
    "complex": lambda good: good * 1j,
    "objects": lambda good: good.astype(object),
    "nothing": lambda good: None,
    "nothing among numbers": lambda good: _first(good, None),
    "masked": lambda good: np.ma.masked_array(good, mask=True),
    "days": lambda good: good.astype("datetime64[D]"),
    "a set": lambda good: {0, 1, 2},
    "a dictionary": lambda good: dict.fromkeys(range(good.size), 0),
    "a tensor of truths": lambda good: torch.from_numpy(good > 0),
    "a tensor that wants a gradient": lambda good: torch.ones(good.shape, requires_grad=True),
    "a tensor of a type that numpy has not": lambda good: torch.ones(good.shape, dtype=torch.bfloat16),
    "rows of different lengths": lambda good: [[0.0], [0.0, 0.0]],
}


def _first(good, value):
    """An action in lists, in which another value is the first one."""
    entries = good.astype(object)
    entries.flat[0] = value
    return entries.tolist()


def begun(view, bins):
    env = VIEWS[view](ID, **({} if bins is None or "channel" in view or view == "tuples" else {"bins": bins}))
    Player(env).reset(seed=1)
    return env


def act(env, wrong):
    """One step in which somebody does what `wrong` makes of an action."""
    if hasattr(env, "agent_selection"):
        return env.step(wrong(_sample(env.action_space(env.agent_selection))))
    if isinstance(env, pettingzoo.ParallelEnv):
        good = {agent: _sample(env.action_space(agent)) for agent in env.agents}
        last = env.agents[-1]
        return env.step(good | {last: wrong(good[last])})
    if isinstance(env.action_space, gym.spaces.Tuple):
        *others, last = map(_sample, env.action_space)
        return env.step((*others, wrong(last)))
    if isinstance(env, SharedVecEnv):
        return env.step(wrong(np.stack([_sample(env.action_space) for _ in range(env.num_envs)])))
    return env.step(wrong(_sample(env.action_space)))


def _sample(space):
    space.seed(3)
    return np.atleast_1d(np.asarray(space.sample()))


@every_view
@pytest.mark.parametrize("bins", [None, 2], ids=["numbers", "bins"])
@pytest.mark.parametrize("what", WRONG)
def test_an_action_of_another_type_is_refused_by_name_and_the_episode_goes_on(view, bins, what):
    env = begun(view, bins)
    before = np.array(_seen(env))
    with pytest.raises(ValueError, match=r"^actions? (of port_\d )?must (be|have|lie)"):
        act(env, WRONG[what])
    assert np.array_equal(_seen(env), before)
    other = begun(view, bins)
    for each in (env, other):
        act(each, lambda good: np.zeros_like(good))
    assert np.array_equal(_seen(env), _seen(other))


def _seen(env):
    if hasattr(env, "unwrapped") and hasattr(env.unwrapped, "state"):
        return env.unwrapped.state()
    return env.shared._episodes.state() if isinstance(env, SharedVecEnv) else env._episodes.state()


@pytest.mark.parametrize("bins", [None, 2], ids=["numbers", "bins"])
@pytest.mark.parametrize("wrong", [b"\0\1\0", {0, 1, 2}, {0: 0, 1: 0, 2: 0}, np.array(0.5), "012", 3], ids=repr)
def test_a_tuple_of_actions_is_in_order(bins, wrong):
    env = VIEWS["tuples"](ID) if bins is None else gym.make("BadgerTuple/HiddenXOR-v0")
    env.reset(seed=1)
    with pytest.raises(ValueError, match="^action must have an entry for each of 3 ports, got"):
        env.unwrapped.step(wrong)


SEEDS = {
    "a truth": True,
    "a fraction": 1.0,
    "text": "1",
    "negative": -1,
    "very negative": -(2**70),
    "not a number": float("nan"),
    "complex": 1j,
    "an array of one": np.array([1]),
    "an array of no axes": np.array(1.0),
    "a dictionary": {"seed": 1},
    "a tensor": torch.tensor(1.0),
    "bytes": b"1",
}


@every_view
@pytest.mark.parametrize("what", SEEDS)
def test_a_seed_of_another_type_is_refused_by_name(view, what):
    env = VIEWS[view](ID)
    with pytest.raises(ValueError, match="^seed must be"):
        Player(env).reset(seed=SEEDS[what])


@every_view
def test_a_seed_of_any_size_and_of_numpys_types_is_the_same_in_every_view(view):
    env = VIEWS[view](ID)
    for one, other in ((2**100, 2**100), (np.int64(5), 5), (np.uint8(7), 7)):
        assert repr(Player(env).reset(seed=one)) == repr(Player(env).reset(seed=other))


OPTIONS = {
    "text": "episode",
    "a list": ["episode"],
    "a number": 3,
    "nothing": 0,
    "no text": "",
    "another name": {"episodes": 3},
    "another kind of name": {3: 3},
    "a fraction": {"episode": 1.0},
    "a truth": {"episode": True},
    "text for a number": {"episode": "1"},
    "no number": {"episode": None},
    "negative": {"episode": -1},
    "huge": {"episode": 2**70},
    "masked": {"episode": np.ma.masked_array([1, 2, 3], mask=True)},
    "truths among numbers": {"episode": [True, 1, 2]},
    "a tensor that wants a gradient": {"episode": torch.ones(3, requires_grad=True)},
}


@every_view
@pytest.mark.parametrize("what", OPTIONS)
def test_an_option_of_another_type_is_refused_by_name(view, what):
    env = VIEWS[view](ID)
    take = env.set_options if isinstance(env, SharedVecEnv) else lambda options: env.reset(options=options)
    with pytest.raises(ValueError, match="^options"):
        take(OPTIONS[what])


@pytest.mark.parametrize(
    "wrong", [[{"episode": 1}] * 3 + [{}] * 3, [{"episode": 1}, {"episode": True}, {"episode": 1}] * 2], ids=repr
)
def test_options_for_each_are_looked_at_one_by_one(wrong):
    env = SharedVecEnv(ID, copies=2)
    with pytest.raises(ValueError, match=r"^options\['episode'\] must be"):
        env.set_options(wrong)


@pytest.mark.parametrize("wrong", [["1"], [1j], np.ma.masked_array([1.0, 2.0], mask=[True, False]), [None]], ids=repr)
def test_statistics_and_scores_cut_no_types(wrong):
    with pytest.raises(ValueError, match="^scores must be numbers"):
        interquartile_mean(wrong)
    with pytest.raises(ValueError, match="^returns must be numbers"):
        ReferenceReturns(0.0, 1.0, 0.0, 1.0).score(wrong)


@pytest.mark.parametrize("wrong", ["1", True, None, np.nan, np.inf, 1j, [1.0], np.array(1.0)], ids=repr)
def test_known_returns_are_finite_numbers(wrong):
    known = {"chance": 0.0, "reference": 1.0, "lowest": 0.0, "highest": 1.0, "local_optima": {"half": 0.5}}
    for name in ("chance", "reference", "lowest", "highest"):
        with pytest.raises(ValueError, match=f"^{name} must be a finite number, got"):
            ReferenceReturns(**{**known, name: wrong})
    with pytest.raises(ValueError, match=r"^local_optima\['half'\] must be a finite number, got"):
        ReferenceReturns(**{**known, "local_optima": {"half": wrong}})
    assert type(ReferenceReturns(**{**known, "chance": np.float32(0.5)}).chance) is float


@pytest.mark.parametrize(
    "wrong", [[True, 1], [1.0], ["1"], np.ma.masked_array([1], mask=True), bytearray(1), None], ids=repr
)
def test_names_of_episodes_cut_no_types(wrong):
    with pytest.raises(ValueError, match="^seeds must be integers"):
        episode_keys(wrong, 0)
    with pytest.raises(ValueError, match="^indices must be integers"):
        episode_keys(0, wrong)
