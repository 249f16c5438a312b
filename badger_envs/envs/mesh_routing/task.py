"""Mesh routing: carry packets to their addresses, hop by hop, through a graph that no node sees as a whole.

Selects for telling neighbours what one knows: the way to an address can only be learned from those on it.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import device as device_of

from badger_envs.core.arrays import Array, Bounds, namespace
from badger_envs.core.checks import require_integer
from badger_envs.core.episodes import Keys
from badger_envs.core.task import Task
from badger_envs.envs.mesh_routing.graph import MIN_NODES, SLOTS
from badger_envs.envs.mesh_routing.network import ADDRESS_BITS, ADDRESSES, draw_network

WRONG_HOP = 3.0
"""What a hop costs that does not bring the packet nearer. Blind hops bring it nearer more often than away, since
whatever is delivered has come nearer: up to 7 hops in 10 did in the smallest rings. They must not pay."""

OWN, HERE = slice(0, ADDRESS_BITS), ADDRESS_BITS
DESTINATION = slice(HERE + 1, HERE + 1 + ADDRESS_BITS)
UP = slice(DESTINATION.stop, DESTINATION.stop + SLOTS)
INBOX = slice(UP.stop, UP.stop + SLOTS)
LEFT = INBOX.stop
"""Places in what a node shows: its address, whether the packet is here, the address that the packet is bound for, which
links are up, what came in along them, the fraction of the lifetime that is left."""
START, END = range(2)
"""Places in the nodes of a packet."""


class MeshRoutingState(NamedTuple):
    """Everything that changes, and what is hidden."""

    links: Array  # (B, P, D) int32, the node at the other end of each link, -1 in slots without a link; hidden
    origin: Array  # (B, P, D) int32, where in all outputs (P * D) stands what comes in along each link; hidden
    fails: Array  # (B, P, D) the step from which on a link is down, 0 in slots without one; hidden
    moments: Array  # (B, failures) the steps at which links fail, in order; hidden
    distances: Array  # (B, failures + 1, P, P) hops between nodes after so many failures; hidden
    addresses: Array  # (B, P, 6) signs
    packets: Array  # (B, T + 1, 2) int32, the nodes where each packet starts and its destination; hidden
    packet_node: Array  # (B,) int32, the node where the packet is
    delivered: Array  # (B,) packets delivered, a whole number as float32
    inbox: Array  # (B, P, D) what was sent to each node along each link in the previous step, 0 at first
    gain: Array  # (B,) reward of the previous step
    total: Array  # (B,) rewards so far
    steps_left: Array  # (B, P) a whole number as float32, the same for all ports: so it need not be spread every step


@dataclass(frozen=True)
class MeshRouting(Task[MeshRoutingState]):
    """Carry one packet after the other to its address through a random graph in which links fail.

    ## Observation
    One port per node of a graph: a ring in random order with chords, at most 4 links per node, in random slots. A node
    shows its own address (6 signs, drawn anew for every lifetime, no two alike); 1 if the packet is here, else 0; the
    address that the packet is bound for, 0 in nodes without it; for each of 4 slots whether there is a link that is
    up; what its neighbour sent along each link in the step before (0 at first, and without a link); and the fraction
    of the lifetime that is left. The node at the other end of a link is not shown.

    ## Action
    Four numbers in [-1, 1] per port, one for each slot: what is sent along this link. The node that has the packet
    hands it over along the link with its largest number, if that is above 0 and the link is up; else the packet stays.
    Numbers below 0 move no packet, so all nodes can talk in them. A packet that arrives gives way to the next one.

    ## Reward
    1 if the packet came nearer to its destination, counted in links that are up; 0 if it stayed; -3 for any other hop.

    ## Episode end
    Terminated after `horizon` steps.

    ## Reference returns
    Chance: 0, from keeping every packet; hops along blindly chosen links cost more than they bring. Reference:
    horizon - 1. In the first step every node sends a number of its own along every link, and what comes in tells who
    is linked to whom to whoever sees all ports; from then on the packet goes along shortest paths.

    ## Arguments
    `ports`: nodes, 3 to 64. `horizon`: steps, at least 1. `failures`: chords that fail during the lifetime, each at a
    step drawn at random, at least 0; fewer where there are fewer chords, and the ring never fails.

    ## Version history
    v0: first version.
    """

    ports: int = 8
    horizon: int = 50
    failures: int = 1
    port_actions = SLOTS

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("ports", self.ports, MIN_NODES, ADDRESSES)
        require_integer("horizon", self.horizon, 1)
        require_integer("failures", self.failures, 0)

    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> MeshRoutingState:
        fixed = draw_network(episodes, self.ports, self.horizon, self.failures, inner_episode)
        shape = (len(episodes), self.ports, SLOTS)
        silence, left = np.zeros(shape, np.float32), np.full(shape[:2], self.horizon, np.float32)
        running = (fixed.packets[:, 0, START], silence[:, 0, 0], silence, silence[:, 0, 0], silence[:, 0, 0], left)
        return MeshRoutingState(*(xp.asarray(array, device=device) for array in (*fixed, *running)))

    def observation(self, state: MeshRoutingState) -> Array:
        xp = namespace(state.inbox)
        rows = _rows(state)
        here = xp.arange(self.ports, device=device_of(state.inbox)) == state.packet_node[:, None]  # (B, P)
        flag = xp.astype(here, state.inbox.dtype)[:, :, None]  # (B, P, 1)
        destination = state.addresses[rows, self._destination(state)]  # (B, 6)
        packet = xp.concat([xp.ones_like(destination[:, :1]), destination], axis=1)[:, None, :] * flag  # (B, P, 7)
        up = xp.astype(self._up(state), state.inbox.dtype)  # (B, P, D)
        left = (state.steps_left / self.horizon)[:, :, None]  # (B, P, 1)
        return xp.concat([state.addresses, packet, up, state.inbox * up, left], axis=2)  # (B, P, F)

    def transition(self, state: MeshRoutingState, action: Array) -> MeshRoutingState:
        xp = namespace(state.inbox)
        rows, packet_node, destination = _rows(state), _whole(state.packet_node), self._destination(state)  # (B,)
        offered = action[rows, packet_node]  # (B, D)
        slot = xp.argmax(offered, axis=1)  # (B,)
        fails = state.fails[rows, packet_node, slot]  # (B,)
        goes = (offered[rows, slot] > 0.0) & (fails > self.horizon - state.steps_left[:, 0])  # (B,)
        place = xp.where(goes, _whole(state.links[rows, packet_node, slot]), packet_node)  # (B,)
        hops = state.distances[rows, self._failed(state), destination]  # (B, P) from every node to the destination
        nearer = hops[rows, place] < hops[rows, packet_node]  # (B,)
        moved = xp.astype(goes, state.gain.dtype)  # (B,)
        gain = xp.where(nearer, moved, -WRONG_HOP * moved)  # (B,)
        arrived = place == destination  # (B,)
        delivered = state.delivered + xp.astype(arrived, state.delivered.dtype)  # (B,)
        packet_node = xp.where(arrived, _whole(state.packets[rows, _whole(delivered), START]), place)  # (B,)
        origin = _whole(state.origin) + rows[:, None, None] * (self.ports * SLOTS)  # (B, P, D) among all episodes
        inbox = xp.take(xp.reshape(action, (-1,)), xp.reshape(origin, (-1,)), axis=0)  # (B * P * D,)
        inbox = xp.reshape(inbox, origin.shape)  # (B, P, D)
        steps_left = xp.clip(state.steps_left - 1.0, 0.0, None)  # (B, P)
        return MeshRoutingState(*state[:7], packet_node, delivered, inbox, gain, state.total + gain, steps_left)

    def reward(self, state: MeshRoutingState, action: Array, next_state: MeshRoutingState) -> Array:
        return next_state.gain

    def terminal(self, state: MeshRoutingState) -> Array:
        return state.steps_left[:, 0] <= 0.0

    def privileged(self, state: MeshRoutingState) -> Array:
        return state.distances[_rows(state), self._failed(state), self._destination(state)]  # (B, P)

    def state_info(self, state: MeshRoutingState) -> dict[str, Array]:
        xp = namespace(state.total)
        played = xp.clip(self.horizon - state.steps_left[:, 0], 1.0, None)  # (B,)
        return {"error": 1.0 - state.total / played, "delivered": state.delivered}

    @property
    def max_degree(self) -> int:
        return SLOTS

    def neighbours(self, state: MeshRoutingState) -> Array:
        """The nodes at the other ends of the links that are up, int32 (B, P, D), -1 in the other slots."""
        return namespace(state.links).where(self._up(state), state.links, -1)

    @property
    def port_bounds(self) -> Bounds:
        low = np.zeros(LEFT + 1, np.float32)  # (F,)
        low[OWN] = low[DESTINATION] = low[INBOX] = -1.0
        return Bounds(low, np.ones_like(low))  # (F,)

    @property
    def privileged_bounds(self) -> Bounds:
        # The hops from every node to the packet's destination; a ring is the longest way round.
        return Bounds(np.zeros(self.ports, np.float32), np.full(self.ports, self.ports // 2, np.float32))

    def _failed(self, state: MeshRoutingState) -> Array:
        """How many links have failed by now, int32 (B,)."""
        xp = namespace(state.moments)
        played = self.horizon - state.steps_left[:, :1]  # (B, 1)
        return xp.sum(xp.astype(state.moments <= played, xp.int32), axis=1)  # (B,)

    def _up(self, state: MeshRoutingState) -> Array:
        """Which slots hold a link that is up, bool (B, P, D)."""
        return state.fails > (self.horizon - state.steps_left)[:, :, None]

    def _destination(self, state: MeshRoutingState) -> Array:
        """The node that the packet is bound for, int32 (B,)."""
        return _whole(state.packets[_rows(state), _whole(state.delivered), END])


def _rows(state: MeshRoutingState) -> Array:
    return namespace(state.inbox).arange(state.inbox.shape[0], device=device_of(state.inbox))  # (B,)


def _whole(numbers: Array) -> Array:
    """As int32, whatever they came as."""
    xp = namespace(numbers)
    return xp.astype(numbers, xp.int32)
