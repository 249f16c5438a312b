"""Random connected graphs with few links per node, and how far apart their nodes are; a batch at once, on the host.

Axis letters as in `badger_envs.core.task`; D slots for the links that a node has.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SLOTS = 4
"""Most links of a node (D)."""
MIN_NODES = 3
"""Fewer make no ring."""


class Graphs(NamedTuple):
    """B graphs with P nodes each."""

    links: npt.NDArray[np.int32]  # (B, P, D) the node at the other end, -1 in slots without a link
    back: npt.NDArray[np.int32]  # (B, P, D) the slot that the link has at the other end, -1 without a link
    chord: npt.NDArray[np.int32]  # (B, P, D) number of the chord, 0 .. P // 2 - 1; -1 for the ring and without a link


def graph_draws(nodes: int) -> int:
    """Uniform numbers that one graph takes."""
    return nodes + nodes * SLOTS + nodes // 2


def random_graphs(nodes: int, draws: Floats) -> Graphs:
    """A ring through all nodes in random order, and chords.

    Every second node of the ring asks for a chord to another node drawn at random; it is not granted where the two are
    linked already or the other has no free slot. The ring keeps the graph connected, whatever happens to the chords.

    Args:
        nodes: P, at least 3.
        draws: float32 (B, graph_draws(P)), uniform in [0, 1).
    """
    batch, asks = len(draws), nodes // 2
    rows = np.arange(batch)  # (B,)
    by_order, by_slot, by_ask = np.split(draws, (nodes, nodes + nodes * SLOTS), axis=1)
    order = by_order.argsort(axis=1)  # (B, P)
    # The slot of a node's first link, of its second, ...
    slots = by_slot.reshape(batch, nodes, SLOTS).argsort(axis=2)  # (B, P, D)
    links, back, chord = (np.full((batch, nodes, SLOTS), -1, np.int32) for _ in range(3))
    successor = np.roll(order, -1, axis=1)  # (B, P)
    there, here = slots[rows[:, None], successor, 0], slots[rows[:, None], order, 1]  # (B, P)
    links[rows[:, None], order, here], back[rows[:, None], order, here] = successor, there
    links[rows[:, None], successor, there], back[rows[:, None], successor, there] = order, here
    degree = np.full((batch, nodes), 2)  # (B, P)
    partners = (order[:, : 2 * asks : 2] + 1 + (by_ask * (nodes - 1)).astype(np.int64)) % nodes  # (B, asks)
    for number in range(asks):
        one, other = order[:, 2 * number], partners[:, number]  # (B,)
        linked = (links[rows, one] == other[:, None]).any(axis=1)  # (B,)
        some = np.flatnonzero((degree[rows, one] < SLOTS) & (degree[rows, other] < SLOTS) & ~linked)  # (R,)
        one, other = one[some], other[some]  # (R,)
        here, there = slots[some, one, degree[some, one]], slots[some, other, degree[some, other]]  # (R,)
        links[some, one, here], back[some, one, here], chord[some, one, here] = other, there, number
        links[some, other, there], back[some, other, there], chord[some, other, there] = one, here, number
        degree[some, one] += 1
        degree[some, other] += 1
    return Graphs(links, back, chord)


def distances(links: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    """Links on the shortest path between every two nodes, by the algorithm of Floyd and Warshall.

    Args:
        links: int (..., P, D), the node at the other end of each link, -1 in slots without one; P at most 64.

    Returns:
        uint8 (..., P, P).
    """
    nodes = links.shape[-2]
    reached = np.full((*links.shape[:-1], nodes + 1), nodes, np.uint8)  # (..., P, P + 1), the last where no link leads
    np.put_along_axis(reached, links % (nodes + 1), np.uint8(1), axis=-1)
    # Graphs last: then every operation runs along contiguous memory.
    far = np.ascontiguousarray(reached[..., :nodes].reshape(-1, nodes, nodes).transpose(1, 2, 0))  # (P, P, graphs)
    far[np.arange(nodes), np.arange(nodes)] = 0
    for via in range(nodes):
        np.minimum(far, far[:, via, None] + far[None, via], out=far)
    return far.transpose(2, 0, 1).reshape(*links.shape[:-1], nodes)  # (..., P, P)


def failures(graphs: Graphs, by_chord: Floats, by_moment: Floats, horizon: int) -> tuple[Floats, Floats, Floats]:
    """Which chords fail when, and what is left of the graphs then.

    Args:
        graphs: of P nodes.
        by_chord: (B, P // 2), uniform in [0, 1): chords fail in the order of these numbers.
        by_moment: (B, failures), uniform in [0, 1): the failures happen at these shares of the steps 1 .. horizon - 1.
        horizon: steps.

    Returns:
        The step from which on each link is down, float32 (B, P, D), 0 in slots without one; the steps of the failures
        in order, float32 (B, failures); and the hops between nodes after none, one, two... of them, float32
        (B, failures + 1, P, P). What never happens has the step horizon + 1 or later.
    """
    batch, chords = by_chord.shape
    granted = (graphs.chord.reshape(batch, -1, 1) == np.arange(chords)).any(axis=1)  # (B, chords)
    doomed = np.where(granted, by_chord, np.float32(1.0)).argsort(axis=1)  # (B, chords) granted ones first
    moments = np.float32(1.0) + np.floor(np.sort(by_moment, axis=1) * (horizon - 1))  # (B, failures)
    enough = np.arange(moments.shape[1]) < granted.sum(axis=1)[:, None]  # (B, failures)
    moments = np.where(enough, moments, np.float32(horizon + 1))  # (B, failures)
    fails = np.where(graphs.links >= 0, np.float32(horizon + 2), np.float32(0.0))  # (B, P, D)
    left = [graphs.links]
    for number in range(moments.shape[1]):
        moment = moments[:, number, None, None]  # (B, 1, 1)
        fails = np.where(graphs.chord == doomed[:, number, None, None], moment, fails)  # (B, P, D)
        left.append(np.where(fails > moment, graphs.links, -1))
    return fails, moments, distances(np.stack(left, axis=1)).astype(np.float32)


def without_repeats(draws: Floats, count: int) -> npt.NDArray[np.int64]:
    """Different numbers below `count`, as many as there are draws, by the shuffle of Fisher and Yates, (B, draws)."""
    rows = np.arange(len(draws))  # (B,)
    cards = np.tile(np.arange(count), (len(draws), 1))  # (B, count)
    for place in range(draws.shape[1]):
        other = place + (draws[:, place] * (count - place)).astype(np.int64)  # (B,)
        cards[rows, other], cards[:, place] = cards[:, place].copy(), cards[rows, other]
    return cards[:, : draws.shape[1]]
