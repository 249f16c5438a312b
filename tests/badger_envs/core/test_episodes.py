import jax
import numpy as np
import pytest
import torch

from badger_envs import SPECS
from badger_envs.core.episodes import (
    LARGEST_NORMAL,
    EpisodeSet,
    episode_keys,
    fold_seed,
    normal,
    splitmix64,
    uniform,
)


def test_splitmix64_agrees_with_the_published_sequence():
    # First outputs of the reference generator with state 1234567 (Vigna, splitmix64.c).
    gamma = 0x9E3779B97F4A7C15
    states = np.asarray([(1234567 + i * gamma) % 2**64 for i in range(3)], dtype=np.uint64)
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert splitmix64(states).tolist() == expected


def test_episode_keys_of_different_names_are_different():
    keys = [
        episode_keys(np.repeat(np.arange(50), 50), np.tile(np.arange(50), 50), episode_set)
        for episode_set in EpisodeSet
    ]
    assert len(np.unique(np.concatenate(keys))) == len(EpisodeSet) * 2500


def test_episode_keys_of_training_and_evaluation_differ_by_their_names():
    # splitmix64 is invertible; undoing it must give names whose top bits are the set.
    def unshift(values, shift):
        result = values
        for _ in range(64 // shift + 1):
            result = values ^ (result >> np.uint64(shift))
        return result

    for episode_set in EpisodeSet:
        keys = episode_keys([0, 5, 2**30 - 1], [0, 7, 2**32 - 1], episode_set)
        inverse = [pow(m, -1, 2**64) for m in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)]
        names = unshift(keys, 31)
        names = unshift(names * np.uint64(inverse[1]), 27)
        names = unshift(names * np.uint64(inverse[0]), 30) - np.uint64(0x9E3779B97F4A7C15)
        assert (names >> np.uint64(62)).tolist() == [int(episode_set)] * 3
        assert (names & np.uint64(2**32 - 1)).tolist() == [0, 7, 2**32 - 1]


def test_uniform_has_the_right_mean_spread_and_range():
    numbers = uniform(episode_keys(3, np.arange(20000)), 5, low=-1.0, high=1.0)
    assert numbers.dtype == np.float32
    assert numbers.min() >= -1.0
    assert numbers.max() < 1.0
    standard_error = np.sqrt(1 / 3 / numbers.size)
    assert abs(numbers.mean()) < 4 * standard_error
    assert abs((numbers**2).mean() - 1 / 3) < 4 * np.sqrt(4 / 45 / numbers.size)
    assert np.abs(np.corrcoef(numbers.T) - np.eye(5)).max() < 4 / np.sqrt(20000)


def test_uniform_finds_later_numbers_of_a_stream_by_position():
    keys = episode_keys(0, np.arange(4))
    assert np.array_equal(uniform(keys, 5)[:, 2:], uniform(keys, 3, first=2))


def test_normal_has_the_right_moments():
    numbers = normal(episode_keys(3, np.arange(40000)), 5)
    assert numbers.dtype == np.float32
    assert numbers.shape == (40000, 5)
    count = numbers.size
    for power, moment, variance in ((1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)):
        assert abs((numbers.astype(np.float64) ** power).mean() - moment) < 4 * np.sqrt(variance / count)
    assert abs((np.abs(numbers) > 1.959964).mean() - 0.05) < 4 * np.sqrt(0.05 * 0.95 / count)
    assert np.abs(np.corrcoef(numbers.T) - np.eye(5)).max() < 4 / np.sqrt(40000)


def test_normal_is_bounded_where_the_uniform_numbers_are_at_their_ends(monkeypatch):
    ends = np.asarray([[0.0, 0.0, 0.0, 0.5, 1.0 - 2.0**-24, 0.0]], np.float32)
    monkeypatch.setattr("badger_envs.core.episodes.uniform", lambda keys, count, first: ends)
    largest, smallest, nearly_zero = normal(episode_keys(0, 0), 3)[0].tolist()
    assert 5.88 < largest < LARGEST_NORMAL
    assert -smallest == largest
    assert 0.0 < nearly_zero < 1e-3


def test_normal_numbers_are_functions_of_two_uniform_ones_each():
    keys = episode_keys(0, np.arange(4))
    assert np.array_equal(normal(keys, 5)[:, 2:], normal(keys, 3, first=4))
    radius, turn = uniform(keys, 2, first=7).astype(np.float64).T
    by_hand = np.sqrt(-2.0 * np.log(radius + 2.0**-25)) * np.cos(2.0 * np.pi * turn)
    assert np.array_equal(normal(keys, 1, first=7)[:, 0], by_hand.astype(np.float32))


def test_normal_of_a_name_never_changes():
    numbers = normal(episode_keys(1, np.arange(2)), 2)
    assert numbers.tolist() == [[0.1350521743297577, 1.8165717124938965], [0.9348673224449158, 0.45268240571022034]]
    with pytest.raises(ValueError, match="episodes must be keys"):
        normal(np.arange(2), 3)


def test_normal_is_drawn_on_the_host_and_so_the_same_on_every_backend():
    numbers = normal(episode_keys(2, np.arange(100)), 3)
    for convert in (torch.asarray, jax.numpy.asarray):
        assert np.array_equal(np.asarray(convert(numbers)), numbers)
    with pytest.raises(ValueError, match="begin episodes outside of compiled functions"):
        jax.jit(lambda keys: normal(keys, 3))(np.arange(2, dtype=np.uint64))


def test_fold_seed_keeps_small_seeds_and_brings_large_ones_into_range():
    assert fold_seed(123) == 123
    large = [fold_seed(seed) for seed in (2**30, 2**31, 2**63, 2**64, 2**64 + 1, 2**100)]
    assert len(set(large)) == len(large)
    assert all(0 <= seed < 2**30 for seed in large)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fold_seed(-1), "seed must be an integer at least 0, got -1"),
        (lambda: episode_keys(-1, 0), "seeds must lie in"),
        (lambda: episode_keys(2**30, 0), "seeds must lie in"),
        (lambda: episode_keys(0, 2**32), "indices must lie in"),
        (lambda: episode_keys(0, 0.5), "indices must be integers, got type float64"),
        (lambda: fold_seed(1.5), "seed must be an integer at least 0, got 1.5"),
        (lambda: episode_keys(0, 0, 2), "episode_set must be an EpisodeSet, got 2"),
        (lambda: episode_keys(0, 0, "TEST"), "episode_set must be an EpisodeSet, got 'TEST'"),
    ],
)
def test_episode_keys_refuse_names_out_of_range(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("wrong", [7, [1, 2], np.arange(3), np.arange(3, dtype=np.uint32), np.zeros((2, 2), np.uint64)])
def test_nothing_is_drawn_from_what_is_no_key(wrong):
    for spec in SPECS.values():
        with pytest.raises(ValueError, match=r"episodes must be keys, a numpy array uint64 \(B,\)"):
            spec.make_task().initial(wrong)
    with pytest.raises(ValueError, match="episodes must be keys"):
        uniform(wrong, 3)


@pytest.mark.parametrize("id", [id for id, spec in SPECS.items() if spec.task.functional])
def test_no_episode_begins_inside_a_compiled_function_where_keys_are_cut_to_32_bits(id):
    task = SPECS[id].make_task()
    with pytest.raises(ValueError, match="begin episodes outside of compiled functions"):
        jax.jit(lambda keys: task.initial(keys, xp=jax.numpy))(episode_keys(0, np.arange(3)))
