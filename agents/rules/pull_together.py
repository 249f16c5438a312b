"""Reaching with an arm or a tree of segments. Axis letters as in `agents.rules.rule`.

A segment knows its children by where they begin, which is where it ends itself.
"""

import torch
from torch import Tensor

from agents.rules.rule import Own, Rule

GOAL, SEES_GOAL, ORIGIN, END = slice(0, 2), 2, slice(3, 5), slice(7, 9)
"""Places in what a port shows: its goal, whether it sees one, where it begins and where it ends."""
TOUCHING = 1e-4
"""Two places that are no further apart are the same one."""
MAX_GOALS = 64
GAIN = 50.0
"""Action for each unit of torque by which the goals pull at a joint: full speed until they hardly pull any more."""


class PullTogether(Rule):
    """Tell your parent how the goals pull at you, and turn the way they pull.

    A goal pulls its tip with the force goal - tip. What that does to a joint somewhere down the tree depends on the sum
    of the forces and the sum of their torques about the origin alone, so these are passed on from segment to segment,
    with the number of goals that they are of; news travels one segment per round.

    Memory: force, torque and number of goals of all children.
    """

    message_size = 6

    def memory_size(self, experts: int) -> int:
        return 4

    def observe(self, own: Own, memory: Tensor) -> Tensor:
        return memory

    def send(self, own: Own, memory: Tensor) -> Tensor:
        # Sums divided by the largest number of goals, which lie in [-1, 1] like all that is sent.
        return torch.cat([own.observation[:, ORIGIN], _pull(own, memory) / MAX_GOALS / 2.0], dim=1)  # (N, M)

    def receive(self, own: Own, memory: Tensor, messages: Tensor) -> Tensor:
        apart = (messages[:, :, 0:2] - own.observation[:, None, END]).abs().amax(dim=2)  # (N, D)
        children = (apart < TOUCHING).to(messages.dtype)  # (N, D)
        return (children[:, :, None] * messages[:, :, 2:]).sum(dim=1) * MAX_GOALS * 2.0  # (N, H)

    def act(self, own: Own, memory: Tensor) -> Tensor:
        pull = _pull(own, memory)  # (N, 4)
        mean = pull[:, :3] / pull[:, 3:].clamp(min=1.0)  # (N, 3)
        return GAIN * (mean[:, 2:] - _cross(own.observation[:, ORIGIN], mean[:, :2]))  # (N, A)


def _pull(own: Own, memory: Tensor) -> Tensor:
    """Force, torque and number of goals of a segment and all that it carries, (N, 4)."""
    tip, goal = own.observation[:, END], own.observation[:, GOAL]  # 2 x (N, 2)
    sees = own.observation[:, SEES_GOAL, None]  # (N, 1)
    return memory + sees * torch.cat([goal - tip, _cross(tip, goal), sees], dim=1)  # (N, 4)


def _cross(place: Tensor, force: Tensor) -> Tensor:
    """The torque of a force at a place, each (N, 2), about the origin, (N, 1)."""
    return place[:, :1] * force[:, 1:] - place[:, 1:] * force[:, :1]
