"""Recipes in which Badger meets its strongest rivals: the same parameters, episodes and search for everybody."""

from typing import Any

from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT

GUESSING, XOR, ROUTING = "Badger/Guessing-v0", "Badger/HiddenXOR-v0", "Badger/Routing-v0"
REACHER = "Badger/ModularReacher-v0"

_OVER_PORTS = ("transformer_over_ports", "deep_sets")
_WHOLE = ("hypernetwork", "transformer_over_time")
_EVERYBODY = ("badger_attention", "shared", "monolithic", *_WHOLE, *_OVER_PORTS)


def _window(steps: int, **more: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Configs in which the transformer over time looks back as far as there is anything to see, or 16 steps."""
    return {"transformer_over_time": {"window": min(steps, 16)}, **more}


MEETINGS = (
    # A monolith in random places has more of them than it is trained with ports, so that it can be tested beyond.
    Recipe(
        "rivals_guessing", "guessing, trained at 2 to 5 numbers", GUESSING, {"dims": 3, "horizon": 10},
        BPTT(updates=600, batch=64, stages=(Stage(sizes=(2, 5)),)), parameters=6500,
        agents=("badger_attention", "shared", "monolithic_padded", "monolithic_shuffled", *_WHOLE, *_OVER_PORTS),
        configs=_window(10, monolithic_shuffled={"max_ports": 10}), test_sizes=(1, 2, 3, 4, 5, 6, 8, 10),
        cpu_seconds=15,
    ),
    Recipe(
        "rivals_xor3", "parity of 3 bits", XOR, {"bits": 3},
        BPTT(updates=600, batch=256), agents=("badger_attention", "badger", *_EVERYBODY[1:]),
        configs=_window(4), test_sizes=(2, 3, 4), cpu_seconds=6,
    ),
    Recipe(
        "rivals_routing3", "routing through 3 ports", ROUTING, {"ports": 3, "horizon": 10},
        BPTT(updates=350, batch=128), agents=_EVERYBODY,
        configs=_window(10, badger_attention={"rounds": 3, "message_size": 24}), test_sizes=(3, 4, 6), cpu_seconds=16,
    ),
    Recipe(
        "rivals_reacher", "an arm with a goal per tip", REACHER,
        {"segments": 5, "branching": 0.4, "goal": "tips", "horizon": 40},
        BPTT(updates=150, batch=64), agents=_EVERYBODY, configs=_window(40), test_sizes=(4, 5, 8), cpu_seconds=10,
    ),
)  # fmt: skip
"""The recipes."""
