"""Handcrafted policies for mesh routing. Axis letters as in `badger_envs.core.task`; D links of a node."""

import numpy as np

from badger_envs.core.arrays import FloatArray
from badger_envs.envs.mesh_routing.graph import SLOTS, distances
from badger_envs.envs.mesh_routing.task import DESTINATION, HERE, INBOX, OWN, UP, MeshRouting


class ShortestPaths:
    """Learns the graph in one step, sees which links are up, and sends the packet along a shortest path.

    In the first step every slot of every node sends a number of its own below 0. What comes in along a link tells
    from which slot of which node it came.
    """

    def __init__(self, task: MeshRouting) -> None:
        self._ports = task.ports
        self._names = np.arange(1, task.ports * SLOTS + 1) / -(task.ports * SLOTS)  # (P * D,) in [-1, 0)

    def reset(self, batch: int) -> None:
        self._step = 0

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        batch = len(observation)
        observation = observation.reshape(batch, self._ports, -1)  # (B, P, F)
        up, rows = observation[:, :, UP] > 0.0, np.arange(batch)  # (B, P, D), (B,)
        self._step += 1
        if self._step == 1:
            return np.repeat(self._names[None].astype(np.float32), batch, axis=0)  # (B, P * D)
        if self._step == 2:
            inbox = np.rint(observation[:, :, INBOX] / self._names[0]).astype(np.int64)  # (B, P, D) counted from 1
            self._links = np.where(up, (inbox - 1) // SLOTS, -1)  # (B, P, D)
            self._hops = distances(self._links)  # (B, P, P)
        down = np.flatnonzero(((self._links >= 0) & ~up).any(axis=(1, 2)))  # episodes where a link has just failed
        self._links[down] = np.where(up[down], self._links[down], -1)
        self._hops[down] = distances(self._links[down])
        packet_node = observation[:, :, HERE].argmax(axis=1)  # (B,)
        address = observation[rows, packet_node, DESTINATION]  # (B, 6)
        destination = (observation[:, :, OWN] == address[:, None, :]).all(axis=2).argmax(axis=1)  # (B,)
        ways = self._links[rows, packet_node]  # (B, D)
        far = np.where(ways >= 0, self._hops[rows[:, None], ways, destination[:, None]], self._ports)  # (B, D)
        action = np.full((batch, self._ports, SLOTS), -1.0, np.float32)  # (B, P, D)
        action[rows, packet_node, far.argmin(axis=1)] = 1.0
        return action.reshape(batch, -1)  # (B, P * D)
