"""Ranking worked out by hand, and the levels that its page claims."""

import gymnasium as gym
import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from badger_envs import Ranking
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.policy import Blind
from badger_envs.core.rollout import rollout
from badger_envs.envs.ranking.agreement import expected_explained, mean_agreement, vote_factor_and_explained
from badger_envs.envs.ranking.beliefs import (
    expected_positions,
    expected_positions_by_opinions,
    normal_below,
    posterior,
)
from badger_envs.envs.ranking.points import PEOPLE, points
from badger_envs.envs.ranking.policies import Bayes, Vote, ranks
from badger_envs.registry import get_spec, reference_returns

SPEC = get_spec("Badger/Ranking-v0")
ARGUMENTS = st.fixed_dictionaries(
    {
        "members": st.integers(2, 8),
        "items": st.integers(3, 20),
        "rounds": st.integers(0, 3),
        "knows": st.floats(0.0, 1.0),
        "shared": st.floats(0.0, 1.0),
        "objective": st.sampled_from(["last_step", "every_step"]),
    }
) | st.fixed_dictionaries({"members": st.integers(2, 5), "confidence": st.just(False), "shared": st.floats(0.0, 0.9)})
"""What the task takes, small enough to be played at once; for tests of what holds for any."""
LEVELS = {
    2: (0.66, 0.61, 0.46, 0.38),
    3: (0.61, 0.55, 0.38, 0.26),
    5: (0.55, 0.48, 0.30, 0.13),
    8: (0.51, 0.44, 0.25, 0.06),
    16: (0.47, 0.39, 0.20, 0.02),
}
"""Members -> errors of the mean opinion, the vote, the mean belief and the reference, as the page says."""


def begun(task, episodes=1, **how):
    return task.initial(episode_keys(0, np.arange(episodes)), **how)


def played(policy, task, episodes=2000):
    """Returns (B,) and the last state."""
    run = rollout(task, policy, episode_keys(0, np.arange(episodes), EpisodeSet.TEST))
    return run.returns, run.state


def points_of_members(task, state, positions):
    """By places, (B, P)."""
    return np.abs(ranks(positions) - state.target[:, None]).sum(axis=2) * (task.items - 1) / 2


def test_last_answer_costs_its_mean_square_over_that_of_no_answer():
    task = Ranking(members=2, items=3, rounds=1)
    state = begun(task)._replace(
        opinions=np.asarray([[[0.5, -0.25, 0.0], [1.0, 0.0, 2.0]]], np.float32),
        known=np.asarray([[[1, 0, 0], [0, 0, 1]]], np.float32),
        target=np.asarray([[1, -1, 0]], np.float32),
    )
    first = np.zeros((1, 2, 3), np.float32)
    last = np.asarray([[[1.0, -1.0, 0.0], [0.5, -0.5, -1.0]]], np.float32)
    shown, rewards, info = [], [], []
    for answers in (first, last):
        shown.append(task.observation(state)[0].tolist())
        following = task.transition(state, answers)
        rewards.append(float(task.reward(state, answers, following)[0]))
        state = following
        info.append({name: float(value[0]) for name, value in task.state_info(state).items()})
    # Opinions, what is known, whether it counts, life left.
    assert shown[0] == [[0.5, -0.25, 0, 1, 0, 0, 0, 1], [1, 0, 2, 0, 0, 1, 0, 1]]
    assert shown[1] == [[0.5, -0.25, 0, 1, 0, 0, 1, 0.5], [1, 0, 2, 0, 0, 1, 1, 0.5]]
    # Of the second port (1/4 + 1/4 + 1) / 3, which is half of both; the mean square of -1, 0, 1 is 2/3.
    assert rewards == [0.0, pytest.approx(-0.5 * 0.5 / (2 / 3))]
    # Items without an answer are put in order of their numbers: 0, 1, 2 for 2, 0, 1. The second port puts 1 for 0.
    assert info == [{"error": 1.0, "points": 4.0}, {"error": pytest.approx(0.375), "points": 1.0}]
    assert task.terminal(state).tolist() == [True]


def test_objective_every_step_counts_all_answers():
    task = Ranking(items=4, rounds=2, objective="every_step")
    returns, _ = played(Blind(task), task, 10)
    assert returns == pytest.approx([-3.0] * 10)
    assert (task.observation(begun(task))[:, :, -2] == 1.0).all()


def test_points_are_the_sum_of_places_that_items_are_off():
    task = Ranking(items=15)
    state = begun(task, 200)
    positions = np.random.default_rng(0).uniform(-1, 1, (200, 5, 15)).astype(np.float32)
    expected = points_of_members(task, state, positions).mean(axis=1)
    assert points(positions, state.target) == pytest.approx(expected)
    assert points(-state.target[:, None].repeat(5, axis=1), state.target).tolist() == [112.0] * 200
    for xp in (np.asarray, torch.from_numpy):  # all the same, so the items' numbers are their places
        assert points(xp(positions * 0 + 0.25), xp(state.target)).tolist() == pytest.approx(
            points_of_members(task, state, np.broadcast_to(np.arange(15), positions.shape)).mean(axis=1)
        )


def test_members_are_off_as_far_as_they_know_and_in_part_alike():
    task = Ranking(members=4, items=20, knows=0.25, shared=0.6)
    state = begun(task, 2000)
    worth = np.sort(Ranking(members=4, items=20, knows=1.0).initial(episode_keys(0, np.arange(2000))).opinions * 3)
    assert state.known.mean() == pytest.approx(0.25, abs=0.005)
    assert worth.std() == pytest.approx(np.sqrt(1.04), abs=0.01)
    both = (state.known[:, 0] == 0) & (state.known[:, 1] == 0)
    one, other = 3 * state.opinions[:, 0], 3 * state.opinions[:, 1]
    assert np.cov(one[both], other[both]) == pytest.approx(np.asarray([[5.0, 3.4], [3.4, 5.0]]), abs=0.15)
    known = (state.known[:, 0] == 1) & (state.known[:, 1] == 1)
    assert np.cov(one[known], other[known]) == pytest.approx(np.asarray([[1.04, 1.0], [1.0, 1.04]]), abs=0.1)


def test_who_knows_what_is_shown_with_confidence_alone():
    seen = {c: Ranking(confidence=c).observation(begun(Ranking(confidence=c), 5)) for c in (True, False)}
    assert np.array_equal(seen[True][..., :15], seen[False][..., :15])
    assert set(np.unique(seen[True][..., 15:30])) == {0.0, 1.0}
    assert (seen[False][..., 15:30] == 0.0).all()


def test_beliefs_by_hand():
    assert normal_below(np.asarray([0.0, 1.0, -2.0])) == pytest.approx([0.5, 0.8413447, 0.0227501], abs=2e-7)
    opinions, known = np.asarray([[[1.0], [2.0], [-1.0]]]), np.asarray([[[1.0], [0.0], [0.0]]])
    mean, variance = posterior(opinions, known, 0.5)
    # One who knows tells 25; two guesses, off by 4 (.5 + .5 / 2) = 3 in their mean of .5, tell a third.
    assert variance == pytest.approx(np.asarray([[1 / (1 + 25 + 1 / 3)]]))
    assert mean == pytest.approx(np.asarray([[(25 + 0.5 / 3) / (1 + 25 + 1 / 3)]]))
    expected = expected_positions(np.asarray([[1.0, 0.0, 0.0]]), np.asarray([[0.5, 0.5, 0.5]]))
    assert expected == pytest.approx(np.asarray([[2 * 0.8413447 - 1, 0.5 - 0.8413447, 0.5 - 0.8413447]]), abs=1e-6)


@pytest.mark.parametrize("knows", [0.0, 1.0])
def test_beliefs_on_a_grid_are_the_exact_ones_where_everybody_knows_or_guesses(knows):
    task = Ranking(members=4, items=5, confidence=False, knows=knows)
    state = begun(task, 20)
    opinions = state.opinions.astype(np.float64) * 3
    exact = expected_positions(*posterior(opinions, np.full_like(opinions, knows), task.shared))
    assert expected_positions_by_opinions(task, opinions) == pytest.approx(exact, abs=3e-3)


def test_formulas_by_hand():
    task = Ranking(members=2, items=3, knows=1.0)
    # With 3 items positions have (arcsines with k = l, plus those with k != l) 6 / (4 pi) in common.
    own = 6 / (4 * np.pi) * (np.arcsin(2 / np.sqrt(2 * 2.08)) + np.arcsin(1 / np.sqrt(2 * 2.08)))
    assert mean_agreement(task, (1.0, 1.0), 1) == pytest.approx(own)
    between = 6 / (4 * np.pi) * (np.arcsin(1 / 1.04) + np.arcsin(0.5 / 1.04))
    assert vote_factor_and_explained(task) == pytest.approx((own / ((1 + between) / 2), own**2 / ((1 + between) / 2)))
    variance = 1 / 51
    explained = 6 / (4 * np.pi) * (np.arcsin(1 - variance) + np.arcsin((1 - variance) / 2))
    assert expected_explained(task, 2) == pytest.approx(explained)
    assert expected_explained(Ranking(knows=0.0, shared=1.0), 7) == pytest.approx(
        expected_explained(Ranking(knows=0.0), 1)
    )


def test_levels_by_formula_are_those_of_the_page():
    for members, expected in LEVELS.items():
        known = reference_returns(Ranking(members=members))
        assert known.local_optima["alone"] == pytest.approx(-0.58, abs=0.006)
        levels = [known.local_optima[name] for name in ("mean_opinion", "vote", "mean_belief")]
        assert [*levels, known.reference] == pytest.approx([-level for level in expected], abs=0.006)


@pytest.mark.parametrize("level", ["chance", "reference", "alone", "vote", "mean_opinion", "mean_belief"])
@pytest.mark.parametrize("arguments", [{}, {"members": 2, "knows": 0.7}, {"members": 7, "items": 4, "shared": 0.0}])
def test_policies_reach_the_levels(level, arguments):
    task = Ranking(**arguments)
    known = reference_returns(task)
    levels = {"chance": known.chance, "reference": known.reference, **known.local_optima}
    returns, _ = played(SPEC.policy(level, task), task)
    assert abs(returns.mean() - levels[level]) <= 4.0 * returns.std() / np.sqrt(len(returns)) + 1e-6


def test_curves_by_number_of_members_are_those_of_the_formulas():
    for members in SPEC.test_sizes:
        known = reference_returns(Ranking(members=members))
        levels = {"alone: no messages": known.local_optima["alone"], "mean belief": known.local_optima["mean_belief"]}
        for name, level in {**levels, "Bayes": known.reference}.items():
            assert SPEC.published_curves[name][members] == pytest.approx(-level, abs=6e-4)


def test_raw_rankings_and_their_mean_make_the_points_of_people():
    task = Ranking()
    _, state = played(Vote(task), task, 5000)
    assert points_of_members(task, state, state.opinions).mean() == pytest.approx(PEOPLE["people alone"], abs=0.5)
    assert task.state_info(state)["points"].mean() == pytest.approx(PEOPLE["people in groups"], abs=0.5)


def test_reference_beats_the_best_member_of_nearly_every_group():
    task = Ranking()
    _, state = played(Bayes(task), task)
    best = points_of_members(task, state, state.opinions).min(axis=1)
    assert (task.state_info(state)["points"] < best).mean() > 0.95


def test_policy_without_messages_uses_no_other_ports():
    task = Ranking()
    seen = task.observation(begun(task, 3))
    changed = seen.copy()
    changed[:, 1:, :15] *= -1.0
    answers = []
    for each in (seen, changed):
        policy = SPEC.policy("alone", task)
        policy.reset(3)
        answers.append(policy.act(each.reshape(3, -1), np.zeros(3, np.float32))[:, :15])
    assert np.array_equal(*answers)


def test_talking_for_longer_changes_nothing_but_the_length():
    one, other = (played(Bayes(Ranking(rounds=rounds)), Ranking(rounds=rounds), 50)[0] for rounds in (0, 3))
    assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"members": 1}, r"members must be an integer in \[2, 32\], got 1"),
        ({"members": 33}, r"members must be an integer in \[2, 32\], got 33"),
        ({"items": 2}, r"items must be an integer in \[3, 20\], got 2"),
        ({"items": 21}, r"items must be an integer in \[3, 20\], got 21"),
        ({"rounds": -1}, "rounds must be an integer"),
        ({"confidence": 1}, "confidence must be True or False, got 1"),
        ({"knows": 1.5}, r"knows must be a number in \[0, 1\], got 1.5"),
        ({"shared": float("nan")}, r"shared must be a number in \[0, 1\], got nan"),
        ({"shared": 0.95, "confidence": False}, "shared must be at most 0.9 with confidence=False, got 0.95"),
        ({"objective": "first_step"}, "objective must be one of 'last_step', 'every_step', got 'first_step'"),
    ],
)
def test_ranking_refuses_bad_arguments_by_name(arguments, error):
    with pytest.raises(ValueError, match=error):
        Ranking(**arguments)


def test_text_names_the_places_that_members_and_ports_give():
    env = gym.make("Badger/Ranking-v0", members=2, items=4, rounds=0, render_mode="ansi")
    env.reset(seed=1)
    target = env.unwrapped.state()[-4:]
    env.step(np.concatenate([target, -target]))
    lines = env.render().splitlines()
    assert "answers counted" in lines[0]
    assert "4.0 points" in lines[0]
    assert lines[1].split() == ["right", "place", "1", "2", "3", "4"]
    assert sorted(place[0] for place in lines[2].split()[3:]) == ["1", "2", "3", "4"]
    assert {place[1] for line in lines[2:4] for place in line.split()[3:]} <= {"!", "?"}
    assert lines[4].split() == ["port", "0", "answers", "1", "2", "3", "4"]
    assert lines[5].split() == ["port", "1", "answers", "4", "3", "2", "1"]
