"""Recipes about ranking in a group: who knows what, and how much has to be said.

Without messages a port can do no better than by its own opinions, a score of .49 (5 members, 15 items); a vote is worth
.60, and the mean of what members believe .81.
"""

from typing import Any

from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT

ID = "Badger/Ranking-v0"
PARAMETERS = 40_000
"""More than elsewhere, since a port shows 32 numbers and takes 15."""
ROUNDS, MESSAGE_SIZES = (1, 2, 4), (2, 4, 8, 16, 32)
"""Steps to talk and numbers in a message, to see how much has to be said: all opinions and what is known are 30."""

# Members differ in nothing but what they show, so ids would only have to be unlearned.
_NAMELESS = {"identity": "none"}
_CONFIGS: dict[str, dict[str, Any]] = {"badger": {**_NAMELESS, "message_size": 32}, "shared": _NAMELESS}

RANKING = (
    Recipe(
        "ranking", "ranking by 5 members", ID, {"rounds": 2}, BPTT(updates=3000, batch=128),
        parameters=PARAMETERS, configs=_CONFIGS, test_sizes=(2, 3, 4, 6, 8, 16), cpu_seconds=32,
    ),
    # Only for agents that can change their size.
    Recipe(
        "ranking_sizes", "ranking, trained with 2..6 members", ID, {"rounds": 2},
        BPTT(updates=3000, batch=128, stages=(Stage(1.0, sizes=(2, 6)),)), agents=("badger", "shared"),
        parameters=PARAMETERS, configs=_CONFIGS, test_sizes=(2, 3, 4, 6, 8, 16), cpu_seconds=32,
    ),
)  # fmt: skip
"""The recipes."""

TALK = tuple(
    Recipe(
        f"ranking_{rounds}x{size}", f"ranking, {rounds} x {size} numbers said", ID, {"rounds": rounds},
        BPTT(updates=2000, batch=128), agents=("badger",), parameters=PARAMETERS,
        configs={"badger": {**_NAMELESS, "message_size": size}}, cpu_seconds=9.5 * (rounds + 1),
    )
    for rounds in ROUNDS
    for size in MESSAGE_SIZES
)  # fmt: skip
"""The same with other numbers of steps to talk and of numbers in a message, for `study points`."""
