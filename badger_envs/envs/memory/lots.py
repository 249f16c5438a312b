"""What is drawn at the beginning of a lifetime of Memory. Axis letters as in `badger_envs.core.task`; C cycles, N pairs
of a cycle, Q of a lifetime, S signs of a value."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import BoolArray, FloatArray
from badger_envs.core.episodes import Keys, uniform

KEY_SIGNS = 6
MAX_PAIRS = 1 << KEY_SIGNS
"""Of a cycle: there are no more keys."""


class Lots(NamedTuple):
    """What is drawn; each means what the field of this name in `MemoryState` does."""

    keys: FloatArray  # (B, Q, KEY_SIGNS)
    values: FloatArray  # (B, Q, S)
    shown_to: FloatArray  # (B, Q, P)
    order: npt.NDArray[np.int64]  # (B, Q)
    lost: BoolArray  # (B, C, P)


def draw_lots(
    episodes: Keys, inner_episode: int, *, ports: int, pairs: int, signs: int, cycles: int, lost: int, fragile: bool
) -> Lots:
    """Draw keys, no two of a cycle alike, values, who is shown them, the order of the questions, and who is lost.

    Args:
        episodes: uint64 (B,).
        inner_episode: number of the inner episode; fragile ports are the same in all of them, nothing else is.
        ports: how many there are (P).
        pairs: of a cycle (N).
        signs: of a value (S).
        cycles: of a lifetime (C).
        lost: ports lost in a cycle.
        fragile: whether they are the same ports in all cycles.
    """
    # The stream of an episode: which ports are fragile, then all else of inner episode 0, of inner episode 1, ...
    ends = np.cumsum([MAX_PAIRS, pairs, pairs, ports, pairs * signs])
    count = cycles * int(ends[-1])
    drawn = uniform(episodes, count, first=ports + inner_episode * count)  # (B, count)
    parts = np.split(drawn.reshape(len(episodes), cycles, -1), ends[:-1], axis=2)
    key, port, question, shock, value = parts  # each (B, C, numbers)
    if fragile:
        shock = np.broadcast_to(uniform(episodes, ports)[:, None, :], shock.shape)  # (B, C, P)
    number = _ranked(key)[:, :, :pairs].reshape(len(episodes), -1, 1)  # (B, Q, 1)
    holder = np.floor(port * np.float32(ports)).reshape(len(episodes), -1, 1)  # (B, Q, 1)
    order = _ranked(question) + np.arange(cycles)[:, None] * pairs  # (B, C, N)
    return Lots(
        keys=_signs(number >> np.arange(KEY_SIGNS) & 1),  # (B, Q, KEY_SIGNS)
        values=_signs(value >= 0.5).reshape(len(episodes), -1, signs),  # (B, Q, S)
        shown_to=(holder == np.arange(ports)).astype(np.float32),  # (B, Q, P)
        order=order.reshape(len(episodes), -1),  # (B, Q)
        lost=_ranked(_ranked(shock)) < lost,  # (B, C, P)
    )


def _ranked(drawn: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The numbers 0, 1, ... in a random order, by what was drawn for each of them, along the last axis."""
    return drawn.argsort(axis=-1, kind="stable")


def _signs(bits: npt.NDArray[Any]) -> FloatArray:
    """-1 for 0 and 1 for 1."""
    return np.where(bits, np.float32(1.0), np.float32(-1.0))
