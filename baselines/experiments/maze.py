"""Recipes for the maze, by imitation of the wave that cells can do together.

With the reward alone, staying put is a strong plateau: a step that is wrong costs three times what a right one brings.
Of "maze3" three trainings of each agent were measured: docs/abilities.md. "maze" and "maze_sizes" were never trained as
they stand; their CPU-seconds are estimates.
"""

from typing import Any

from badger_envs.envs.maze.task import WRONG
from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.imitation import Imitation

ID = "Badger/Maze-v0"

# Cells hear those beside them, and show where they are, so ids would only have to be unlearned.
_CELLS = {"identity": "none", "topology": "grid"}
_AGENTS = ("badger_attention", "badger", "shared", "monolithic")
_CONFIGS: dict[str, dict[str, Any]] = {name: dict(_CELLS) for name in _AGENTS[:3]}


_SHORT_LIVES = (("steps", 8),)
"""Cheaper, and the way is found before moves count."""


def _imitation(updates: int, *stages: Stage) -> Imitation:
    # As in the reward: a side is to be taken only if it comes nearer in three cases of four or more.
    return Imitation(
        updates=updates, batch=32, learning_rate=5e-3, warmup=30, teacher="wave", caution=WRONG,
        stages=stages or (Stage(),),
    )  # fmt: skip


MAZE = (
    Recipe(
        "maze3", "a maze of 3 x 3 cells", ID, {"side": 3, "think": 4, "steps": 12}, _imitation(1000),
        agents=_AGENTS, configs=_CONFIGS, test_sizes=(2, 3, 4), cpu_seconds=53,
    ),
    Recipe(
        "maze", "a maze of 4 x 4 cells", ID, {"side": 4},
        _imitation(1500, Stage(0.7, arguments=_SHORT_LIVES), Stage()),
        agents=_AGENTS, configs=_CONFIGS, test_sizes=(2, 3, 4, 5, 6, 8), cpu_seconds=100,
    ),
    # Only for agents that can change their size.
    Recipe(
        "maze_sizes", "mazes, trained with 2 x 2 to 4 x 4 cells", ID, {"side": 4},
        _imitation(1500, Stage(0.4, sizes=(2, 3), arguments=_SHORT_LIVES), Stage(1.0, sizes=(2, 4))),
        agents=_AGENTS[:3], configs=_CONFIGS, test_sizes=(2, 3, 4, 5, 6, 8), cpu_seconds=85,
    ),
)  # fmt: skip
"""The recipes."""
