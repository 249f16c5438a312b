"""Episodes are named by numbers: every hidden variable is a function of a 64-bit key.

A name is a triple (set, seed, index) packed into 64 bits and sent through splitmix64 (Steele, Lea, Flood 2014,
"Fast splittable pseudorandom number generators"), which is a bijection of the 64-bit integers: two different names
never share a key, so episodes of the training set and of an evaluation set are disjoint by construction. Names
become numbers on the host, in numpy; what comes out is handed to any backend, so an episode is the same everywhere.
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from badger_envs.core.checks import in_short, plain_array, require_integer

Keys = npt.NDArray[np.uint64]

SEED_BITS = 30
INDEX_BITS = 32

_GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
# A float32 holds 24 bits exactly, so a uniform number is one of 2**24 equally spaced ones.
_TO_24_BITS = np.uint64(40)
_ULP_24 = np.float32(2.0**-24)
NUMBERS_AT_ONCE = 1 << 15
"""Worked on together; see `parts_of`."""
LARGEST_NORMAL = 5.9
"""No normal number is larger, since `normal` keeps the logarithm away from 0."""


class EpisodeSet(IntEnum):
    """What an episode may be used for. The set is the top of the name, so the sets cannot meet."""

    TRAIN = 0
    """Everything that `reset(seed=...)` and the outer loops run on."""
    VALIDATION = 1
    """For choosing learning rates and checkpoints."""
    TEST = 2
    """For reported numbers only."""
    REFERENCE_RETURNS = 3
    """For measuring the reference returns of tasks where no formula gives them."""


def splitmix64(values: Keys) -> Keys:
    """The output function of splitmix64: a bijection of the 64-bit integers, element by element.

    Args:
        values: uint64, any shape.

    Returns:
        uint64, the same shape.
    """
    mixed = values + _GOLDEN_GAMMA
    for shift, multiplier in zip(_SHIFTS, _MULTIPLIERS, strict=False):
        mixed ^= mixed >> shift  # in place: there may be millions of them
        mixed *= multiplier
    mixed ^= mixed >> _SHIFTS[2]
    return mixed


def fold_seed(seed: int) -> int:
    """Bring any non-negative seed into the range of a name: small seeds stay themselves, larger ones are hashed.

    Raises:
        ValueError: The seed is negative, or no integer.
    """
    seed = require_integer("seed", seed, 0)
    if seed < 1 << SEED_BITS:
        return seed
    folded = 0
    while seed:  # 64 bits at a time, for seeds of any length
        folded = int(splitmix64(np.asarray([folded ^ (seed & 0xFFFF_FFFF_FFFF_FFFF)], dtype=np.uint64))[0])
        seed >>= 64
    return folded >> (64 - SEED_BITS)


def episode_keys(seeds: npt.ArrayLike, indices: npt.ArrayLike, episode_set: EpisodeSet = EpisodeSet.TRAIN) -> Keys:
    """Keys of the episodes named (episode_set, seed, index).

    Args:
        seeds: integers below 2**30, broadcast against `indices`.
        indices: integers below 2**32: number of the episode among those of the seed, from 0.
        episode_set: training, validation, test or reference returns.

    Returns:
        uint64 (B,).

    Raises:
        ValueError: A seed or an index is out of range or no integer, or there is no such set.
    """
    if not isinstance(episode_set, EpisodeSet):
        raise ValueError(f"episode_set must be an EpisodeSet, got {in_short(episode_set)}")
    seeds_array, indices_array = (
        np.zeros(0, np.int64)
        if isinstance(values, list) and not values
        else plain_array(values, name, "iu", "integers")
        for name, values in (("seeds", seeds), ("indices", indices))
    )
    for name, array, bits in (("seeds", seeds_array, SEED_BITS), ("indices", indices_array, INDEX_BITS)):
        if array.size and (array.min() < 0 or array.max() >> bits):
            raise ValueError(f"{name} must lie in [0, 2**{bits}), got {array.min()}..{array.max()}")
    top = np.uint64(int(episode_set) << (SEED_BITS + INDEX_BITS))
    names = top | seeds_array.astype(np.uint64) << np.uint64(INDEX_BITS) | indices_array.astype(np.uint64)
    return splitmix64(np.atleast_1d(names))  # (B,)


def require_keys(keys: object) -> Keys:
    """Keys, unless they are something else that numbers can be drawn from, all of them wrong.

    Names become numbers on the host, in numpy: what a compiler such as `jax.jit` hands over has lost half of its bits.

    Raises:
        ValueError: They are no numpy array uint64 (B,).
    """
    if not isinstance(keys, np.ndarray) or keys.dtype != np.uint64 or keys.ndim != 1:
        got = (
            f"{keys.dtype} {keys.shape}" if isinstance(keys, np.ndarray) else f"{type(keys).__name__} {in_short(keys)}"
        )
        raise ValueError(
            f"episodes must be keys, a numpy array uint64 (B,) as episode_keys makes it, got {got}; "
            "begin episodes outside of compiled functions"
        )
    return keys


def uniform(keys: Keys, count: int, *, low: float = 0.0, high: float = 1.0, first: int = 0) -> npt.NDArray[np.float32]:
    """Numbers `first`, `first + 1`, ... of each episode's stream, uniform in [low, high).

    Args:
        keys: uint64 (B,), from `episode_keys`.
        count: how many numbers per episode.
        low: lower end, included.
        high: upper end, excluded.
        first: position in the stream, so that a task can draw several variables that do not overlap.

    Returns:
        float32 (B, count).

    Raises:
        ValueError: The keys are no numpy array uint64 (B,).
    """
    require_keys(keys)
    counters = np.arange(first + 1, first + count + 1, dtype=np.uint64) * _GOLDEN_GAMMA  # (count,)
    numbers = np.empty((len(keys), count), np.float32)  # (B, count)
    for some in parts_of(len(keys), count):
        bits = splitmix64(keys[some, None] + counters)  # (b, count)
        bits >>= _TO_24_BITS
        numbers[some] = bits  # (b, count)
        numbers[some] *= _ULP_24
    if (low, high) == (0.0, 1.0):
        return numbers
    return np.float32(low) + np.float32(high - low) * numbers


def normal(keys: Keys, count: int, *, first: int = 0) -> npt.NDArray[np.float32]:
    """Standard normal numbers made of numbers `first`, ..., `first + 2 * count - 1` of each episode's stream.

    By the transform of Box and Muller (1958), on the host and with doubles in between, so that all machines round to
    the same number.

    Args:
        keys: uint64 (B,), from `episode_keys`.
        count: how many numbers per episode.
        first: position in the stream, as for `uniform`; `2 * count` positions are used.

    Returns:
        float32 (B, count), each within `LARGEST_NORMAL` of 0.

    Raises:
        ValueError: The keys are no numpy array uint64 (B,).
    """
    numbers = np.empty((len(keys), count), np.float32)  # (B, count)
    for some in parts_of(len(keys), 2 * count):
        drawn = uniform(keys[some], 2 * count, first=first)  # (b, 2 * count)
        radius, angle = drawn[:, ::2].astype(np.float64), drawn[:, 1::2].astype(np.float64)  # 2 x (b, count)
        radius += 2.0**-25
        np.log(radius, out=radius)
        radius *= -2.0
        np.sqrt(radius, out=radius)
        angle *= 2.0 * np.pi
        radius *= np.cos(angle, out=angle)
        numbers[some] = radius  # (b, count)
    return numbers


def parts_of(batch: int, count: int) -> list[slice]:
    """Rows of a batch that are worked on together, of `count` numbers each, so that they fit in a processor's cache."""
    rows = max(1, NUMBERS_AT_ONCE // max(count, 1))
    return [slice(begin, begin + rows) for begin in range(0, batch, rows)]
