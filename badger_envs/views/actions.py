"""What ports take, as a space, and the way from an action of that space to the numbers a task plays.

Axis letters as in `badger_envs.core.task`.
"""

import math
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import Bounds, FloatArray
from badger_envs.core.channel import Channel
from badger_envs.core.checks import as_array, check_numbers, in_short, require_bool, require_integer
from badger_envs.core.task import Task
from badger_envs.views.spaces import box, repeat

MAX_BINS = 2**16
"""More values than any trainer tells apart."""
MAX_JOINT = 2**16
"""Joint actions: a trainer has an output for each."""


class Played(NamedTuple):
    """An action taken apart."""

    port_actions: FloatArray  # (..., ports, A) what the task plays
    messages: FloatArray | None  # (..., ports, M) what goes over the channel, if there is one


class Actions:
    """The action space of some ports of a task.

    Without `bins` it is a Box: for each port the A numbers of the task, then the M numbers of its message; a channel of
    words takes one number for each word and sends the word of the largest. With `bins` every number is one of that
    many, evenly spaced from the smallest to the largest, and a word is one of the vocabulary: the space is Discrete
    for one number and MultiDiscrete for several. A joint action is one number for all of these together, which is what
    DQN and its like take: the numbers of the MultiDiscrete action in C order, the last one changing fastest.

    Args:
        task: what is played.
        ports: how many ports the action speaks for.
        bins: how many values a number has, at least 2; None for all.
        channel: over which the ports talk, or None.
        joint: whether the bins of all numbers are chosen together, as one of a Discrete space.

    Raises:
        ValueError: Fewer than 2 bins, bins together with a channel of numbers, or a joint action without bins or with
            more than 65536 choices.
    """

    def __init__(
        self,
        task: Task[Any],
        ports: int,
        *,
        bins: int | None = None,
        channel: Channel | None = None,
        joint: bool = False,
    ) -> None:
        require_bool("joint", joint)
        if channel is not None and not isinstance(channel, Channel):
            raise ValueError(f"channel must be a Channel or None, got {in_short(channel)}")
        if joint and bins is None:
            raise ValueError("joint must be False without bins, got True; bins=2 makes numbers discrete")
        if bins is not None:
            bins = require_integer("bins", bins, 2, MAX_BINS)
            if channel is not None and channel.size:
                raise ValueError(
                    f"bins must be None where a channel takes numbers, got bins={bins} and {channel}; "
                    "a channel with a vocabulary goes with bins"
                )
        self._bins, self._channel, self._joint = bins, channel, joint
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
            count = self._count = math.prod(self._sizes.tolist())
            if joint and count > MAX_JOINT:
                raise ValueError(f"joint must be False with more than {MAX_JOINT} joint actions, got {count}")
            one = joint or len(self._sizes) == 1
            self.space = gym.spaces.Discrete(count) if one else gym.spaces.MultiDiscrete(self._sizes)
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
            ValueError: wrong shape, not real numbers, NaN or infinite, or a bin that there is not.
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
        chosen = self._chosen(action, lead, name, ignore)
        chosen = chosen.reshape(lead + self._port_shape)  # (..., ports, A + 1)
        port_actions = self._values[chosen[..., : self._own]]  # (..., ports, A)
        return Played(port_actions, None if self._channel is None else self._words[chosen[..., self._own]])

    @property
    def shown_bounds(self) -> Bounds:
        """Ends of what `shown` gives, 0 included, which stands for the action before the first, each (W,)."""
        if self._bins is None:
            high = np.full(self.shape, self._limit, np.float32)  # (W,)
            return Bounds(-high, high)
        high = np.ones(int(self._sizes.sum()), np.float32)  # (W,)
        return Bounds(np.zeros_like(high), high)

    def shown(self, action: Any, lead: tuple[int, ...] = (), ignore: npt.NDArray[np.bool_] | None = None) -> FloatArray:
        """An action as it is shown to a policy that is to remember it: numbers as they are played, bins and words as
        ones and zeros, float32 (..., W). Arguments and errors as for `play`."""
        if self._bins is None:
            return check_numbers(action, lead + self.shape, self._limit, ignore=ignore)
        places = self._chosen(action, lead, "action", ignore) + np.cumsum(self._sizes) - self._sizes  # (..., numbers)
        ones = np.zeros((*lead, int(self._sizes.sum())), np.float32)  # (..., W)
        np.put_along_axis(ones, places, np.float32(1.0), axis=-1)
        return ones

    def _chosen(
        self, action: Any, lead: tuple[int, ...], name: str, ignore: npt.NDArray[np.bool_] | None
    ) -> npt.NDArray[np.int64]:
        """The bin of every number, and the word, of an action with bins, int64 (..., ports * (A + 1))."""
        if not self._joint:
            return check_choices(action, lead + self.shape, self._sizes, name, ignore)
        choice = check_choices(action, (*lead, 1), np.asarray(self._count), name, ignore)[..., 0]  # (...)
        return np.stack(np.unravel_index(choice, self._sizes), axis=-1)  # (..., ports * (A + 1))


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
    array = as_array(action, shape, name, "iu", "whole numbers")
    if ignore is not None:
        array = np.where(ignore.reshape(-1, *(1 for _ in shape[1:])), 0, array)
    fits = (array >= 0) & (array < sizes)
    if not fits.all():
        place = tuple(np.argwhere(~fits)[0].tolist())
        size = np.broadcast_to(sizes, shape)[place]
        raise ValueError(f"{name} must lie in [0, {size - 1}], got {array[place]} at index {place}")
    return array.astype(np.int64)
