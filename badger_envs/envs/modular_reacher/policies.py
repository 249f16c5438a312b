"""Handcrafted policies for the modular reacher. Axis letters as in `badger_envs.core.task`; G tips that have a goal."""

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray
from badger_envs.envs.modular_reacher.body import carrier_matrix
from badger_envs.envs.modular_reacher.task import END, GOAL, MEAN_GOAL, ORIGIN, SEES_GOAL, TURN, ModularReacher

SWEEPS = 2
"""How often the controller goes over all joints in one step; more gains nothing."""
DAMPING = 1e-5
"""In the units of a squared step of a tip: joints that hardly move a tip are left alone."""


class _Controller:
    """Brings the tips as close to their aims as one step can, as far as the Jacobian tells.

    That is a least-squares problem with every action in [-1, 1]. It is solved joint by joint, from the root to the
    tips, each taking the best action given those of the others.
    """

    def __init__(self, task: ModularReacher) -> None:
        self._task = task

    def reset(self, batch: int) -> None:
        self._begins = True

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        ports = observation.reshape(len(observation), self._task.ports, self._task.port_features)  # (B, P, F)
        if self._begins:
            self._tips, self._moves = self._find_body(ports)
        tips = np.take_along_axis(ports, self._tips[:, :, None], axis=1)  # (B, G, F)
        origin, tip = ports[:, :, ORIGIN], tips[:, :, END]  # (B, P, 2), (B, G, 2)
        missing = self._aim(tips) - tip  # (B, G, 2)
        lever = tip[:, None] - origin[:, :, None]  # (B, P, G, 2)
        across = np.stack([-lever[:, :, :, 1], lever[:, :, :, 0]], axis=3)  # (B, P, G, 2)
        effect = (TURN * self._moves[:, :, :, None] * across).reshape(*ports.shape[:2], -1)  # (B, P, G * 2)
        action = np.zeros(ports.shape[:2], np.float32)  # (B, P)
        left = missing.reshape(len(ports), -1)  # (B, G * 2)
        if self._begins:  # an arm that is straight has to bend before a tip can come nearer, and no Jacobian says so
            action += np.where(missing[:, :1, 0] > 0.0, np.float32(-1.0), np.float32(1.0))
            left -= (action[:, :, None] * effect).sum(axis=1)
            self._begins = False
        power = np.vecdot(effect, effect) + np.float32(DAMPING)  # (B, P)
        for joint in [*range(self._task.ports)] * SWEEPS:
            old, step = action[:, joint], effect[:, joint]  # (B,), (B, G * 2)
            pull = np.vecdot(step, left) - np.float32(DAMPING) * old  # (B,)
            new = np.clip(old + pull / power[:, joint], -1.0, 1.0)  # (B,)
            left -= (new - old)[:, None] * step
            action[:, joint] = new
        return action

    def _aim(self, tips: FloatArray) -> FloatArray:
        raise NotImplementedError

    def _find_body(self, ports: FloatArray) -> tuple[npt.NDArray[np.int64], FloatArray]:
        """Which segments have a goal, from the last on, int (B, G), and which joints move them, float32 (B, P, G).

        A segment's parent is the one that ends where it begins. Where an episode has fewer goals than others
        of the batch, the rest of its tips are moved by no joint.
        """
        batch, segments = ports.shape[:2]
        parent = np.repeat(np.arange(-1, segments - 1)[None], batch, axis=0)  # (B, P)
        if self._task.branching > 0.0:
            for segment in range(1, segments):
                gap = ports[:, :segment, END] - ports[:, segment, None, ORIGIN]  # (B, segment, 2)
                parent[:, segment] = np.argmin(np.vecdot(gap, gap), axis=1)
        wanted = ports[:, :, SEES_GOAL] > 0.0  # (B, P)
        if self._task.goal != "tips":
            wanted[:, :-1] = False
        max_goals = int(wanted.sum(axis=1).max())
        tips = segments - 1 - np.argsort(~wanted[:, ::-1], axis=1, kind="stable")[:, :max_goals]  # (B, G)
        carried = carrier_matrix(parent) * wanted[:, :, None]  # (B, P, P)
        moves = np.swapaxes(np.take_along_axis(carried, tips[:, :, None], axis=1), 1, 2)  # (B, P, G)
        return tips, moves.astype(np.float32)


class Reach(_Controller):
    """Aims at the goals: the reference."""

    def _aim(self, tips: FloatArray) -> FloatArray:
        return tips[:, :, GOAL]


class ReachForMean(_Controller):
    """Aims every tip at the mean of all goals, which is the best that can be done without seeing them: chance."""

    def _aim(self, tips: FloatArray) -> FloatArray:
        return np.asarray(MEAN_GOAL, np.float32)
