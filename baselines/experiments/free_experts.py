"""Recipes about experts that are tied to no port, about who moves when, and about what messages carry there.

The technical report's own experiments (Rosa et al. 2019, Figures 6 to 9) and what decides whether they work.
"""

from dataclasses import replace

from badger_envs.registry import get_spec
from baselines.experiments.grid import Grid
from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT

GUESSING = "Badger/Guessing-v0"
SIZES = get_spec(GUESSING).test_sizes

_FREE = BPTT(
    updates=8000, batch=96, learning_rate=3e-3,
    stages=(
        Stage(until=0.12, sizes=(3, 3), horizon=(10, 10), experts=(4, 7), shared_across_batch=True),
        Stage(until=0.25, sizes=(3, 3), horizon=(10, 10), experts=(4, 7)),
        # What few experts per port learn holds for many, and costs half.
        Stage(until=0.85, sizes=(2, 6), horizon=(10, 20), experts=(5, 10)),
        Stage(until=1.0, sizes=(2, 6), horizon=(10, 20), experts=(5, 20)),
    ),
)  # fmt: skip
_FIXED_FIRST = BPTT(
    updates=2000, batch=96, learning_rate=3e-3,
    stages=(
        Stage(until=0.15, horizon=(10, 10), experts=(3, 8), shared_across_batch=True),
        Stage(until=1.0, horizon=(10, 10), experts=(3, 8)),
    ),
)  # fmt: skip
_BINDINGS = ("badger_free", "free_auction", "free_sinkhorn", "free_sharp", "free_soft", "free_untied")
_THREE = (Grid("experts", (3, 8, 16), (3,), episodes=500),)

_IN_TURN = BPTT(
    updates=1600, batch=128, learning_rate=3e-3,
    stages=(Stage(0.6, sizes=(1, 6)), Stage(1.0, sizes=(1, 6), horizon=(20, 80))),
)  # fmt: skip
_TURNS = ("badger_rounds", "badger_stick", "badger_flags", "badger_at_once", "badger_rounds_silent")
_TO_18 = tuple(range(1, 19))
_LIVES = Grid("steps", (20, 200, 1000), _TO_18, episodes=100)

_ONE_IS_TOLD = {"dims": 3, "feedback": "first"}

FREE_EXPERTS = (
    Recipe(
        "guessing_free", "guessing by free experts, trained at 2..6 numbers", GUESSING, {"dims": 3}, _FREE,
        agents=("badger_free",), parameters=8500, test_sizes=SIZES, tuned=False, cpu_seconds=272,
        grids=(Grid("experts", (2, 3, 4, 6, 8, 12, 20, 40, 80), SIZES, episodes=300),),
    ),
    # What free experts need: everybody within 10 % of the same parameters.
    Recipe(
        "bonds", "guessing 3 numbers by free experts", GUESSING, {"dims": 3}, _FIXED_FIRST,
        agents=(*_BINDINGS, "free_mean", "free_silent"), parameters=8500, tuned=False, grids=_THREE, seeds=3,
        cpu_seconds=40,
    ),
    Recipe(
        "bonds_at_random", "the same, without a stage of fixed addresses", GUESSING, {"dims": 3},
        replace(_FIXED_FIRST, stages=(Stage(horizon=(10, 10), experts=(3, 8)),)),
        agents=_BINDINGS, parameters=8500, tuned=False, grids=_THREE, seeds=3, cpu_seconds=40,
    ),
    # Turns that are handed over.
    Recipe(
        "guessing_rounds", "guessing by rounds of trials, trained at 1..6 numbers", GUESSING, {"dims": 3}, _IN_TURN,
        agents=("badger_rounds",), parameters=7200, tuned=False, grids=(_LIVES,), cpu_seconds=95,
    ),
    Recipe(
        "guessing_free_rounds", "the same by free experts", GUESSING, {"dims": 3},
        replace(_IN_TURN, stages=tuple(replace(stage, experts=(1, 10)) for stage in _IN_TURN.stages)),
        agents=("free_rounds",), parameters=9100, tuned=False, cpu_seconds=110,
        grids=(Grid("experts", (1, 2, 4, 12, 80), _TO_18, episodes=100), _LIVES),
    ),
    Recipe(
        "turns", "guessing in turn, trained at 1..6 numbers", GUESSING, {"dims": 3}, BPTT(
            updates=1500, batch=128, learning_rate=3e-3, stages=(Stage(sizes=(1, 6)),)
        ),
        agents=_TURNS, parameters=7200, tuned=False, seeds=3, cpu_seconds=55,
        grids=(Grid("steps", (20, 200), (1, 2, 3, 6, 10, 15, 18), episodes=100),),
    ),
    # Only one expert is told the error, so that the others have to be told by messages.
    Recipe(
        "guessing_first", "guessing 3 numbers, one expert is told the error", GUESSING, _ONE_IS_TOLD,
        BPTT(updates=1500, batch=96, learning_rate=3e-3), agents=("badger", "shared"), tuned=False, cpu_seconds=33,
    ),
    Recipe(
        "guessing_first_last", "the same, only the last step counts", GUESSING, _ONE_IS_TOLD,
        BPTT(updates=1500, batch=96, learning_rate=3e-3, loss="last_step"), agents=("badger", "shared"), tuned=False,
        cpu_seconds=33,
    ),
)  # fmt: skip
"""The recipes, those that a table compares next to each other."""
