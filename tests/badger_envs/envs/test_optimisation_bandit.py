"""The bandit worked out by hand, and the levels that its page claims."""

import gymnasium as gym
import numpy as np
import pytest

from badger_envs import Optimisation
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.rollout import rollout
from badger_envs.envs.optimisation.arms import pulled
from badger_envs.registry import get_spec, reference_returns
from badger_envs.testing import check_task

SPEC = get_spec("Badger/Optimisation-v0")
LEVELS = {
    # Arms, steps, rent -> mean error of the reference and of the levels below it.
    (3, 20, 0.0): {"reference": 0.65, "greedy": 0.67},
    (5, 40, 0.0): {"reference": 0.50, "greedy": 0.55},
    (10, 40, 0.0): {"reference": 0.44, "greedy": 0.51},
    (5, 40, 0.5): {"reference": 0.60, "threshold": 0.74, "all_bid": 1.00},
    (5, 40, 1.0): {"reference": 0.69, "threshold": 0.87, "all_bid": 1.50},
    (10, 40, 1.0): {"reference": 0.54, "threshold": 0.83, "all_bid": 1.44},
}
"""As the page says."""


def bandit(**arguments):
    return Optimisation(landscape="bandit", **arguments)


def begun(task, luck=None, chances=None, **how):
    state = task.initial(episode_keys(0, np.arange(1)), **how)
    if luck is not None:
        state = state._replace(luck=np.asarray([luck], np.float32), hidden=np.asarray([chances], np.float32))
    return state


def played(task, state, *outputs):
    """What is rewarded and what each port is shown of it, for each of the outputs."""
    rewards, heard = [], []
    for output in outputs:
        action = np.asarray(output, np.float32)[None, :, None]
        following = task.transition(state, action)
        rewards.append(float(task.reward(state, action, following)[0]))
        heard.append(task.observation(following)[0, :, 1].tolist())
        state = following
    return rewards, heard


def mean_error(task, level, episodes=4000):
    """Mean error of a step by the policy of a level, and four standard errors of it."""
    policy = SPEC.policy(level, task)
    returns = rollout(task, policy, episode_keys(0, np.arange(episodes), EpisodeSet.TEST)).returns / task.horizon
    return -returns.mean(), 4.0 * returns.std() / np.sqrt(episodes)


def test_largest_output_is_pulled_and_pays_as_often_as_its_arm_does():
    task = bandit(dims=3, horizon=3)
    state = begun(task, luck=[0.9, 0.6, 0.4, 0.9], chances=[0.5, 0.7, 0.2])
    assert task.observation(state)[0].tolist() == [[0.0, 1.0, 1.0]] * 3  # nothing was pulled yet
    # An arm does not pay where luck is below 1 - its chance: .3, .5 and .8.
    rewards, heard = played(task, state, [0.1, 0.3, 0.2], [0.3, 0.2, 0.3], [-1.0, -1.0, -0.5])
    assert rewards == [0.0, -2.0, 0.0]
    assert heard == [[0.0] * 3, [2.0] * 3, [0.0] * 3]


def test_first_of_the_largest_is_pulled():
    outputs = np.asarray([[0.0, 0.0, 0.0], [-1.0, 0.5, 0.5], [-0.2, -0.3, -0.1]], np.float32)
    assert pulled(outputs).tolist() == [[True, False, False], [False, True, False], [False, False, True]]


def test_feedback_winner_is_heard_by_the_port_that_was_pulled_alone():
    task = bandit(dims=3, horizon=2, feedback="winner")
    state = begun(task, luck=[0.9, 0.6, 0.1], chances=[0.5, 0.7, 0.2])
    assert task.observation(state)[0, :, 1].tolist() == [-1.0] * 3
    _, heard = played(task, state, [0.1, 0.3, 0.2], [0.3, 0.2, 0.2])
    assert heard == [[-1.0, 0.0, -1.0], [2.0, -1.0, -1.0]]


def test_feedback_first_is_heard_by_the_first_port_whoever_was_pulled():
    task = bandit(dims=2, horizon=1, feedback="first")
    _, heard = played(task, begun(task, luck=[0.0, 0.1], chances=[0.5, 0.7]), [0.0, 0.5])
    assert heard == [[2.0, 0.0]]


def test_rent_is_paid_by_all_who_bid_and_where_nobody_bids_nobody_works():
    task = bandit(dims=4, horizon=4, rent=0.5, feedback="winner")
    state = begun(task, luck=[0.0, 0.9, 0.1, 0.1, 0.9], chances=[0.5, 0.5, 0.5, 0.5])
    outputs = [0.2, -1.0, -1.0, -1.0], [0.1, 0.2, 0.3, 0.4], [0.0, 0.0, -0.1, -1.0], [0.0, 0.5, 0.1, 0.0]
    rewards, heard = played(task, state, *outputs)
    assert rewards == [-0.125, -2.5, -1.0, -0.25]
    assert heard == [[0.125, -1, -1, -1], [-1, -1, -1, 2.5], [-1, -1, -1, -1], [-1, 0.25, -1, -1]]


def test_inner_episodes_have_the_same_arms_and_other_luck():
    task = bandit(dims=3)
    first, later = begun(task), begun(task, inner_episode=1)
    assert np.array_equal(first.hidden, later.hidden)
    assert not (first.luck == later.luck).any()


@pytest.mark.parametrize(("arms", "steps", "rent"), LEVELS)
def test_policies_reach_the_levels_of_the_page(arms, steps, rent):
    task = bandit(dims=arms, horizon=steps, rent=rent, feedback="winner" if rent else "all")
    levels = reference_returns(task)
    for level, expected in LEVELS[arms, steps, rent].items():
        known = levels.reference if level == "reference" else levels.local_optima[level]
        assert -known / steps == pytest.approx(expected, abs=0.006)
        error, tolerance = mean_error(task, level)
        assert abs(error - -known / steps) < tolerance


def test_own_bids_solve_the_bandit_without_messages():
    together, alone = bandit(dims=5), bandit(dims=5, feedback="winner")
    assert mean_error(together, "reference", 1000) == mean_error(alone, "all_bid", 1000)


@pytest.mark.parametrize("level", ["all_bid", "threshold"])
def test_ports_that_bid_for_themselves_need_no_messages(level):
    task = bandit(dims=3, feedback="winner", rent=0.5)
    one, other = SPEC.policy(level, task), SPEC.policy(level, task)
    one.reset(1), other.reset(1)
    env = gym.make("Badger/Optimisation-v0", **task.arguments()).unwrapped
    seen, _ = env.reset(seed=3)
    for _ in range(task.horizon):
        changed = seen.reshape(3, 3).copy()
        changed[1:, :2] = (1.0, -1.0)  # what the other ports put out and hear
        own, also = (policy.act(each.reshape(1, -1), None)[0] for policy, each in ((one, seen), (other, changed)))
        assert own[0] == also[0]
        seen, *_ = env.step(own)


def test_nobody_bids_in_lives_too_short_to_earn_the_rent():
    known = reference_returns(bandit(horizon=7, rent=0.5))
    assert known.reference == known.chance == -7.0
    assert reference_returns(bandit(horizon=1)).reference == -1.0


@pytest.mark.parametrize("arguments", [{"feedback": "first"}, {"objective": "last_step", "rent": 1.0, "horizon": 10}])
def test_bandit_keeps_the_contract(arguments):
    check_task(bandit(dims=2, **arguments), shared_fields=("hidden",))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"dims": 1}, "dims with landscape='bandit' must be an integer at least 2, got 1"),
        ({"noise": 0.1}, "noise must be 0 with landscape='bandit', .*, got 0.1"),
        ({"rent": 1.5}, r"rent must be a number in \[0, 1\], got 1.5"),
        ({"rent": -0.5}, r"rent must be a number in \[0, 1\], got -0.5"),
        ({"feedback": "loser"}, "feedback must be one of 'all', 'first', 'winner', got 'loser'"),
    ],
)
def test_bandit_refuses_bad_arguments_by_name(arguments, error):
    with pytest.raises(ValueError, match=error):
        bandit(**arguments)


def test_text_says_how_often_each_arm_was_pulled_and_paid():
    env = gym.make("Badger/Optimisation-v0", dims=2, landscape="bandit", rent=0.5, render_mode="ansi")
    env.reset(seed=1)
    for output in ([0.5, -1.0], [0.2, 0.9], [0.0, -0.5]):
        env.step(np.asarray(output, np.float32))
    lines = env.render().splitlines()
    assert "step 3/40  bandit  nobody bids     error 1.00" in lines[0]
    assert [line.split()[5] for line in lines[1:]] == ["1", "1"]
    assert lines[2].endswith("output -0.50")
