"""Recipes about landscapes of several kinds, and about bandits."""

from typing import Any

from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.evolution import EvolutionStrategy
from baselines.outer_loops.ppo import PPO

ID = "Badger/Optimisation-v0"

_LONGER = (Stage(0.5, horizon=(10, 10)), Stage(0.85, horizon=(10, 20)), Stage(1.0, horizon=(20, 40)))
"""Lives grow: what is learned in the first steps of a life is needed in all of them."""
_FEW_WEIGHTS = {"badger": {"message_size": 2, "identity_size": 3}, "shared": {"identity_size": 3}}
_BANDIT: dict[str, Any] = {"landscape": "bandit", "dims": 3, "horizon": 20}

OPTIMISATION = (
    Recipe(
        "optimisation", "landscapes of 3 dimensions, any of five kinds", ID, {"dims": 3},
        BPTT(updates=1800, batch=64, stages=_LONGER),
        settings={"badger": {"learning_rate": 0.01}},
        parameters=6500, test_sizes=(2, 3, 4, 6, 8), cpu_seconds=60,
    ),
    # Only the first port hears how wrong all are, so the others have to be told.
    Recipe(
        "optimisation_first", "landscapes of 3 dimensions, heard by one port", ID, {"dims": 3, "feedback": "first"},
        BPTT(updates=1800, batch=64, stages=_LONGER),
        settings={"badger": {"learning_rate": 0.01}},
        parameters=6500, cpu_seconds=60,
    ),
    # Nobody is told who was pulled, so what ports bid has to be said.
    Recipe("bandit_ppo", "a bandit with 3 arms", ID, _BANDIT, PPO(updates=150), cpu_seconds=53),
    Recipe(
        "bandit_es", "a bandit with 3 arms", ID, _BANDIT,
        EvolutionStrategy(updates=400, learning_rate=0.03, decay_from=0.5),
        parameters=1000, configs=_FEW_WEIGHTS, cpu_seconds=60,
    ),
    # Each hears of its own pulls, so its own bid is all that it has to say, and cutting messages should cost nothing.
    Recipe(
        "auction_ppo", "an auction for 3 arms", ID, {**_BANDIT, "feedback": "winner"}, PPO(updates=150), cpu_seconds=60
    ),
    Recipe(
        "rent_ppo", "an auction for 5 arms, where bids cost rent", ID,
        {**_BANDIT, "dims": 5, "feedback": "winner", "rent": 0.5}, PPO(updates=150), cpu_seconds=60,
    ),
)  # fmt: skip
"""The recipes."""

TRANSFER = (
    *(
        Recipe(
            f"optimisation_{landscape}", f"{landscape} of 3 dimensions", ID, {"dims": 3, "landscape": landscape},
            BPTT(updates=1800, batch=64, stages=_LONGER), agents=("badger",),
            settings={"badger": {"learning_rate": 0.01}}, parameters=6500, cpu_seconds=60,
        )
        for landscape in ("sphere", "ellipsoid", "absolute", "ripples", "peaks")
    ),
)  # fmt: skip
"""The same on one kind of landscape, to see what it is worth on the others, for `study transfer`."""
