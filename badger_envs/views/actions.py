"""What ports take, as a space, and the way from an action of that space to the numbers a task plays.

Axis letters as in `badger_envs.core.task`.
"""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import Bounds, FloatArray
from badger_envs.core.channel import Channel
from badger_envs.core.checks import check_numbers, require_integer
from badger_envs.core.task import Task
from badger_envs.views.spaces import box, repeat


class Played(NamedTuple):
    """An action taken apart."""

    port_actions: FloatArray  # (..., ports, A) what the task plays
    messages: FloatArray | None  # (..., ports, M) what goes over the channel, if there is one


class Actions:
    """The action space of some ports of a task.

    Without `bins` it is a Box: for each port the A numbers of the task, then the M numbers of its message; a channel of
    words takes one number for each word and sends the word of the largest. With `bins` every number is one of that
    many, evenly spaced from the smallest to the largest, and a word is one of the vocabulary: the space is Discrete
    for one number and MultiDiscrete for several.

    Args:
        task: what is played.
        ports: how many ports the action speaks for.
        bins: how many values a number has, at least 2; None for all.
        channel: over which the ports talk, or None.

    Raises:
        ValueError: Fewer than 2 bins, or bins together with a channel of numbers.
    """

    def __init__(self, task: Task[Any], ports: int, *, bins: int | None = None, channel: Channel | None = None) -> None:
        if bins is not None:
            require_integer("bins", bins, 2)
            if channel is not None and channel.size:
                raise ValueError(
                    f"bins must be None where a channel takes numbers, got bins={bins} and {channel}; "
                    "a channel with a vocabulary goes with bins"
                )
        self._bins, self._channel = bins, channel
        self._own, self._limit = task.port_actions, task.action_limit
        self._message_entries = 0 if channel is None else 1 if bins else channel.width
        self.shape: tuple[int, ...] = (ports * (self._own + self._message_entries),)
        self._port_shape = (ports, self._own + self._message_entries)
        self.space: gym.spaces.Space[Any]
        if bins is None:
            limits = np.full(self._own + self._message_entries, self._limit, np.float32)  # (A + M,)
            self.space = box(repeat(Bounds(-limits, limits), ports))
        else:
            sizes = [bins] * self._own + ([] if channel is None else [channel.vocabulary])
            self._sizes = np.tile(np.asarray(sizes, np.int64), ports)  # (ports * (A + 1),)
            self.space = gym.spaces.MultiDiscrete(self._sizes)
            if len(self._sizes) == 1:
                self.space, self.shape, self._sizes = gym.spaces.Discrete(bins), (), self._sizes[0]
            self._values = np.linspace(-self._limit, self._limit, bins, dtype=np.float32)  # (bins,)
            self._words = np.eye(0 if channel is None else channel.vocabulary, dtype=np.float32)  # (M, M)

    def play(
        self,
        action: Any,
        lead: tuple[int, ...] = (),
        name: str = "action",
        ignore: npt.NDArray[np.bool_] | None = None,
    ) -> Played:
        """Check an action and take it apart.

        Args:
            action: what was given, with leading axes `lead` before the shape of the space.
            lead: those axes.
            name: what an error calls it.
            ignore: bool (B,), rows whose values do not matter; they become 0.

        Raises:
            ValueError: wrong shape, not numbers, NaN, or outside of the space.
        """
        if self._bins is None:
            array = check_numbers(action, lead + self.shape, self._limit, name, ignore)
            array = array.reshape(lead + self._port_shape)  # (..., ports, A + M)
            if self._channel is None:
                return Played(array, None)
            messages = array[..., self._own :]  # (..., ports, M)
            if self._channel.vocabulary:
                messages = (messages.argmax(axis=-1)[..., None] == np.arange(self._message_entries)).astype(np.float32)
            return Played(array[..., : self._own], messages)
        chosen = check_choices(action, lead + self.shape, self._sizes, name, ignore)
        chosen = chosen.reshape(lead + self._port_shape)  # (..., ports, A + 1)
        port_actions = self._values[chosen[..., : self._own]]  # (..., ports, A)
        return Played(port_actions, None if self._channel is None else self._words[chosen[..., self._own]])


def check_choices(
    action: Any,
    shape: tuple[int, ...],
    sizes: npt.NDArray[np.int64],
    name: str = "action",
    ignore: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.int64]:
    """The bins as int64, or an error that names what is wrong with them.

    Args:
        action: what was given.
        shape: that it must have.
        sizes: each must lie in [0, size): one for each place of the last axis, or one for all.
        name: what the error calls it.
        ignore: bool (B,), rows whose values do not matter; they become 0.

    Raises:
        ValueError: wrong shape, not whole numbers, or out of range.
    """
    array = np.asarray(action)
    if ignore is not None and array.shape == shape:
        array = np.where(ignore.reshape(-1, *(1 for _ in shape[1:])), 0, array)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole numbers of shape {shape}, got {action!r}")
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    fits = (array >= 0) & (array < sizes)
    if not fits.all():
        place = tuple(np.argwhere(~fits)[0].tolist())
        size = np.broadcast_to(sizes, shape)[place]
        raise ValueError(f"{name} must lie in [0, {size - 1}], got {array[place]} at index {place}")
    return array.astype(np.int64)
