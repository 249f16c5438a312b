"""Mesh routing drawn: the nodes on a circle, the links between them, the packet on its way and its destination."""

import itertools
import math

import numpy as np
import numpy.typing as npt

from badger_envs.core.canvas import (
    FAINT,
    FAR,
    FOOTER,
    HEADER,
    HEIGHT,
    INK,
    LANE,
    MARGIN,
    NEAR,
    PAPER,
    TARGET,
    WIDTH,
    Canvas,
    Color,
    mix,
)
from badger_envs.envs.mesh_routing.task import END, MeshRouting, MeshRoutingState

PACKET = (236, 168, 32)
DASH = 5
"""Pixels of a dash, and between two dashes."""
TRAIL = 8
"""Latest hops that are drawn."""
BARB = 2.6
"""Angle between an arrow and the sides of its head."""
READABLE = 24
"""With more nodes than this there is no room for their addresses."""


def frame(title: str, task: MeshRouting, history: list[MeshRoutingState]) -> npt.NDArray[np.uint8]:
    """A picture of the graph now, with the latest hops as a fading trail.

    Returns:
        uint8 (320, 480, 3).

    Raises:
        gymnasium.error.DependencyNotInstalled: pillow is missing.
    """
    now, step = history[-1], len(history) - 1
    packet_node, destination = _packet(now)
    line = (
        f"step {step} of {task.horizon}     delivered {int(now.delivered)}     "
        f"hops left {_hops_left(task, now, step)}     return {float(now.total):.0f}"
    )
    canvas = Canvas(title, line, step / task.horizon)
    places = _places(now.links)
    for node, slot in zip(*np.nonzero(now.links > np.arange(task.ports)[:, None]), strict=True):
        ends = places[node], places[now.links[node, slot]]
        if step < now.fails[node, slot]:
            canvas.line(ends, FAINT, 1.5)
        else:
            _dashed(canvas, *ends)
    hops = [pair for pair in itertools.pairwise(history) if float(pair[1].gain) != 0.0][-TRAIL:]
    for number, (before, after) in enumerate(hops, start=1):
        start, destination = _packet(before)
        end = destination if after.delivered > before.delivered else _packet(after)[0]
        color = mix(NEAR if float(after.gain) > 0.0 else FAR, PAPER, (len(hops) - number) / (TRAIL + 1))
        _arrow(canvas, places[start], places[end], color)
    radius = 9.0 if task.ports <= READABLE else 4.0
    for node, place in enumerate(places):
        canvas.dot(place, radius, LANE)
        canvas.ring(place, radius, FAINT, 1.0)
        if task.ports <= READABLE:
            canvas.text(place, str(node), 9, INK)
            canvas.text(_outside(place, 32.0), _signs(now.addresses[node]), 11, FAINT)
    canvas.ring(places[destination], radius + 5, TARGET, 2.5)
    x, y = places[packet_node]
    canvas.box((x - radius, y - radius, x + radius, y + radius), PACKET, outline=INK)
    if task.ports <= READABLE:
        canvas.text((x, y), str(packet_node), 9, INK)
    _legend(canvas)
    return canvas.pixels()


def text(title: str, task: MeshRouting, history: list[MeshRoutingState]) -> str:
    """One line per node: its address and links, failed ones in brackets; `@` has the packet, `>` is its destination."""
    now, step = history[-1], len(history) - 1
    packet_node, destination = _packet(now)
    lines = [
        f"{title}  step {step}/{task.horizon}  delivered {int(now.delivered)}  hops left {_hops_left(task, now, step)}"
        f"  return {float(now.total):.0f}"
    ]
    for node in range(task.ports):
        mark = "@" if node == packet_node else ">" if node == destination else " "
        ends = [
            str(end) if step < fails else f"({end})"
            for end, fails in zip(now.links[node], now.fails[node], strict=True)
            if end >= 0
        ]
        lines.append(f"{mark} node {node:2d} {_signs(now.addresses[node])}  linked to {' '.join(ends)}")
    return "\n".join(lines)


def _packet(state: MeshRoutingState) -> tuple[int, int]:
    """The node where the packet is, and its destination."""
    return int(state.packet_node), int(state.packets[int(state.delivered), END])


def _hops_left(task: MeshRouting, now: MeshRoutingState, step: int) -> int:
    packet_node, destination = _packet(now)
    return int(now.distances[int((now.moments <= step).sum()), packet_node, destination])


def _signs(address: npt.NDArray[np.float32]) -> str:
    return "".join("+" if sign > 0 else "-" for sign in address)


def _places(links: npt.NDArray[np.int32]) -> list[tuple[float, float]]:
    """Nodes on an ellipse, in an order that a walk finds which prefers nodes with few unvisited neighbours."""
    order = _walk(links)
    middle = (HEADER + HEIGHT - FOOTER) / 2
    wide, high = (WIDTH - 2 * MARGIN) / 2 - 40, (HEIGHT - HEADER - FOOTER) / 2 - 24
    angles = {node: 2.0 * math.pi * turn / len(order) for turn, node in enumerate(order)}
    return [
        (WIDTH / 2 + wide * math.sin(angles[node]), middle - high * math.cos(angles[node]))
        for node in range(len(order))
    ]


def _walk(links: npt.NDArray[np.int32]) -> list[int]:
    """An order of all nodes in which most are linked to the one before."""
    order, unseen = [0], set(range(1, len(links)))
    while unseen:
        nearby = [end for end in links[order[-1]].tolist() if end in unseen]
        choice = min(nearby or unseen, key=lambda node: (sum(end in unseen for end in links[node].tolist()), node))
        order.append(choice)
        unseen.remove(choice)
    return order


def _outside(place: tuple[float, float], by: float) -> tuple[float, float]:
    """A place further from the middle."""
    x, y = place[0] - WIDTH / 2, place[1] - (HEADER + HEIGHT - FOOTER) / 2
    length = math.hypot(x, y)
    # Words are wide, so those beside a node need more room than those above or below it.
    return place[0] + x / length * by, place[1] + y / length * by * 0.6


def _dashed(canvas: Canvas, start: tuple[float, float], end: tuple[float, float]) -> None:
    dashes = max(int(math.dist(start, end) // (2 * DASH)), 1)
    for number in range(dashes):
        shares = number / dashes, (number + 0.5) / dashes
        canvas.line(
            [(start[0] + (end[0] - start[0]) * s, start[1] + (end[1] - start[1]) * s) for s in shares], FAR, 1.5
        )


def _arrow(canvas: Canvas, start: tuple[float, float], end: tuple[float, float], color: Color, head: float = 7) -> None:
    canvas.line((start, end), color, 3)
    turn = math.atan2(end[1] - start[1], end[0] - start[0])
    x, y = (start[0] + 2 * end[0]) / 3, (start[1] + 2 * end[1]) / 3  # where the head is, free of the nodes
    for side in (-BARB, BARB):
        canvas.line(((x, y), (x + head * math.cos(turn + side), y + head * math.sin(turn + side))), color, 3)


def _legend(canvas: Canvas) -> None:
    y = HEIGHT - 14
    canvas.box((18, y - 5, 28, y + 5), PACKET, outline=INK)
    canvas.text((33, y), "packet", 11, FAINT, anchor="lm")
    canvas.ring((84, y), 6, TARGET, 2.5)
    canvas.text((94, y), "destination", 11, FAINT, anchor="lm")
    for x, color, words in ((162, NEAR, "hop nearer"), (246, FAR, "other hop")):
        _arrow(canvas, (x, y), (x + 18, y), color, head=5)
        canvas.text((x + 23, y), words, 11, FAINT, anchor="lm")
    _dashed(canvas, (328, y), (352, y))
    canvas.text((353, y), "failed link", 11, FAINT, anchor="lm")
    canvas.text((412, y), "+-+ address", 11, FAINT, anchor="lm")
