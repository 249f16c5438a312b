"""Recipes about holding what the lost ones knew.

Measured of Badger with seed 0, test episodes; in brackets the same with its messages cut, and what can be had without:
"memory_one" 1.00 (.127; .125), "memory" .96 (.23; .25), "memory_fragile" 1.00 (.23; .25). One copy of each pair is
worth .75 after a shock in all of them, and values without their keys .375 in "memory".
"""

from baselines.experiments.recipe import Recipe
from baselines.outer_loops.bptt import BPTT

ID = "Badger/Memory-v0"

# Nothing tells ports apart, so ids would only have to be unlearned.
_NAMELESS = {name: {"identity": "none"} for name in ("badger", "badger_attention", "shared")}
# Gated recurrent units alone stay at the level "values_alone", of 2 pairs after 1,000 to 1,500 updates.
_ASSOCIATIVE = {
    name: {"identity": "none", "expert": "associative"} for name in ("badger", "badger_attention", "shared")
}

MEMORY = (
    Recipe(
        "memory_one", "memory of 1 pair, 2 of 8 ports lost", ID, {"ports": 8, "lost": 2, "pairs": 1, "rounds": 1},
        BPTT(updates=400, batch=64),
        configs=_NAMELESS, test_sizes=(4, 6, 12, 16), cpu_seconds=5,
    ),
    Recipe(
        "memory", "memory of 4 pairs, 1 of 4 ports lost", ID, {"ports": 4, "lost": 1, "rounds": 1},
        BPTT(updates=1500, batch=64),
        configs=_ASSOCIATIVE, test_sizes=(3, 5, 6, 8), cpu_seconds=106,
    ),
    Recipe(
        "memory_fragile", "memory, the same port lost three times", ID,
        {"ports": 4, "lost": 1, "pairs": 1, "rounds": 1, "cycles": 3, "fragile": True},
        BPTT(updates=600, batch=64),
        configs=_NAMELESS, cpu_seconds=22,
    ),
)  # fmt: skip
"""The recipes."""
