"""The bodies there are: chains, snakes, stars, and the random trees that are shipped."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from badger_envs.core.checks import require_integer
from badger_envs.envs.modular_robot.body import FRONT, LEFT, NO_PARENT, RIGHT, Body, Module
from badger_envs.envs.modular_robot.data import read

ARMS = (3, 6)
"""Minimum and maximum number of arms of a star."""
MOST_MODULES = 100
"""Of a body: a larger one takes the simulator seconds for a step."""


def chain(modules: int) -> Body:
    """`modules` in a row, all bending up and down."""
    require_integer("modules", modules, 1)
    return Body(tuple(Module(number - 1, FRONT, 0) for number in range(modules)))


def snake(modules: int) -> Body:
    """`modules` in a row, bending up and down and sideways in turns."""
    require_integer("modules", modules, 1)
    return Body(tuple(Module(number - 1, FRONT, number % 2) for number in range(modules)))


def star(arms: int, arm_modules: int) -> Body:
    """`arms` chains of `arm_modules` round a hub."""
    require_integer("arms", arms, *ARMS)
    require_integer("arm_modules", arm_modules, 1)
    modules: list[Module] = []
    for arm in range(arms):
        first = len(modules)
        modules += [
            Module(first + place - 1 if place else NO_PARENT, FRONT if place else arm, 0)
            for place in range(arm_modules)
        ]
    return Body(tuple(modules), arms)


ROLLED_SHARE = 0.25
"""How many modules of a random tree bend sideways."""
_CELL_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))
_TURN_STEPS: Mapping[int, int] = {FRONT: 0, LEFT: 1, RIGHT: -1}


def grow_tree(modules: int, generator: np.random.Generator) -> Body:
    """A random tree, grown cell by cell on a grid with one free cell between parts that are not plugged together."""
    require_integer("modules", modules, 1)
    grown, cells, headings = [Module(NO_PARENT, FRONT, 0)], [(0, 0)], [0]
    while len(grown) < modules:
        parent, port = int(generator.integers(len(grown))), int(generator.integers(FRONT, RIGHT + 1))
        heading = (headings[parent] + _TURN_STEPS[port]) % len(_CELL_STEPS)
        cell = (cells[parent][0] + _CELL_STEPS[heading][0], cells[parent][1] + _CELL_STEPS[heading][1])
        taken = any(module[:2] == (parent, port) for module in grown)
        family = {parent, grown[parent].parent, *(n for n, module in enumerate(grown) if module.parent == parent)}
        strangers = [other for number, other in enumerate(cells) if number not in family]
        crowded = any(max(abs(cell[0] - x), abs(cell[1] - y)) < 2 for x, y in strangers)
        if taken or crowded or cell in cells or (port != FRONT and grown[parent].roll):
            continue
        grown.append(Module(parent, port, int(generator.random() < ROLLED_SHARE)))
        cells.append(cell)
        headings.append(heading)
    return Body(tuple(grown))


SPLITS = ("train", "test")


@cache
def shipped_trees(split: str) -> tuple[Body, ...]:
    """The random trees that agents are trained on, or those that they are tested on."""
    return tuple(Body(tuple(Module(*module) for module in tree)) for tree in read("bodies")["tree"][split])


@cache
def bodies_of(family: str, modules: int, arms: int, arm_modules: int, split: str) -> tuple[Body, ...]:
    """The one body that the sizes ask for, or those of the family in a split.

    Raises:
        ValueError: A size that is not allowed.
    """
    if split != "none" and family == "tree":
        return shipped_trees(split)
    if split != "none":
        return tuple(_of_size(family, *sizes) for sizes in read("bodies")[family][split])
    if family != "tree":
        return (_of_size(family, arms, arm_modules) if family == "star" else _of_size(family, modules),)
    trees = {len(body.modules): body for body in reversed(shipped_trees("train"))}
    require_integer("modules", modules, min(trees), max(trees))
    return (trees[modules],)


def _of_size(family: str, *sizes: int) -> Body:
    makers: Mapping[str, Callable[..., Body]] = {"chain": chain, "snake": snake, "star": star}
    return makers[family](*sizes)
