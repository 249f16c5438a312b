"""Which set an episode is of, by its key: for tasks that show training and test episodes different data."""

import numpy as np

from badger_envs.core.arrays import BoolArray
from badger_envs.core.episodes import INDEX_BITS, SEED_BITS, EpisodeSet, Keys, require_keys

_GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_UNDO = (
    ((31, 62), np.uint64(pow(0x94D049BB133111EB, -1, 1 << 64))),
    ((27, 54), np.uint64(pow(0xBF58476D1CE4E5B9, -1, 1 << 64))),
)
"""Shifts and the inverses of the multipliers of splitmix64, the last step first."""


def names_of(keys: Keys) -> Keys:
    """The names that keys were made of: the inverse of splitmix64, which is a bijection.

    Args:
        keys: uint64 (B,), from `badger_envs.core.episodes.episode_keys`.

    Returns:
        uint64 (B,).

    Raises:
        ValueError: The keys are no numpy array uint64 (B,).
    """
    names: Keys = require_keys(keys).copy()
    for (shift, twice), inverse in _UNDO:
        names = (names ^ (names >> np.uint64(shift)) ^ (names >> np.uint64(twice))) * inverse
    names = names ^ (names >> np.uint64(30)) ^ (names >> np.uint64(60))
    made: Keys = names - _GOLDEN_GAMMA
    return made


def is_for_training(keys: Keys) -> BoolArray:
    """Which episodes are of the sets that agents are trained and settings chosen on, bool (B,).

    Args:
        keys: uint64 (B,), from `badger_envs.core.episodes.episode_keys`.

    Raises:
        ValueError: The keys are no numpy array uint64 (B,).
    """
    sets = names_of(keys) >> np.uint64(SEED_BITS + INDEX_BITS)  # (B,)
    training: BoolArray = (sets == EpisodeSet.TRAIN) | (sets == EpisodeSet.VALIDATION)
    return training
