"""Advice worked out by hand, and the levels that its page claims."""

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import strategies as st

from badger_envs import Advice
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.rollout import rollout
from badger_envs.envs.advice.policies import Bayes, OwnSource, log_odds, trust
from badger_envs.envs.advice.returns import all_weighed, majority, most_trusted, own_source
from badger_envs.registry import get_spec, reference_returns

SPEC = get_spec("Badger/Advice-v0")
ARGUMENTS = st.fixed_dictionaries(
    {
        "sources": st.integers(2, 16),
        "questions": st.integers(1, 5),
        "rounds": st.integers(0, 2),
        "kinds": st.sampled_from(["mixed", "helpful"]),
        "switch_every": st.none() | st.integers(1, 4),
    }
)
"""What the task takes, small enough to be played at once; for tests of what holds for any."""
MIXED = {2: (0.63, 0.63), 3: (0.68, 0.73), 5: (0.71, 0.83), 8: (0.72, 0.90), 16: (0.72, 0.94)}
"""Sources -> most trusted source and reference, as the page says."""


def begun(task, episodes=1, **how):
    return task.initial(episode_keys(0, np.arange(episodes)), **how)


def payoff(policy, task, episodes=1000):
    """Mean payoff of a question, and four standard errors of it."""
    returns = rollout(task, policy, episode_keys(0, np.arange(episodes), EpisodeSet.TEST)).returns / task.questions
    return returns.mean(), 4.0 * returns.std() / np.sqrt(episodes)


def test_question_pays_the_answers_that_count_and_tells_the_truth_afterwards():
    task = Advice(sources=2, questions=2, rounds=1)
    state = begun(task)._replace(
        advice=np.asarray([[[1, -1], [-1, -1]]], np.float32), truth=np.asarray([[-1, 1]], np.float32)
    )
    answers, shown, rewards = np.asarray([[[-1.0], [0.5]]], np.float32), [], []
    for _ in range(4):
        shown.append(task.observation(state)[0].tolist())
        following = task.transition(state, answers)
        rewards.append(float(task.reward(state, answers, following)[0]))
        state = following
    # Advice, own last answer, truth of the question before, whether it counts, life left.
    assert shown[0] == [[1, 0, 0, 0, 1], [-1, 0, 0, 0, 1]]
    assert shown[1] == [[1, -1, 0, 1, 0.75], [-1, 0.5, 0, 1, 0.75]]
    assert shown[2] == [[-1, -1, -1, 0, 0.5], [-1, 0.5, -1, 0, 0.5]]
    assert shown[3] == [[-1, -1, -1, 1, 0.25], [-1, 0.5, -1, 1, 0.25]]
    assert rewards == [0.0, 0.25, 0.0, -0.25]
    assert task.terminal(state).tolist() == [True]
    assert task.state_info(state)["error"].tolist() == [0.625]


def test_sources_are_right_as_often_as_they_are_reliable():
    task = Advice(sources=4, questions=50)
    state = begun(task, 2000)
    right = (state.advice == state.truth[:, :, None]).mean(axis=1)  # (B, P)
    for rate in (0.9, 0.5, 0.1):
        of_kind = state.reliability[:, 0] == np.float32(rate)  # (B, P)
        assert abs(of_kind.mean() - 1 / 3) < 4 * np.sqrt(2 / 9 / of_kind.size)
        assert abs(right[of_kind].mean() - rate) < 4 * 0.5 / np.sqrt(50 * of_kind.sum())
    assert abs(state.truth.mean()) < 4 / np.sqrt(state.truth.size)
    assert set(np.unique(begun(Advice(kinds="helpful"), 100).reliability)) == {np.float32(0.9), np.float32(0.5)}


def test_inner_episodes_ask_other_questions_of_the_same_sources():
    task = Advice()
    first, later = begun(task, 50), begun(task, 50, inner_episode=1)
    assert np.array_equal(first.reliability, later.reliability)
    assert 0.4 < (first.truth == later.truth).mean() < 0.6


def test_reliabilities_are_drawn_anew_as_often_as_asked():
    task = Advice(questions=10, switch_every=4)
    state = begun(task, 100)
    assert state.reliability.shape == (100, 3, 5)
    assert (state.reliability[:, 0] != state.reliability[:, 1]).mean() == pytest.approx(2 / 3, abs=0.1)
    for _ in range(8):
        state = task.transition(state, np.zeros((100, 5, 1), np.float32))
    assert np.array_equal(task.privileged(state)[:, :5], state.reliability[:, 1])  # the fifth question is asked


def test_truth_is_shown_to_nobody_without_feedback():
    task = Advice(kinds="helpful", feedback="none")
    state = begun(task, 5)
    for _ in range(task.horizon):
        assert (task.observation(state)[:, :, 2] == 0.0).all()
        state = task.transition(state, np.ones((5, 5, 1), np.float32))


def test_trust_after_three_hits_is_bayes_by_hand():
    by_hand = (0.9**4 + 0.5**4 + 0.1**4) / (0.9**3 + 0.5**3 + 0.1**3)
    rates = np.asarray([0.9, 0.5, 0.1])
    assert trust(3.0 * np.log(rates), rates) == pytest.approx(by_hand)
    assert log_odds(np.asarray(0.9)) == pytest.approx(np.log(9.0))


def test_formulas_by_hand():
    assert majority(Advice(sources=3, kinds="helpful")) == pytest.approx(2 * (0.7**3 + 3 * 0.7**2 * 0.3) - 1)
    assert majority(Advice(sources=2, kinds="helpful")) == pytest.approx(0.49 - 0.09)
    # One truth is known: the source was right or not, and half of the sources are of each of these records.
    worth = 2 * (0.81 + 0.25 + 0.01) / 1.5 - 1
    assert own_source(Advice(questions=2)).tolist() == pytest.approx([0.0, worth])
    assert most_trusted(Advice(questions=2)).tolist() == pytest.approx([0.0, worth])
    assert own_source(Advice(kinds="helpful", feedback="none")).tolist() == pytest.approx([0.4] * 20)
    again = own_source(Advice(questions=6, switch_every=3))
    assert again[:3].tolist() == again[3:].tolist()


def test_levels_by_formula_are_those_of_the_page():
    assert own_source(Advice()).mean() == pytest.approx(0.49, abs=0.006)
    for sources, (trusted, reference) in MIXED.items():
        task = Advice(sources=sources)
        assert most_trusted(task).mean() == pytest.approx(trusted, abs=0.01)
        assert reference_returns(task).reference / 20 == pytest.approx(reference, abs=0.01)
    helpful = Advice(kinds="helpful")
    assert majority(helpful) == pytest.approx(0.67, abs=0.01)
    assert reference_returns(helpful).reference / 20 == pytest.approx(0.81, abs=0.01)


def test_curves_of_the_last_error_are_those_of_the_formulas():
    for level, name in ((own_source, "own source: no messages"), (all_weighed, "Bayes")):
        for sources, error in SPEC.published_curves[name].items():
            assert (1 - level(Advice(sources=sources))[-1]) / 2 == pytest.approx(error, abs=6e-4)


@pytest.mark.parametrize("level", ["chance", "reference", "own_source", "most_trusted", "majority"])
@pytest.mark.parametrize("arguments", [{}, {"sources": 2}, {"kinds": "helpful", "sources": 8}])
def test_policies_reach_the_levels(level, arguments):
    task = Advice(**arguments)
    known = reference_returns(task)
    levels = {"chance": known.chance, "reference": known.reference, "majority": 0.0, **known.local_optima}
    mean, tolerance = payoff(SPEC.policy(level, task), task)
    assert abs(mean - levels[level] / task.questions) <= tolerance + 1e-6


def test_reference_knows_when_sources_change_their_minds():
    task = Advice(questions=12, switch_every=6)
    same, tolerance = payoff(Bayes(Advice(questions=12)), task)
    switched, _ = payoff(Bayes(task), task)
    assert switched > same + tolerance


def test_talking_for_longer_changes_no_level():
    assert np.array_equal(own_source(Advice(rounds=0)), own_source(Advice(rounds=3)))
    one, other = (payoff(Bayes(Advice(rounds=rounds)), Advice(rounds=rounds), 50) for rounds in (0, 3))
    assert one == other


def test_policy_without_messages_uses_no_other_ports():
    task = Advice()
    one, other = OwnSource(task), OwnSource(task)
    one.reset(1), other.reset(1)
    env = gym.make("Badger/Advice-v0").unwrapped
    seen, _ = env.reset(seed=3)
    for _ in range(task.horizon):
        changed = seen.reshape(5, 5).copy()
        changed[1:, 0] *= -1.0  # what the other sources say
        own, also = (policy.act(each.reshape(1, -1), None)[0, 0] for policy, each in ((one, seen), (other, changed)))
        assert own == also
        seen, *_ = env.step(np.zeros(5, np.float32))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"sources": 1}, r"sources must be an integer in \[2, 64\], got 1"),
        ({"sources": 65}, r"sources must be an integer in \[2, 64\], got 65"),
        ({"questions": 0}, "questions must be an integer"),
        ({"rounds": -1}, "rounds must be an integer"),
        ({"kinds": "liars"}, "kinds must be one of 'mixed', 'helpful', got 'liars'"),
        ({"feedback": None}, "feedback must be one of 'truth', 'none', got None"),
        ({"feedback": "none"}, "feedback must be 'truth' with kinds='mixed', got 'none'"),
        ({"switch_every": 0}, "switch_every must be an integer at least 1, got 0"),
    ],
)
def test_advice_refuses_bad_arguments_by_name(arguments, error):
    with pytest.raises(ValueError, match=error):
        Advice(**arguments)


def test_text_names_kinds_records_advice_and_answers():
    env = gym.make("Badger/Advice-v0", sources=3, rounds=0, render_mode="ansi")
    env.reset(seed=1)
    env.step(np.asarray([1.0, 0.0, -1.0], np.float32))
    env.step(np.asarray([1.0, 0.0, -0.5], np.float32))
    lines = env.render().splitlines()
    assert "question 2" in lines[0]
    assert [line.split()[0] for line in lines[1:]] == ["source", "right", "advice", "answer"]
    assert set(lines[1].split()[1:]) <= {"expert", "idiot", "liar"}
    assert set(lines[2].split()[1:]) <= {"0/1", "1/1"}
    assert lines[4].split()[1:] == ["+1.00", "+0.00", "-0.50"]
