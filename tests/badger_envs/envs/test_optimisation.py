"""Landscapes worked out by hand, and the levels that their page claims."""

import copy

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import strategies as st

from badger_envs import Guessing, Optimisation
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.rollout import rollout
from badger_envs.envs.guessing.policies import Probe as GuessingProbe
from badger_envs.envs.optimisation.landscapes import curvatures
from badger_envs.envs.optimisation.lines import parabola, wedge
from badger_envs.envs.optimisation.returns import blind_error
from badger_envs.envs.optimisation.table import LANDSCAPES, kind_of
from badger_envs.registry import get_spec, reference_returns

SPEC = get_spec("Badger/Optimisation-v0")
NAMES = ("sphere", "ellipsoid", "absolute", "ripples", "peaks", "mixed")
ANY_TASK = {"horizon": st.integers(1, 12), "objective": st.sampled_from(["every_step", "last_step"])}
LANDSCAPE = st.fixed_dictionaries(
    {
        **ANY_TASK,
        "dims": st.integers(1, 6),
        "landscape": st.sampled_from(NAMES),
        "feedback": st.sampled_from(["all", "first"]),
        "noise": st.sampled_from([0.0, 0.1]),
    }
)
BANDIT = st.fixed_dictionaries(
    {
        **ANY_TASK,
        "dims": st.integers(2, 6),
        "landscape": st.just("bandit"),
        "feedback": st.sampled_from(["all", "first", "winner"]),
        "rent": st.sampled_from([0.0, 0.5, 1.0]),
    }
)
ARGUMENTS = LANDSCAPE | BANDIT
"""What the task takes, small enough to be played at once; for tests of what holds for any."""
ERRORS = {
    # Landscape -> mean error over 40 steps of 3 dimensions: reference, all outputs alike, evolution.
    "sphere": (0.05, 0.77, 0.56), "ellipsoid": (0.23, 0.63, 0.53), "absolute": (0.19, 0.79, 0.63),
    "ripples": (0.07, 0.80, 0.68), "peaks": (0.23, 0.40, 0.38), "mixed": (0.21, 0.67, 0.56),
}  # fmt: skip
"""As the page says."""


def begun(task, episodes=1, **how):
    return task.initial(episode_keys(0, np.arange(episodes)), **how)


def on(landscape, hidden, outputs):
    """The error of outputs on a landscape made of these numbers."""
    numbers, outputs = (np.asarray([values], np.float32) for values in (hidden, outputs))
    return float(LANDSCAPES[landscape].error(numbers, outputs)[0])


def test_sphere_plays_an_episode_worked_out_by_hand_as_the_guessing_game_does():
    task = Optimisation(dims=2, horizon=4, landscape="sphere")
    begin = begun(task)
    begin = task._arrived(np.asarray([[0.5, -1.0]], np.float32), begin.luck, begin.last[:, :, 0], begin.step)
    # 3 * (0.25 + 1) / 2
    assert task.observation(begin).tolist() == [[[0.0, 1.875, 1.0], [0.0, 1.875, 1.0]]]
    action = np.asarray([[[0.5], [-0.5]]], np.float32)
    after = task.transition(begin, action)
    # 3 * (0 + 0.25) / 2
    assert task.observation(after).tolist() == [[[0.5, 0.375, 0.75], [-0.5, 0.375, 0.75]]]
    assert task.reward(begin, action, after).tolist() == [-0.375]
    assert task.terminal(after).tolist() == [False]
    assert task.privileged(after).tolist() == [[0.5, -1.0]]
    assert task.state_info(after)["error"].tolist() == [0.375]


def test_ports_of_the_sphere_show_what_ports_of_the_guessing_game_show():
    ours, theirs = Optimisation(dims=4, horizon=9, landscape="sphere"), Guessing(dims=4, horizon=9)
    assert ours.port_bounds.low.tolist() == theirs.port_bounds.low.tolist()
    assert ours.port_bounds.high.tolist() == theirs.port_bounds.high.tolist()
    one, other = begun(ours, 5), begun(theirs, 5)
    for action in np.random.default_rng(0).uniform(-1, 1, (9, 5, 4, 1)).astype(np.float32):
        assert ours.observation(one) == pytest.approx(theirs.observation(other), rel=1e-5)
        one, other = ours.transition(one, action), theirs.transition(other, action)


def test_curves_by_hand():
    assert on("absolute", [0.5, -0.5], [0.0, 0.0]) == 1.0
    assert on("absolute", [0.5, -0.5], [0.5, 0.0]) == 0.5
    # A whole period off: 4/9 + .15 * 0; half a period off: 1/9 + .15 * 2; both over 1/3 + .15.
    assert on("ripples", [-2 / 3], [0.0]) == pytest.approx((4 / 9) / (1 / 3 + 0.15), rel=1e-5)
    assert on("ripples", [-1 / 3], [0.0]) == pytest.approx((1 / 9 + 0.3) / (1 / 3 + 0.15), rel=1e-5)


def test_ellipsoid_by_hand():
    # Rows 2 (1, 0) and 1 (0, 1): 3 / 2 (4 * 0.25 + 0.25).
    assert on("ellipsoid", [0.5, 0.5, 2.0, 0.0, 0.0, 1.0], [0.0, 0.0]) == pytest.approx(1.875)
    assert curvatures(np.asarray([[2.0]]), 3)[0] == pytest.approx([3 / 1.11, 0.3 / 1.11, 0.03 / 1.11])


def test_ellipsoids_are_turned_and_their_curvatures_sum_to_their_dimensions():
    hidden = begun(Optimisation(dims=3, landscape="ellipsoid"), 500).hidden
    rows = hidden[:, 3:].reshape(-1, 3, 3)
    assert np.square(rows).sum(axis=(1, 2)) == pytest.approx(np.full(500, 3.0), rel=1e-5)
    products = rows @ rows.transpose(0, 2, 1)
    assert np.abs(products * (1.0 - np.eye(3))).max() < 1e-5  # orthogonal axes
    longest = rows[:, 0] / np.linalg.norm(rows[:, 0], axis=1, keepdims=True)
    assert np.square(longest).mean(axis=0) == pytest.approx(np.full(3, 1 / 3), abs=0.06)  # in any direction


def test_peaks_by_hand():
    centres, heights = np.zeros((8, 2)), np.full(8, 0.3)
    centres[0], heights[0] = (0.5, 0.5), 1.0
    hidden = [*centres.ravel(), *heights]
    assert on("peaks", hidden, [0.5, 0.5]) == 0.0
    assert on("peaks", hidden, [0.0, 0.0]) == pytest.approx(1 - np.exp(-0.5 / (4 * 0.35**2)), rel=1e-5)
    assert on("peaks", hidden, [-1.0, 0.0]) == pytest.approx(1 - 0.3 * np.exp(-1.0 / (4 * 0.35**2)), rel=1e-5)


def test_mixed_is_each_of_the_others_equally_often_and_says_which_to_people_only():
    task = Optimisation(dims=2)
    state, outputs = begun(task, 2000), np.full((2000, 2), 0.3, np.float32)
    kinds = [kind_of("mixed", row) for row in state.hidden]
    for name in NAMES[:-1]:
        rows = np.asarray([kind == name for kind in kinds])
        assert rows.mean() == pytest.approx(0.2, abs=0.04)
        place = 0
        for other in NAMES[: NAMES.index(name)]:
            place += LANDSCAPES[other].count(2)
        numbers = state.hidden[rows, place : place + LANDSCAPES[name].count(2)]
        assert np.array_equal(
            LANDSCAPES[name].error(numbers, outputs[rows]), task.ground.error(state.hidden, outputs)[rows]
        )
    assert "mixed" not in kinds


@pytest.mark.parametrize("name", NAMES)
def test_lowest_place_errs_0_and_the_output_0_as_the_page_says(name):
    task = Optimisation(dims=3, landscape=name)
    state = begun(task, 20_000)
    best = task.ground.best(state.hidden, 3)
    assert task.ground.error(state.hidden, best) == pytest.approx(np.zeros(20_000), abs=1e-6)
    expected = {"peaks": 0.549, "mixed": 0.910}.get(name, 1.0)
    assert blind_error(name, 3) == pytest.approx(expected, abs=0.001)
    assert abs(state.error.mean() - expected) < 4 * state.error.std() / np.sqrt(20_000) + 0.001


def test_noise_is_heard_and_neither_rewarded_nor_the_same_in_other_inner_episodes():
    task = Optimisation(landscape="sphere", noise=0.5, horizon=30)
    state, quiet, heard = begun(task, 400), begun(Optimisation(landscape="sphere", horizon=30), 400), []
    later = begun(task, 400, inner_episode=1)
    assert np.array_equal(state.error, quiet.error)
    assert np.array_equal(state.hidden, later.hidden)
    assert (state.heard != later.heard).any(axis=(1, 2)).all()
    for _ in range(30):
        heard.append(task.observation(state)[:, 0, 1] - state.error)
        action = np.zeros((400, 3, 1), np.float32)
        following = task.transition(state, action)
        assert np.array_equal(task.reward(state, action, following), -following.error)
        state = following
    assert np.std(heard) == pytest.approx(0.5, abs=0.02)
    assert np.mean(heard) == pytest.approx(0.0, abs=0.02)


def test_feedback_first_hides_the_error_from_all_other_ports():
    features = begun(Optimisation(feedback="first"), 3)
    shown = Optimisation(feedback="first").observation(features)[:, :, 1]
    assert np.array_equal(shown[:, 0], features.error)
    assert (shown[:, 1:] == 0.0).all()


def test_last_step_objective_rewards_the_last_output_alone():
    task = Optimisation(dims=1, horizon=2, landscape="absolute", objective="last_step")
    state, action = begun(task), np.asarray([[[0.0]]], np.float32)
    middle = task.transition(state, action)
    end = task.transition(middle, action)
    assert task.reward(state, action, middle).tolist() == [0.0]
    assert task.reward(middle, action, end).tolist() == (-end.error).tolist()


def test_curves_through_three_points_are_lowest_where_they_should_be():
    points = np.asarray([[-1.0], [0.0], [0.5]])
    assert parabola(points, (points - 0.3) ** 2 * 2.0 + 1.0)[0] == pytest.approx(0.3)
    for corner in (-0.7, 0.3):
        assert wedge(points, np.abs(points - corner) * 1.5 + 0.2)[0] == pytest.approx(corner)


@pytest.mark.parametrize("name", NAMES)
def test_policies_reach_the_levels_of_the_page(name):
    task = Optimisation(landscape=name)
    for level, expected in zip(("reference", "all_equal", "evolution"), ERRORS[name], strict=True):
        known = {"reference": reference_returns(task).reference, **reference_returns(task).local_optima}[level]
        assert -known / 40 == pytest.approx(expected, abs=0.006)
        returns = rollout(task, SPEC.policy(level, task), episode_keys(0, np.arange(2000), EpisodeSet.TEST)).returns
        assert abs(returns.mean() - known) < 4 * returns.std() / np.sqrt(2000)


@pytest.mark.parametrize("name", ["sphere", "ripples"])
@pytest.mark.parametrize("how", [{}, {"horizon": 2}, {"horizon": 1}, {"objective": "last_step", "horizon": 4}])
def test_probe_returns_what_its_formula_says(name, how):
    task = Optimisation(landscape=name, **how)
    returns = rollout(task, SPEC.policy("reference", task), episode_keys(0, np.arange(4000), EpisodeSet.TEST)).returns
    assert abs(returns.mean() - reference_returns(task).reference) < 4 * returns.std() / np.sqrt(4000) + 1e-6


def test_reference_of_the_guessing_game_solves_the_sphere_and_no_other_landscape():
    errors = {}
    for name in NAMES:
        task = Optimisation(landscape=name)
        policy = GuessingProbe(Guessing(horizon=40))
        played = rollout(task, policy, episode_keys(0, np.arange(1000), EpisodeSet.TEST))
        errors[name] = played.state.error.mean()
    assert errors.pop("sphere") < 1e-6
    assert min(errors.values()) > 0.3


def test_evolution_needs_no_messages():
    task = Optimisation()
    one, other = SPEC.policy("evolution", task), SPEC.policy("evolution", task)
    one.reset(1), other.reset(1)
    env = gym.make("Badger/Optimisation-v0").unwrapped
    seen, _ = env.reset(seed=3)
    for _ in range(task.horizon):
        changed = seen.reshape(3, 3).copy()
        changed[1:, 0] = 0.0  # what the other ports put out
        own, also = (policy.act(each.reshape(1, -1), None)[0] for policy, each in ((one, seen), (other, changed)))
        assert own[0] == also[0]
        seen, *_ = env.step(own)


def test_where_one_port_hears_it_moves_alone_without_messages():
    task = Optimisation(feedback="first")
    known = reference_returns(task)
    assert -known.local_optima["first_alone"] / 40 == pytest.approx(0.63, abs=0.006)
    assert known.reference == pytest.approx(reference_returns(Optimisation()).reference, abs=1e-6)
    policy, state = SPEC.policy("first_alone", task), begun(task, 2000)
    policy.reset(2000)
    returns = np.zeros(2000)
    for _ in range(task.horizon):
        output = policy.act(task.observation(state).reshape(2000, -1), None)
        assert (output[:, 1:] == 0.0).all()
        state = task.transition(state, output[:, :, None])
        returns -= state.error
    assert abs(returns.mean() - known.local_optima["first_alone"]) < 4 * returns.std() / np.sqrt(2000)
    assert "first_alone" not in reference_returns(Optimisation()).local_optima


@pytest.mark.parametrize("level", ["reference", "all_equal", "evolution"])
def test_policy_goes_on_where_it_was_once_it_is_copied(level):
    task = Optimisation(landscape="peaks")
    policy, state = SPEC.policy(level, task), begun(task, 4)
    policy.reset(4)
    for step in range(task.horizon):
        seen = task.observation(state).reshape(4, -1)
        again = copy.deepcopy(policy).act(seen, None) if step in (0, 5, 39) else None
        output = policy.act(seen, None)
        assert again is None or np.array_equal(again, output)
        state = task.transition(state, output[:, :, None])


def test_lives_too_short_for_a_search_are_not_searched():
    known = reference_returns(Optimisation(landscape="peaks", horizon=8))
    assert known.reference == known.chance
    returns = reference_returns(Optimisation(landscape="peaks", horizon=9))
    assert returns.reference > returns.chance


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"dims": 0}, r"dims must be an integer in \[1, 64\], got 0"),
        ({"dims": 65}, r"dims must be an integer in \[1, 64\], got 65"),
        ({"horizon": 0}, "horizon must be an integer in"),
        ({"landscape": "valley"}, "landscape must be one of 'sphere', 'ellipsoid', .*, got 'valley'"),
        ({"objective": "best"}, "objective must be one of 'every_step', 'last_step', got 'best'"),
        ({"feedback": "none"}, "feedback must be one of 'all', 'first', 'winner', got 'none'"),
        ({"noise": -0.1}, r"noise must be a number in \[0, 1\], got -0.1"),
        ({"noise": float("nan")}, r"noise must be a number in \[0, 1\], got nan"),
        ({"noise": True}, r"noise must be a number in \[0, 1\], got True"),
        ({"rent": 0.5}, "landscape must be 'bandit' with rent or feedback='winner', got 'mixed'"),
        ({"landscape": "peaks", "feedback": "winner"}, "landscape must be 'bandit' with rent or .*, got 'peaks'"),
    ],
)
def test_optimisation_refuses_bad_arguments_by_name(arguments, error):
    with pytest.raises(ValueError, match=error):
        Optimisation(**arguments)


def test_text_shows_the_outputs_and_the_lowest_place():
    env = gym.make("Badger/Optimisation-v0", dims=2, landscape="peaks", render_mode="ansi")
    env.reset(seed=1)
    env.step(np.asarray([0.5, -1.0], np.float32))
    lines = env.render().splitlines()
    assert "step 1/40  peaks  error" in lines[0]
    assert [line.split()[0] for line in lines[1:]] == ["port", "port"]
    assert "output +0.500" in lines[1]
    assert lines[2].index("[") + 1 == min(lines[2].index(mark) for mark in "x*" if mark in lines[2])
