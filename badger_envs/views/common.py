"""What the views share: spaces, the check of actions, and the naming of episodes by seed or by number."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from badger_envs.episodes import SEED_BITS, EpisodeSet, Keys, episode_keys, fold_seed
from badger_envs.task import Bounds, Task

METADATA: dict[str, Any] = {"render_modes": ["rgb_array", "ansi"], "render_fps": 4}


def box(bounds: Bounds, copies: int = 1) -> gym.spaces.Box:
    """A float32 Box of `copies` times the same bounds, shape (copies * len(bounds.low),)."""
    return gym.spaces.Box(np.tile(bounds.low, copies), np.tile(bounds.high, copies), dtype=np.float32)


def action_box(task: Task[Any], ports: int) -> gym.spaces.Box:
    """The Box of what `ports` ports take, shape (ports * A,)."""
    limit = np.full(task.port_actions, task.action_limit, np.float32)
    return box(Bounds(-limit, limit), ports)


def check_render_mode(render_mode: str | None) -> str | None:
    """Refuse a render mode that does not exist.

    Raises:
        ValueError: naming the mode and the allowed ones.
    """
    if render_mode is not None and render_mode not in METADATA["render_modes"]:
        raise ValueError(f"render_mode must be None or one of {METADATA['render_modes']}, got {render_mode!r}")
    return render_mode


def check_action(
    action: Any,
    shape: tuple[int, ...],
    limit: float,
    name: str = "action",
    ignore: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.float32]:
    """The action as float32, or an error that says what is wrong with it.

    Args:
        action: what was given.
        shape: that it must have.
        limit: it must lie in [-limit, limit].
        name: what the error calls it.
        ignore: bool (B,), rows whose values do not matter; they become 0.

    Raises:
        ValueError: wrong shape, not numbers, NaN, or outside [-limit, limit].
    """
    try:
        array = np.asarray(action, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers of shape {shape}, got {action!r}") from error
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    if ignore is not None:
        array = np.where(ignore[:, None], np.float32(0.0), array)
    # The maximum lets NaN through to the comparison, which NaN fails.
    if not np.maximum.reduce(np.abs(array), axis=None, initial=0.0) <= limit:
        place = tuple(int(axis[0]) for axis in np.nonzero(~(np.abs(array) <= limit)))
        raise ValueError(
            f"{name} must lie in [-{limit:g}, {limit:g}], got {array[place]} at index {place}; "
            "to clip, wrap the environment in gymnasium.wrappers.ClipAction"
        )
    return array


class Names:
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
        named = named_test_episodes(options, len(self._seeds))
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


def named_test_episodes(options: Mapping[str, Any] | None, batch: int) -> Keys | None:
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
