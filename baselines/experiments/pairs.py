"""Recipes about experts at pairs of ports: trained at one size, of use at every other."""

from typing import Any

from baselines.experiments.grid import Grid
from baselines.experiments.recipe import Recipe
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.ppo import PPO

ROUTING = "Badger/Routing-v0"

_OF_THREE: dict[str, Any] = {"ports": 3, "horizon": 10}
_SIZES = (2, 3, 4, 6, 10, 20)
_RIVALS = ("badger_pairs", "badger_attention", "monolithic")
# Experts at ports as they do best at routing, without ids, which would be of no use at sizes never seen.
_NAMELESS: dict[str, dict[str, Any]] = {"badger_attention": {"identity": "none", "rounds": 3, "message_size": 16}}

PAIRS = (
    Recipe(
        "routing_pairs", "routing through 3 ports by pairs of ports", ROUTING, _OF_THREE,
        BPTT(updates=1000, batch=128), agents=_RIVALS, parameters=2760, configs=_NAMELESS, test_sizes=_SIZES,
        cpu_seconds=32,
    ),
    Recipe(
        "routing_pairs_ppo", "the same by reinforcement learning", ROUTING, _OF_THREE,
        PPO(updates=60), agents=_RIVALS, parameters=2760, configs=_NAMELESS, test_sizes=_SIZES,
        cpu_seconds=22,
    ),
    # Nine numbers that learn how to learn.
    Recipe(
        "routing_plastic", "routing through 3 ports by plastic synapses", ROUTING, _OF_THREE,
        BPTT(updates=300, batch=128, learning_rate=0.03, warmup=20), agents=("badger_plastic",), parameters=9,
        test_sizes=_SIZES, tuned=False, grids=(Grid("steps", (10, 30, 100), _SIZES),), cpu_seconds=6,
    ),
)  # fmt: skip
"""The recipes."""
