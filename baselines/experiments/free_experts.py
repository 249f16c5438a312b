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
_ABLATED = BPTT(
    updates=2500, batch=96, learning_rate=3e-3,
    stages=(
        Stage(until=0.15, horizon=(10, 10), experts=(3, 8), shared_across_batch=True),
        Stage(until=1.0, horizon=(10, 10), experts=(3, 8)),
    ),
)  # fmt: skip
_BINDINGS = (
    "badger_free", "free_auction", "free_sinkhorn", "free_sharp", "free_soft", "free_untied", "free_mean",
    "free_silent",
)  # fmt: skip
_ONE_IS_TOLD = {"dims": 3, "feedback": "first"}
_TALKING = ("badger", "badger_attention", "shared")
_TURNS = ("badger_rounds", "badger_stick", "badger_flags", "badger_at_once", "badger_rounds_silent")
_IN_TURN = BPTT(
    updates=1600, batch=128, learning_rate=3e-3,
    stages=(Stage(0.6, sizes=(1, 6)), Stage(1.0, sizes=(1, 6), horizon=(20, 80))),
)  # fmt: skip
_LIVES = Grid("steps", (20, 200, 1000), tuple(range(1, 19)), episodes=100)

FREE_EXPERTS = (
    Recipe(
        "guessing_free",
        "guessing by free experts, trained at 2..6 numbers",
        GUESSING,
        {"dims": 3},
        _FREE,
        agents=("badger_free",),
        test_sizes=SIZES,
        parameters=8500,
        tuned=False,
        grids=(Grid("experts", (2, 3, 4, 6, 8, 12, 20, 40, 80), SIZES, episodes=300),),
        cpu_seconds=275,
    ),
    Recipe(
        "bonds",
        "guessing 3 numbers: what free experts need",
        GUESSING,
        {"dims": 3},
        _ABLATED,
        agents=_BINDINGS,
        parameters=8500,
        tuned=False,
        grids=(Grid("experts", (3, 8, 16), (3,), episodes=500),),
        seeds=3,
        cpu_seconds=50,
    ),
    Recipe(
        "bonds_at_random",
        "the same without a stage of fixed addresses",
        GUESSING,
        {"dims": 3},
        replace(_ABLATED, stages=(Stage(horizon=(10, 10), experts=(3, 8)),)),
        agents=_BINDINGS,
        parameters=8500,
        tuned=False,
        grids=(Grid("experts", (3, 8, 16), (3,), episodes=500),),
        seeds=3,
        cpu_seconds=50,
    ),
    Recipe(
        "guessing_rounds",
        "guessing in turn, trained at 1..6 numbers",
        GUESSING,
        {"dims": 3},
        _IN_TURN,
        agents=_TURNS,
        parameters=7200,
        tuned=False,
        grids=(_LIVES,),
        cpu_seconds=95,
    ),
    Recipe(
        "guessing_free_rounds",
        "guessing in turn by free experts",
        GUESSING,
        {"dims": 3},
        replace(_IN_TURN, stages=tuple(replace(stage, experts=(1, 10)) for stage in _IN_TURN.stages)),
        agents=("free_rounds",),
        parameters=9100,
        tuned=False,
        grids=(Grid("experts", (1, 2, 4, 12, 80), tuple(range(1, 19)), episodes=100), _LIVES),
        cpu_seconds=100,
    ),
    Recipe(
        "guessing_first",
        "guessing 3 numbers, only one expert is told the error",
        GUESSING,
        _ONE_IS_TOLD,
        BPTT(updates=3000, batch=96, learning_rate=3e-3),
        agents=_TALKING,
        cpu_seconds=60,
    ),
    Recipe(
        "guessing_first_last",
        "the same, only the last step counts",
        GUESSING,
        _ONE_IS_TOLD,
        BPTT(updates=3000, batch=96, learning_rate=3e-3, loss="last_step"),
        agents=_TALKING,
        cpu_seconds=60,
    ),
)
"""By the issue that they answer: free experts, turns, messages."""
