"""Memory worked out by hand, and the levels that its page claims."""

from math import comb

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import strategies as st

from badger_envs import Memory
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.rollout import rollout
from badger_envs.envs.memory.policies import NoMessages
from badger_envs.envs.memory.returns import recall, right_without_key
from badger_envs.registry import get_spec, reference_returns

SPEC = get_spec("Badger/Memory-v0")


@st.composite
def _arguments(draw):
    ports, cycles = draw(st.integers(2, 9)), draw(st.integers(1, 3))
    return {
        "ports": ports,
        "pairs": draw(st.none() | st.integers(1, 5)),
        "lost": draw(st.integers(0, ports - 1)),
        "rounds": draw(st.integers(0, 2)),
        "signs": draw(st.integers(1, 4)),
        "cycles": cycles,
        "fragile": draw(st.booleans()),
        "calm": draw(st.integers(0, cycles)),
    }


ARGUMENTS = _arguments()
"""What the task takes, small enough to be played at once; for tests of what holds for any."""
LEVELS = ["chance", "reference", "no_messages", "values_alone", "one_copy", "two_copies"]


def begun(task, episodes=1, **how):
    return task.initial(episode_keys(0, np.arange(episodes)), **how)


def rewards_of(level, task, episodes=2000):
    """Rewards (T, B) of the policy of a level."""
    return rollout(task, SPEC.policy(level, task), episode_keys(0, np.arange(episodes), EpisodeSet.TEST)).rewards


def of_questions(task, rewards):
    """The rewards that count, (C, N, B), N pairs of a cycle."""
    by_cycle = rewards.reshape(task.cycles, -1, rewards.shape[1])  # (C, steps, B)
    return by_cycle[:, task.load + 1 :].reshape(task.cycles, task.load, task.rounds + 1, -1)[:, :, -1]  # (C, N, B)


def test_cycle_writes_waits_loses_a_port_and_asks():
    task = Memory(ports=2, pairs=2, lost=1, rounds=1, signs=1)
    state = begun(task)._replace(
        keys=np.asarray([[[1, 1, 1, 1, 1, -1], [1, -1, 1, 1, 1, 1]]], np.float32),
        values=np.asarray([[[-1], [1]]], np.float32),
        shown_to=np.asarray([[[1, 0], [0, 1]]], np.float32),
        order=np.asarray([[1, 0]]),
        lost=np.asarray([[[True, False]]]),
    )
    answers, shown, here, rewards = np.asarray([[[1.0], [0.5]]], np.float32), [], [], []
    for _ in range(task.horizon):
        shown.append(task.observation(state)[0].astype(np.float64).round(3).tolist())
        here.append(task.agent_mask(state)[0].tolist())
        following = task.transition(state, answers)
        rewards.append(float(task.reward(state, answers, following)[0]))
        state = following
    assert task.horizon == 7
    # Key, value, then: written here, asked, counts, life left.
    nothing = [0] * 7
    assert shown[0] == [[1, 1, 1, 1, 1, -1, -1, 1, 0, 0, 1], [*nothing, 0, 0, 0, 1]]
    assert shown[1] == [[*nothing, 0, 0, 0, 0.857], [1, -1, 1, 1, 1, 1, 1, 1, 0, 0, 0.857]]
    assert shown[2] == [[*nothing, 0, 0, 0, 0.714], [*nothing, 0, 0, 0, 0.714]]
    assert shown[3] == [[*nothing, 0, 0, 0, 0], [1, -1, 1, 1, 1, 1, 0, 0, 1, 0, 0.571]]
    assert shown[4] == [[*nothing, 0, 0, 0, 0], [1, -1, 1, 1, 1, 1, 0, 0, 1, 1, 0.429]]
    assert shown[5] == [[*nothing, 0, 0, 0, 0], [1, 1, 1, 1, 1, -1, 0, 0, 1, 0, 0.286]]
    assert shown[6] == [[*nothing, 0, 0, 0, 0], [1, 1, 1, 1, 1, -1, 0, 0, 1, 1, 0.143]]
    assert here == [[True, True]] * 3 + [[False, True]] * 4
    assert rewards == [0, 0, 0, 0, 0.5, 0, -0.5]  # what the absent port answers counts for nothing
    assert task.terminal(state).tolist() == [True]
    assert task.state_info(state)["error"].tolist() == [0.5]


def test_error_is_the_share_of_signs_that_was_answered_wrong_until_now():
    task = Memory(ports=2, pairs=2, lost=0, rounds=0, signs=2)
    state, errors = begun(task), []
    for step in range(task.horizon):
        now = task.moment(state)
        answer = state.values[:, None, int(now.pair[0])] * np.float32(1.0 if step < 4 else 0.0)
        state = task.transition(state, np.repeat(answer, 2, axis=1))
        errors.append(task.state_info(state)["error"].tolist())
    assert errors == [[0.5], [0.5], [0.5], [0.0], [0.25]]


def test_keys_of_a_cycle_are_all_different_and_each_is_asked_for_once():
    task = Memory(ports=4, pairs=64, cycles=2)
    state = begun(task, 20)
    for cycle in range(2):
        of_cycle = slice(64 * cycle, 64 * cycle + 64)
        for episode in range(20):
            assert len({tuple(key) for key in state.keys[episode, of_cycle].tolist()}) == 64
            assert sorted(state.order[episode, of_cycle].tolist()) == list(range(of_cycle.start, of_cycle.stop))
    assert not np.array_equal(state.keys[:, :64], state.keys[:, 64:])


def test_ports_that_are_shown_pairs_and_that_are_lost_are_drawn_alike():
    task = Memory(ports=5, lost=2)
    state = begun(task, 4000)
    assert (state.shown_to.sum(axis=2) == 1.0).all()
    assert (state.lost.sum(axis=2) == 2).all()
    assert np.abs(state.shown_to.mean(axis=(0, 1)) - 1 / 5).max() < 4 * 0.4 / np.sqrt(4000 * 5)
    assert np.abs(state.lost.mean(axis=(0, 1)) - 2 / 5).max() < 4 * 0.5 / np.sqrt(4000)
    assert abs(state.values.mean()) < 4 / np.sqrt(state.values.size)


def test_fragile_ports_are_lost_in_every_cycle_and_inner_episode():
    fragile, others = Memory(cycles=3, fragile=True), Memory(cycles=3)
    first, later = begun(fragile, 50), begun(fragile, 50, inner_episode=1)
    assert (first.lost == first.lost[:, :1]).all()
    assert np.array_equal(first.lost, later.lost)
    assert not np.array_equal(first.keys, later.keys)
    drawn = begun(others, 500).lost
    again = (drawn[:, 0] & drawn[:, 1]).sum() / drawn[:, 0].sum()
    assert again == pytest.approx(2 / 8, abs=0.06)


def test_nobody_is_lost_in_calm_cycles():
    state = begun(Memory(cycles=3, calm=2, fragile=True), 20)
    assert not state.lost[:, :2].any()
    assert (state.lost[:, 2].sum(axis=1) == 2).all()


def test_pairs_are_as_many_as_ports_unless_said():
    assert [Memory(ports=ports).horizon for ports in (4, 8)] == [4 + 1 + 4 * 3, 8 + 1 + 8 * 3]
    assert Memory(ports=4, pairs=1, cycles=2).horizon == 2 * (1 + 1 + 3)


def test_recall_by_hand():
    # The numbers of the page.
    assert [recall(Memory(lost=2), copies) for copies in (1, 2, 3)] == pytest.approx([0.75, 27 / 28, 1.0])
    assert [recall(Memory(lost=4), copies) for copies in (1, 2, 3)] == pytest.approx([0.5, 55 / 70, 65 / 70])
    assert recall(Memory(ports=3, lost=1), 1) == pytest.approx(1 - comb(2, 0) / comb(3, 1))
    known = reference_returns(Memory(cycles=4, calm=1, fragile=True))
    optima = {"no_messages": 4.0, "one_copy": 26.0, "two_copies": 8 + 24 * 27 / 28, "moved_copy": 30.0}
    optima["values_alone"] = 32 * 35 / 128
    assert dict(known.local_optima) == pytest.approx(optima)
    assert known.reference == 32.0


def test_values_without_keys_pay_what_a_random_walk_is_away_by_hand():
    # The mean of |sum| / N over all signs: of 2 values they cancel out half of the time, of 3 they are 3 or 1.
    assert [right_without_key(Memory(pairs=pairs)) for pairs in (1, 2, 3, 4)] == [1.0, 0.5, 0.5, 0.375]


def test_levels_that_nothing_tells_from_the_reference_are_left_out():
    assert set(reference_returns(Memory(lost=0)).local_optima) == {"no_messages", "values_alone"}
    assert set(reference_returns(Memory(lost=1)).local_optima) == {"no_messages", "values_alone", "one_copy"}
    assert set(reference_returns(Memory(lost=1, pairs=1)).local_optima) == {"no_messages", "one_copy"}
    assert "moved_copy" not in reference_returns(Memory(cycles=2, calm=1, fragile=True)).local_optima


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("arguments", [{}, {"lost": 4}, {"ports": 3, "pairs": 6}])
def test_policies_reach_the_levels(level, arguments):
    task = Memory(**arguments)
    known = reference_returns(task)
    levels = {"chance": known.chance, "two_copies": known.reference, **known.local_optima, "reference": known.reference}
    returns = rewards_of(level, task).sum(axis=0)
    tolerance = 4.0 * returns.std() / np.sqrt(len(returns)) + 1e-5
    assert abs(returns.mean() - levels[level]) <= tolerance


def test_copy_that_was_moved_recalls_all_after_the_first_shock():
    task = Memory(cycles=3, fragile=True)
    moved, stays = (of_questions(task, rewards_of(level, task)) for level in ("moved_copy", "one_copy"))
    assert moved[0].mean() == pytest.approx(0.75, abs=0.02)
    assert (moved[1:] == 1.0).all()
    assert stays.mean(axis=(1, 2)).tolist() == pytest.approx([0.75] * 3, abs=0.02)


def test_calm_youth_teaches_a_moved_copy_nothing():
    task = Memory(cycles=3, calm=2, fragile=True)
    moved = of_questions(task, rewards_of("moved_copy", task))
    assert (moved[:2] == 1.0).all()
    assert moved[2].mean() == pytest.approx(0.75, abs=0.02)


def test_talking_for_longer_changes_no_level():
    short, long = Memory(rounds=0), Memory(rounds=4)
    assert reference_returns(short).local_optima == reference_returns(long).local_optima
    one, other = (rewards_of("one_copy", task, 50).sum(axis=0) for task in (short, long))
    assert np.array_equal(one, other)


def test_policy_without_messages_uses_no_other_ports():
    task = Memory()
    one, other = NoMessages(task), NoMessages(task)
    one.reset(1), other.reset(1)
    env = gym.make("Badger/Memory-v0").unwrapped
    seen, _ = env.reset(seed=3)
    for _ in range(task.horizon):
        changed = seen.reshape(8, -1).copy()
        changed[1:, 6:8] *= -1.0  # the values that the other ports are shown
        own, also = (policy.act(each.reshape(1, -1), None)[0, :2] for policy, each in ((one, seen), (other, changed)))
        assert own.tolist() == also.tolist()
        seen, *_ = env.step(np.zeros(16, np.float32))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"ports": 1}, r"ports must be an integer in \[2, 64\], got 1"),
        ({"ports": 65}, r"ports must be an integer in \[2, 64\], got 65"),
        ({"pairs": 0}, r"pairs must be an integer in \[1, 64\], got 0"),
        ({"pairs": 65}, r"pairs must be an integer in \[1, 64\], got 65"),
        ({"lost": -1}, r"lost must be an integer in \[0, 7\], got -1"),
        ({"lost": 8}, r"lost must be an integer in \[0, 7\], got 8"),
        ({"rounds": -1}, "rounds must be an integer at least 0, got -1"),
        ({"signs": 0}, "signs must be an integer at least 1, got 0"),
        ({"cycles": 0}, "cycles must be an integer at least 1, got 0"),
        ({"fragile": 1}, "fragile must be True or False, got 1"),
        ({"calm": 2}, r"calm must be an integer in \[0, 1\], got 2"),
        ({"rounds": 2**20, "cycles": 9}, "pairs, rounds and cycles must make at most 16777216 steps, got 8, 1048576"),
    ],
)
def test_memory_refuses_bad_arguments_by_name(arguments, error):
    with pytest.raises(ValueError, match=error):
        Memory(**arguments)


def test_text_names_pairs_who_was_shown_them_who_is_lost_and_answers():
    env = gym.make("Badger/Memory-v0", ports=3, pairs=2, lost=1, rounds=0, render_mode="ansi")
    env.reset(seed=1)
    task, lines = env.unwrapped.task, []
    for _ in range(task.horizon):
        env.step(np.ones(6, np.float32))
        lines.append(env.render().splitlines())
    assert [len(each) for each in lines] == [4, 5, 5, 5, 5]
    assert ["is shown a pair" in each[0] for each in lines] == [True, True, False, False, False]
    assert "a quiet step" in lines[2][0]
    assert "answers counted" in lines[4][0]
    assert [each[1].count("lost") for each in lines] == [0, 0, 0, 1, 1]
    assert [each.count("shown") for each in lines[4][2:4]] == [1, 1]
    assert sum(line.startswith(">") for line in lines[4]) == 1
    assert len(lines[4][-1].split()) == 3  # the word "right" and two answers
