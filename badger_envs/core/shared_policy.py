"""Handcrafted experts: ONE rule that every port runs for itself, on what it sees and hears and nothing else.

What an environment selects for is shown by such a rule that solves it with messages and not without. Axis letters as
in `badger_envs.core.task`; N rows, one for each port of each episode; M numbers in a message, D slots of messages
heard.
"""

from typing import Any, Protocol

import numpy as np

from badger_envs.core.channel import Channel
from badger_envs.core.episodes import Keys
from badger_envs.core.policy import FloatArray
from badger_envs.core.task import Task


class SharedPolicy(Protocol):
    """A rule for one port, written for N rows at once that know nothing of each other."""

    message_size: int
    """Numbers in [-1, 1] that a port says in a step (M)."""

    def reset(self, rows: int) -> None:
        """Begin N new lifetimes; forget the old ones."""

    def act(self, observation: FloatArray, heard: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What to do and say.

        Args:
            observation: float32 (N, F).
            heard: float32 (N, D, M), what the neighbours said one step ago.

        Returns:
            Action float32 (N, A) and message float32 (N, M), both in [-1, 1].
        """


def live_together(policy: SharedPolicy, task: Task[Any], episodes: Keys, *, cut: bool = False) -> FloatArray:
    """Let every port of every episode run the same rule, neighbours talking to each other.

    Args:
        policy: the rule.
        task: what is played.
        episodes: uint64 (B,).
        cut: whether the messages are cut.

    Returns:
        Return of each episode, float32 (B,).
    """
    channel = Channel(size=policy.message_size, cut=cut)
    batch, rows = len(episodes), len(episodes) * task.ports
    state, said = task.initial(episodes), channel.silence(task, len(episodes))
    policy.reset(rows)
    total = np.zeros(batch, np.float32)  # (B,)
    for _ in range(task.horizon):
        seen = task.observation(state).reshape(rows, -1)  # (N, F)
        heard = channel.hear(task, state, said).reshape(rows, -1, channel.width)  # (N, D, M)
        action, message = policy.act(seen, heard)
        ported = action.reshape(batch, task.ports, -1)  # (B, P, A)
        said = message.reshape(batch, task.ports, -1)  # (B, P, M)
        following = task.transition(state, ported)
        total += task.reward(state, ported, following)
        state = following
    return total
