"""Recipes about rounds of messages: what more of them, or fewer, do to an agent than it was trained with."""

from dataclasses import replace
from typing import Any

from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT

ROUTING = "Badger/Routing-v0"

_LOOP = BPTT(updates=350, batch=96)
_DRAWN = replace(_LOOP, stages=(Stage(rounds=(2, 6)),))


def _recipe(name: str, title: str, loop: BPTT, cpu_seconds: float, **config: Any) -> Recipe:
    # Without ids, so that it can be tested at any size.
    config = {"identity": "none", "message_size": 16, "rounds": 3, "hidden_size": 28, **config}
    return Recipe(
        f"rounds_{name}", f"routing through 3 ports, {title}", ROUTING, {"ports": 3, "horizon": 10}, loop,
        agents=("badger_attention",), parameters=5960, configs={"badger_attention": config}, test_sizes=(2, 4),
        tuned=False, cpu_seconds=cpu_seconds,
    )  # fmt: skip


ROUNDS = (
    _recipe("chain", "3 chained rounds", _LOOP, 27),
    _recipe("chain_drawn", "2 to 6 chained rounds", _DRAWN, 31),
    _recipe("settle", "3 rounds that settle", _LOOP, 27, exchange="settle"),
    _recipe("settle_drawn", "2 to 6 rounds that settle", _DRAWN, 31, exchange="settle"),
    _recipe("settle_free", "6 free rounds and 2 more", _LOOP, 45, exchange="settle", rounds=8, free_rounds=6),
)
"""The recipes."""
