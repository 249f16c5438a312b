"""Recipes about lives that are far longer than what an update of the outer loop can play."""

from baselines.experiments.recipe import Recipe
from baselines.outer_loops.evolution import PES

ROUTING = "Badger/Routing-v0"


def _recipe(name: str, title: str, horizon: int, cpu_seconds: float = 0.0) -> Recipe:
    return Recipe(
        f"routing_{name}", f"routing through 3 ports, {title}", ROUTING, {"ports": 3, "horizon": horizon},
        PES(updates=400, learning_rate=0.03), agents=("badger_plastic",), parameters=9, tuned=False,
        test_episodes=200, cpu_seconds=cpu_seconds,
    )  # fmt: skip


LONG_LIVES = (
    _recipe("long_lives", "lives of 1,000 steps in windows of 10", 1000, cpu_seconds=48),
    _recipe("short_lives", "lives of 10 steps, each a window", 10),
)
"""The recipes."""
