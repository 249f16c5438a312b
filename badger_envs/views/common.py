"""What the views share: spaces, the check of actions, and the naming of episodes by seed or by number."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from badger_envs.core.channel import Channel
from badger_envs.core.episodes import SEED_BITS, EpisodeSet, Keys, episode_keys, fold_seed
from badger_envs.core.task import Bounds, Task

METADATA: dict[str, Any] = {"render_modes": ["rgb_array", "ansi"], "render_fps": 4}


def box(bounds: Bounds) -> gym.spaces.Box:
    """The float32 Box of these ends."""
    return gym.spaces.Box(bounds.low, bounds.high, dtype=np.float32)


def repeat(bounds: Bounds, copies: int) -> Bounds:
    """`copies` times the same ends, each (copies * len(bounds.low),)."""
    return Bounds(np.tile(bounds.low, copies), np.tile(bounds.high, copies))


def join(first: Bounds, second: Bounds) -> Bounds:
    """The ends of one vector followed by another."""
    return Bounds(np.concatenate([first.low, second.low]), np.concatenate([first.high, second.high]))


def heard_bounds(task: Task[Any], channel: Channel | None) -> Bounds:
    """Ends of what one port hears over a channel, each (D * M,); empty without one."""
    if channel is None:
        return Bounds(np.zeros(0, np.float32), np.zeros(0, np.float32))
    high = np.full(channel.max_degree(task) * channel.width, task.action_limit if channel.size else 1.0, np.float32)
    return Bounds(-high if channel.size else np.zeros_like(high), high)


def check_render_mode(render_mode: str | None) -> str | None:
    """Refuse a render mode that does not exist.

    Raises:
        ValueError: naming the mode and the allowed ones.
    """
    if render_mode is not None and render_mode not in METADATA["render_modes"]:
        raise ValueError(f"render_mode must be None or one of {METADATA['render_modes']}, got {render_mode!r}")
    return render_mode


class EpisodeSeeder:
    """Names the episodes of B environments: environment b plays episodes 0, 1, 2, ... of its seed.

    `reset(options={"episode": n})` names an episode of the test set instead, one number for all or one for each; so
    anybody can run the episodes that scores are reported on.
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
