"""What is hidden in the episodes of mesh routing: the graph, which of its links fail when, addresses and packets.

Axis letters as in `badger_envs.core.task`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.episodes import Keys, uniform
from badger_envs.envs.mesh_routing.graph import SLOTS, failures, graph_draws, random_graphs, without_repeats

ADDRESS_BITS = 6
ADDRESSES = 2**ADDRESS_BITS
"""As many nodes at most; fewer nodes draw theirs from all of these."""


class Network(NamedTuple):
    """Of B episodes, as the fields of the same names in the task's state."""

    links: npt.NDArray[np.int32]  # (B, P, D)
    origin: npt.NDArray[np.int32]  # (B, P, D)
    fails: npt.NDArray[np.float32]  # (B, P, D)
    moments: npt.NDArray[np.float32]  # (B, failures)
    distances: npt.NDArray[np.float32]  # (B, failures + 1, P, P)
    addresses: npt.NDArray[np.float32]  # (B, P, 6)
    packets: npt.NDArray[np.int32]  # (B, T + 1, 2)


def draw_network(episodes: Keys, ports: int, horizon: int, failing: int, inner_episode: int) -> Network:
    """The network of each episode (B,), in which up to `failing` chords fail, and the packets of an inner episode."""
    chords, packets = ports // 2, horizon + 1
    sizes = (graph_draws(ports), chords, min(failing, chords), ports, inner_episode * 2 * packets, 2 * packets)
    # Where each variable begins in the stream; the packets of earlier inner episodes are skipped.
    first = np.cumsum((0, *sizes)).tolist()
    by_graph, by_chord, by_moment, by_address = (
        uniform(episodes, count, first=start) for count, start in zip(sizes[:4], first, strict=False)
    )
    graphs = random_graphs(ports, by_graph)
    origin = np.where(graphs.links >= 0, graphs.links * SLOTS + graphs.back, 0)  # (B, P, D)
    codes = without_repeats(by_address, ADDRESSES)[:, :, None]  # (B, P, 1)
    addresses = 1.0 - 2.0 * (codes >> np.arange(ADDRESS_BITS) & 1).astype(np.float32)  # (B, P, 6)
    by_packet = uniform(episodes, 2 * packets, first=first[5]).reshape(-1, 2, packets)  # (B, 2, T + 1)
    start = (by_packet[:, 0] * ports).astype(np.int32)  # (B, T + 1)
    end = (start + 1 + (by_packet[:, 1] * (ports - 1)).astype(np.int32)) % ports  # (B, T + 1) another node
    failed = failures(graphs, by_chord, by_moment, horizon)
    return Network(graphs.links, origin, *failed, addresses, np.stack([start, end], axis=2))
