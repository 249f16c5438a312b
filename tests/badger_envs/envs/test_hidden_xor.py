"""Hidden XOR worked out by hand, its levels, and that everybody is needed."""

import numpy as np
import pytest
from hypothesis import strategies as st

from badger_envs import HiddenXOR, episode_keys
from badger_envs.envs.hidden_xor.policies import Parity
from badger_envs.envs.hidden_xor.returns import known
from badger_envs.envs.hidden_xor.task import HiddenXORState
from badger_envs.evaluation import evaluate

ID = "Badger/HiddenXOR-v0"
ARGUMENTS = st.fixed_dictionaries(
    {
        "bits": st.integers(2, 16),
        "rounds": st.integers(0, 3),
        "questions": st.integers(1, 5),
        "flash": st.booleans(),
        "subset": st.booleans(),
    }
)
"""All that the task takes, small enough to be played at once; for tests of what holds for any."""


def by_hand(task, bits, counted):
    """The state of one episode with these bits (Q, P)."""
    bits = np.asarray([bits], np.float32)
    counted = np.asarray([counted], np.float32)
    parity = np.where(counted[:, None] > 0, bits, 1).prod(axis=2).astype(np.float32)
    zeros = np.zeros_like(counted)
    return HiddenXORState(bits, counted, parity, zeros, zeros[:, 0], np.zeros(1, np.int64))


def answer(*answers):
    return np.asarray(answers, np.float32)[None, :, None]


def test_task_plays_an_episode_worked_out_by_hand():
    task = HiddenXOR(bits=3, rounds=1)
    state = by_hand(task, [[-1, 1, 1]], [1, 1, 1])
    assert task.horizon == 2
    assert task.observation(state).tolist() == [[[-1, 0, 0, 0, 1], [1, 0, 0, 0, 1], [1, 0, 0, 0, 1]]]
    talked = task.transition(state, answer(1, 1, 1))
    assert task.reward(state, answer(1, 1, 1), talked).tolist() == [0.0]  # nothing counts yet
    assert task.observation(talked).tolist() == [[[-1, 1, 0, 1, 0.5], [1, 1, 0, 1, 0.5], [1, 1, 0, 1, 0.5]]]
    over = task.transition(talked, answer(-1, -1, 0.5))
    # One bit is -1, so the parity is -1: mean(1, 1, -0.5) = 0.5.
    assert task.reward(talked, answer(-1, -1, 0.5), over).tolist() == [0.5]
    assert task.state_info(over)["error"].tolist() == [0.25]
    assert task.terminal(over).tolist() == [True]
    assert task.observation(over)[0, 0].tolist() == [-1, -1, -1, 0, 0]  # the right answer is shown afterwards


def test_observation_with_a_hidden_subset_shows_the_parity_of_some_bits_afterwards():
    task = HiddenXOR(bits=2, rounds=0, questions=2, subset=True)
    state = by_hand(task, [[-1, -1], [-1, 1]], [0, 1])
    first = task.transition(state, answer(-1, -1))
    assert task.reward(state, answer(-1, -1), first).tolist() == [1.0]
    assert task.observation(first)[0].tolist() == [[-1, -1, -1, 1, 0.5], [1, -1, -1, 1, 0.5]]
    second = task.transition(first, answer(-1, -1))
    assert task.reward(first, answer(-1, -1), second).tolist() == [-1.0]


def test_observation_shows_flashing_bits_at_the_first_step_of_each_question_only():
    task = HiddenXOR(bits=2, rounds=2, questions=2, flash=True)
    state = task.initial(episode_keys(0, np.arange(4)))
    observation = []
    for _ in range(task.horizon):
        observation.append(np.abs(task.observation(state)[:, :, 0]))
        state = task.transition(state, np.zeros((4, 2, 1), np.float32))
    assert [step.min() == step.max() == 1 for step in observation] == [True, False, False, True, False, False]
    assert not observation[1].any()


def test_initial_draws_subsets_that_are_never_empty_and_all_occur_alike():
    state = HiddenXOR(bits=3, subset=True).initial(episode_keys(0, np.arange(14_000)))
    counts = np.bincount((state.counted @ [1, 2, 4]).astype(int), minlength=8)
    assert counts[0] == 0
    assert np.abs(counts[1:] - 2000).max() < 4 * np.sqrt(2000)


def test_initial_of_another_inner_episode_keeps_the_subset_and_draws_new_bits():
    task, keys = HiddenXOR(bits=6, subset=True, questions=4), episode_keys(0, np.arange(50))
    first, second = task.initial(keys), task.initial(keys, inner_episode=1)
    assert np.array_equal(first.counted, second.counted)
    assert (first.bits != second.bits).any()


@pytest.mark.parametrize("task", [HiddenXOR(bits=3), HiddenXOR(bits=5, rounds=0)], ids=str)
def test_parity_falls_to_chance_when_any_one_bit_is_hidden(task):
    class OneBitHidden(Parity):
        def __init__(self, hidden):
            super().__init__(task)
            self.hidden = hidden

        def act(self, observation, reward):
            ports = observation.reshape(len(observation), task.bits, -1)
            ports[:, self.hidden, 0] = generator.choice([-1, 1], len(ports))  # a guess instead
            return super().act(ports.reshape(len(ports), -1), reward)

    generator = np.random.default_rng(0)
    assert evaluate(Parity(task), ID, **task.arguments()).score == 1.0
    for port in range(task.bits):
        result = evaluate(OneBitHidden(port), ID, episodes=4000, **task.arguments())
        assert abs(result.score) <= 4 / np.sqrt(4000)


def test_known_is_the_curve_of_the_reference():
    task = HiddenXOR(bits=4, rounds=1, questions=9, subset=True)
    # By hand: nothing is known at first but the right answer of no odd bit at all, 1 pattern of 16; then 2 of 16 unless
    # the first question was that pattern.
    assert known(task)[:2].tolist() == [1 / 16, (15 * 2 + 1) / 16**2]
    result = evaluate(Parity(task), ID, episodes=20_000, **task.arguments())
    assert np.abs(result.curve[1::2] - known(task)).max() < 4 * 0.5 / np.sqrt(20_000)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bits": 1}, r"bits must be an integer in \[2, 16\], got 1"),
        ({"bits": 17}, r"bits must be an integer in \[2, 16\], got 17"),
        ({"bits": 2.0}, "bits must be an integer"),
        ({"rounds": -1}, "rounds must be an integer at least 0, got -1"),
        ({"rounds": 2**13, "questions": 2**13}, "rounds and questions must make at most 16777216 steps, got 8192 and"),
        ({"questions": 0}, "questions must be an integer at least 1, got 0"),
        ({"flash": 1}, "flash must be True or False, got 1"),
        ({"subset": "all"}, "subset must be True or False, got 'all'"),
    ],
)
def test_task_refuses_arguments_out_of_range_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        HiddenXOR(**arguments)
