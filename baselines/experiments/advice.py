"""Recipes about whom to believe: advice of sources of unknown reliability.

Without messages a port can only believe its own source; what is above that level was said by others. Of "advice" one
training of Badger was measured (seed 0): the mean score of the training batches after update 1200 was .99, a payoff of
.82 for each question where .49 can be had without messages. All else here has not been measured yet.
"""

from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT

ID = "Badger/Advice-v0"

# Nothing tells sources apart but their record, so ids would only have to be unlearned.
_NAMELESS = {name: {"identity": "none"} for name in ("badger", "badger_attention", "shared")}
_SHORT_LIVES = (("questions", 10),)
"""Cheaper, and at first there is as much to learn from them."""

ADVICE = (
    Recipe(
        "advice", "advice of 5 sources", ID, {"sources": 5},
        BPTT(updates=1500, batch=64, stages=(Stage(0.6, arguments=_SHORT_LIVES), Stage(1.0))),
        configs=_NAMELESS, test_sizes=(2, 3, 4, 6, 8, 16), cpu_seconds=55,
    ),
    # Only for agents that can change their size.
    Recipe(
        "advice_sizes", "advice, trained with 2..6 sources", ID, {"sources": 5},
        BPTT(
            updates=1500, batch=64,
            stages=(Stage(0.6, sizes=(2, 6), arguments=_SHORT_LIVES), Stage(1.0, sizes=(2, 6))),
        ),
        agents=("badger", "shared"), configs=_NAMELESS, test_sizes=(2, 3, 4, 6, 8, 16), cpu_seconds=70,
    ),
)  # fmt: skip
"""The recipes."""
