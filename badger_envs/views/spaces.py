"""Spaces from the bounds that a task states. Axis letters as in `badger_envs.core.task`; M entries of a message."""

from typing import Any

import gymnasium as gym
import numpy as np

from badger_envs.core.arrays import Bounds
from badger_envs.core.channel import Channel
from badger_envs.core.task import Task


def box(bounds: Bounds) -> gym.spaces.Box:
    """The float32 Box of these ends."""
    return gym.spaces.Box(bounds.low, bounds.high, dtype=np.float32)


def repeat(bounds: Bounds, copies: int) -> Bounds:
    """`copies` times the same ends, each (copies * len(bounds.low),)."""
    return Bounds(np.tile(bounds.low, copies), np.tile(bounds.high, copies))


def join(first: Bounds, second: Bounds) -> Bounds:
    """The ends of one vector followed by another."""
    return Bounds(np.concatenate([first.low, second.low]), np.concatenate([first.high, second.high]))


def message_bounds(task: Task[Any], channel: Channel | None) -> Bounds:
    """Ends of what one port hears over a channel, each (D * M,); empty without one."""
    if channel is None:
        return Bounds(np.zeros(0, np.float32), np.zeros(0, np.float32))
    high = np.full(channel.max_degree(task) * channel.width, task.action_limit if channel.size else 1.0, np.float32)
    return Bounds(-high if channel.size else np.zeros_like(high), high)
