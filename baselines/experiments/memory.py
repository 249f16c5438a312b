"""Recipes about holding what the lost ones knew.

Measured of Badger with seed 0: of 1 pair that one of 8 ports was shown all recall 1.00 although 2 ports are lost, where
.125 can be had without messages. Of 2 pairs 4 ports recall .50, where .25 can be had without messages: all are told the
values, but what they answer does not depend on the key (the level "values_alone").
"""

from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT

ID = "Badger/Memory-v0"

# Nothing tells ports apart, so ids would only have to be unlearned.
_NAMELESS = {name: {"identity": "none"} for name in ("badger", "badger_attention", "shared")}
_ONE_PAIR = (("pairs", 1),)
"""At first to hold and to tell, and only then to tell one key from another."""

MEMORY = (
    Recipe(
        "memory_one", "memory of 1 pair, 2 of 8 ports lost", ID, {"ports": 8, "lost": 2, "pairs": 1, "rounds": 1},
        BPTT(updates=400, batch=64),
        configs=_NAMELESS, test_sizes=(4, 6, 12, 16), cpu_seconds=5,
    ),
    Recipe(
        "memory", "memory of 2 pairs, 1 of 4 ports lost", ID, {"ports": 4, "lost": 1, "pairs": 2, "rounds": 1},
        BPTT(updates=1000, batch=128, stages=(Stage(0.2, arguments=_ONE_PAIR), Stage(1.0))),
        agents=("badger", "badger_attention", "shared", "monolithic"),
        configs=_NAMELESS, test_sizes=(3, 5, 6, 8), cpu_seconds=26,
    ),
    Recipe(
        "memory_fragile", "memory, the same port lost three times", ID,
        {"ports": 4, "lost": 1, "pairs": 1, "rounds": 1, "cycles": 3, "fragile": True},
        BPTT(updates=600, batch=64),
        configs=_NAMELESS, cpu_seconds=20,
    ),
)  # fmt: skip
"""The recipes."""
