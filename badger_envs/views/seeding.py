"""The naming of episodes by seed or by number. Axis letters as in `badger_envs.core.task`; R of its B rows."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.error import ResetNeeded

from badger_envs.core.episodes import SEED_BITS, EpisodeSet, Keys, episode_keys, fold_seed


class EpisodeSeeder:
    """Names the episodes of B environments: environment b plays episodes 0, 1, 2, ... of its seed.

    `reset(options={"episode": n})` names an episode of the test set instead, one number for all or one for each; so
    the episodes that scores are reported on can be run by all.
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
        if named is not None:
            chosen: Keys = named[rows]  # (R,)
            return chosen
        given = np.asarray([seed is not None for seed in seeds], dtype=np.bool_)  # (R,)
        self.advance(rows[~given])
        for row, seed in zip(rows, seeds, strict=True):
            if seed is not None:
                self._seeds[row], self._indices[row] = fold_seed(int(seed)), 0
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
    numbers = np.asarray(options["episode"])
    if numbers.dtype.kind not in "iu" or numbers.shape not in ((), (batch,)):
        raise ValueError(
            f"options['episode'] must be an integer or {batch} integers, one for each environment, "
            f"got {options['episode']!r}"
        )
    return episode_keys(0, np.broadcast_to(numbers, (batch,)), EpisodeSet.TEST)


def reset_mask(options: Mapping[str, Any] | None, batch: int, begun: bool) -> npt.NDArray[np.bool_]:
    """Which of B environments a reset begins, bool (B,): options["reset_mask"], else all.

    Raises:
        ValueError: The mask has another shape or type, or nothing set.
        gymnasium.error.ResetNeeded: It leaves environments without an episode, before any was `begun`.
    """
    if not options or "reset_mask" not in options:
        return np.ones(batch, dtype=np.bool_)
    mask = options["reset_mask"]
    if not isinstance(mask, np.ndarray) or mask.shape != (batch,) or mask.dtype != np.bool_:
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
