"""Recipes about landscapes of several kinds, and about bandits.

Where every port hears the error, messages need not be worth anything: ports can take turns by the clock. Where the
first port alone hears it the others have to be told; without that, it can come to an error of .63, a score of .40.
"""

from typing import Any

from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.ppo import PPO

ID = "Badger/Optimisation-v0"

_LONGER = (Stage(0.5, horizon=(10, 10)), Stage(0.85, horizon=(10, 20)), Stage(1.0, horizon=(20, 40)))
"""Lives grow: what is learned in the first steps of a life is needed in all of them."""
_SEARCH = BPTT(updates=1800, batch=64, learning_rate=0.01, stages=_LONGER)
_BANDIT: dict[str, Any] = {"landscape": "bandit", "dims": 3, "horizon": 20}
_PULL = PPO(updates=300, ent_coef=1e-4)

OPTIMISATION = (
    Recipe(
        "optimisation", "landscapes of 3 dimensions, any of five kinds", ID, {"dims": 3}, _SEARCH,
        parameters=6500, test_sizes=(2, 3, 4, 6, 8), cpu_seconds=62,
    ),
    Recipe(
        "optimisation_first", "landscapes of 3 dimensions, heard by one port", ID, {"dims": 3, "feedback": "first"},
        _SEARCH, parameters=6500, cpu_seconds=62,
    ),
    # Nobody is told who was pulled, so what ports bid has to be said.
    Recipe("bandit_ppo", "a bandit with 3 arms", ID, _BANDIT, _PULL, cpu_seconds=106),
    # Each hears of its own pulls, so its own bid is all that it has to say, and cutting messages should cost nothing.
    Recipe("auction_ppo", "an auction for 3 arms", ID, {**_BANDIT, "feedback": "winner"}, _PULL, cpu_seconds=106),
    Recipe(
        "rent_ppo", "an auction for 5 arms, where bids cost rent", ID,
        {**_BANDIT, "dims": 5, "horizon": 40, "feedback": "winner", "rent": 0.5}, _PULL, cpu_seconds=250,
    ),
)  # fmt: skip
"""The recipes."""

TRANSFER = tuple(
    Recipe(
        f"optimisation_{landscape}", f"{landscape} of 3 dimensions", ID, {"dims": 3, "landscape": landscape}, _SEARCH,
        agents=("badger",), parameters=6500, cpu_seconds=62,
    )
    for landscape in ("sphere", "ellipsoid", "absolute", "ripples", "peaks")
)  # fmt: skip
"""The same on one kind of landscape, to see what it is worth on the others, for `study transfer`."""
