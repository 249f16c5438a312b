"""The naming of episodes by seed or by number. Axis letters as in `badger_envs.core.task`; R of its B rows."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.error import ResetNeeded

from badger_envs.core.checks import in_short, plain_array, require_integer
from badger_envs.core.episodes import INDEX_BITS, SEED_BITS, EpisodeSet, Keys, episode_keys, fold_seed

MAX_INNER_EPISODE = 2**32 - 1


class EpisodeSeeder:
    """Names the episodes of B environments: environment b plays episodes 0, 1, 2, ... of its seed.

    `reset(options={"episode": n})` names an episode of the test set instead, one number for all or one for each; so
    the episodes that scores are reported on can be run by all. A seed beside it counts from the next reset on.
    """

    def __init__(self, batch: int) -> None:
        self._seeds = np.full(batch, -1, dtype=np.int64)  # (B,) -1 where there is none yet
        self._indices = np.zeros(batch, dtype=np.int64)  # (B,)

    def begin(self, seeds: Sequence[int | None], rows: npt.NDArray[Any], options: Mapping[str, Any] | None) -> Keys:
        """Keys of the episodes that a reset begins.

        Args:
            seeds: one for each of `rows`; None goes on to the next episode of the seed before, and draws a seed where
                there was none.
            rows: int (R,), which environments begin.
            options: the options of the reset.

        Returns:
            uint64 (R,).

        Raises:
            ValueError: A negative seed, or an episode that is no number.
        """
        named = test_episode_keys(options, len(self._seeds))
        given = np.asarray([seed is not None for seed in seeds], dtype=np.bool_)  # (R,)
        if named is None:
            self.advance(rows[~given])
        first = 0 if named is None else -1  # of the seed: the next reset goes on to the one after it
        for row, seed in zip(rows, seeds, strict=True):
            if seed is not None:
                self._seeds[row], self._indices[row] = fold_seed(seed), first
        if named is not None:
            chosen: Keys = named[rows]  # (R,)
            return chosen
        return episode_keys(self._seeds[rows], self._indices[rows])

    def advance(self, rows: npt.NDArray[Any]) -> Keys:
        """Go on to the next episode of the seed in these rows, uint64 (R,); draw a seed where there is none yet."""
        self._indices[rows] += 1
        for row in rows[self._seeds[rows] < 0]:
            self._seeds[row], self._indices[row] = secrets.randbits(SEED_BITS), 0
        return episode_keys(self._seeds[rows], self._indices[rows])


def test_episode_keys(options: Mapping[str, Any] | None, batch: int) -> Keys | None:
    """Keys of the test episodes that `options` asks for, uint64 (B,), or None where it asks for none.

    Raises:
        ValueError: options["episode"] is not a whole number in range, or not one for each environment.
    """
    if not options or "episode" not in options:
        return None
    return episode_keys(0, one_each("episode", options["episode"], batch, 2**INDEX_BITS - 1), EpisodeSet.TEST)


def inner_episodes(options: Mapping[str, Any], batch: int) -> npt.NDArray[np.int64]:
    """Which inner episode of its lifetime each of B environments begins, int64 (B,): options["inner_episode"], else 0.

    Raises:
        ValueError: It is no whole number at least 0, nor one for each environment.
    """
    return one_each("inner_episode", options.get("inner_episode", 0), batch, MAX_INNER_EPISODE)


def one_each(name: str, numbers: Any, batch: int, maximum: int) -> npt.NDArray[np.int64]:
    """The number that an option gives each of B environments, int64 (B,).

    Raises:
        ValueError: It is no whole number in [0, maximum], nor one for each environment.
    """
    must = f"an integer in [0, {maximum}], or {batch} of them, one for each environment"
    array = plain_array(numbers, f"options[{name!r}]", "iu", must)
    if array.shape not in ((), (batch,)) or array.min() < 0 or array.max() > maximum:
        raise ValueError(f"options[{name!r}] must be {must}, got {in_short(numbers)}")
    return np.broadcast_to(array.astype(np.int64), (batch,))


def one_seed_each(seed: Any, batch: int) -> list[int | None]:
    """The seed of each of B environments: of environment b that of the first plus b, where there is one for all.

    Raises:
        ValueError: It is neither None, an integer at least 0, nor one of these for each environment.
    """
    if seed is None:
        return [None] * batch
    if isinstance(seed, int | float | complex | np.number):
        first = require_integer("seed", seed, 0)
        return [first + row for row in range(batch)]
    several = isinstance(seed, Sequence | np.ndarray) and not isinstance(seed, str | bytes | bytearray)
    if not several or np.ndim(seed) == 0 or len(seed) != batch:
        got = in_short(seed) if not several or np.ndim(seed) == 0 else len(seed)
        raise ValueError(f"seed must be one integer or {batch}, one for each, got {got}")
    return [None if one is None else require_integer("seed", one, 0) for one in seed]


def reset_mask(options: Mapping[str, Any] | None, batch: int, begun: bool) -> npt.NDArray[np.bool_]:
    """Which of B environments a reset begins, bool (B,): options["reset_mask"], else all.

    Raises:
        ValueError: The mask has another shape or type, or nothing set.
        gymnasium.error.ResetNeeded: It leaves environments without an episode, before any was `begun`.
    """
    if not options or "reset_mask" not in options:
        return np.ones(batch, dtype=np.bool_)
    mask = options["reset_mask"]
    if type(mask) is not np.ndarray or mask.shape != (batch,) or mask.dtype != np.bool_:
        got = f"{mask.dtype} {mask.shape}" if isinstance(mask, np.ndarray) else repr(mask)
        raise ValueError(f"options['reset_mask'] must be a bool array of shape ({batch},), got {got}")
    if not mask.any():
        raise ValueError("options['reset_mask'] must have at least one True, got none")
    if not begun and not mask.all():
        raise ResetNeeded(f"the first reset() must begin every episode, got reset_mask={mask}")
    return mask


def require_begun(name: str, state: Any, what: str) -> None:
    """Refuse what needs an episode where none was begun.

    Raises:
        gymnasium.error.ResetNeeded: naming the environment and what was asked.
    """
    if state is None:
        raise ResetNeeded(f"{name}: call reset() before {what}(); no episode was begun yet")
