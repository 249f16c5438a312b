"""Recipes about experts that are tied to no port, about who moves when, and about what messages carry there.

The technical report's own experiments (Rosa et al. 2019, Figures 6 to 9) and what decides whether they work.
"""

from dataclasses import replace

from badger_envs.registry import get_spec
from baselines.experiments.grid import Grid
from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.ppo import PPO

GUESSING, XOR, ROUTING = "Badger/Guessing-v0", "Badger/HiddenXOR-v0", "Badger/Routing-v0"
MESH, REACHER = "Badger/MeshRouting-v0", "Badger/ModularReacher-v0"
SIZES = get_spec(GUESSING).test_sizes

_FREE = BPTT(
    updates=9000, batch=96, learning_rate=3e-3,
    stages=(
        Stage(until=0.12, sizes=(3, 3), horizon=(10, 10), experts=(3, 7), shared_across_batch=True),
        Stage(until=0.25, sizes=(3, 3), horizon=(10, 10), experts=(3, 7)),
        # Experts that hear themselves do in threes what they do alone: more than these are not needed to learn from.
        Stage(until=1.0, sizes=(2, 6), horizon=(10, 20), experts=(5, 10)),
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

# Turns that nobody hands over. Errors on the way are free, so that it pays to try one output after the other.
_LAST_STEP = BPTT(
    updates=7000, batch=96, learning_rate=3e-3, loss="last_step",
    stages=(
        Stage(until=0.08, sizes=(3, 3), horizon=(10, 10), experts=(3, 3), shared_across_batch=True),
        Stage(until=0.2, sizes=(3, 3), horizon=(10, 20), experts=(3, 3)),
        Stage(until=0.4, sizes=(1, 4), horizon=(20, 40), experts=(4, 8)),
        Stage(until=0.55, sizes=(1, 6), horizon=(20, 40), experts=(6, 10)),
        Stage(until=1.0, sizes=(1, 10), horizon=(40, 40), experts=(10, 12)),
    ),
)  # fmt: skip
_LEARNED_TURNS = (Grid("steps", (10, 20, 40, 80), tuple(range(1, 11)), episodes=200),)

# On other problems: 8 free experts beside experts at ports, with the same messages.
_EIGHT = {"badger_free": {"experts": 8}}
_THREE_ROUNDS = {"rounds": 3, "message_size": 24}
_THREE_ROUNDS_OF_EIGHT = {"badger_free": {**_THREE_ROUNDS, "experts": 8}, "badger_attention": _THREE_ROUNDS}
_FREE_OR_NOT = ("badger_free", "badger_attention")


def _numbers(*sizes: int) -> tuple[Grid, ...]:
    """Numbers of experts, at some sizes."""
    return (Grid("experts", (2, 4, 8, 16, 32), sizes, episodes=200),)


_ONE_IS_TOLD = {"dims": 3, "feedback": "first"}

FREE_EXPERTS = (
    Recipe(
        "guessing_free", "guessing by free experts, trained at 2..6 numbers", GUESSING, {"dims": 3}, _FREE,
        agents=("badger_free",), parameters=8500, test_sizes=SIZES, tuned=False, cpu_seconds=290,
        grids=(Grid("experts", (2, 3, 4, 6, 8, 12, 20, 40, 80), SIZES, episodes=200),),
    ),
    # What free experts need: everybody within 10 % of the same parameters.
    Recipe(
        "bonds", "guessing 3 numbers by free experts", GUESSING, {"dims": 3}, _FIXED_FIRST,
        agents=(*_BINDINGS, "free_others", "free_mean", "free_silent"), parameters=8500, tuned=False, grids=_THREE,
        seeds=3, cpu_seconds=40,
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
    Recipe(
        "learned_turns", "guessing in 40 steps, of which the last one counts", GUESSING, {"dims": 3, "horizon": 40},
        _LAST_STEP, agents=("free_mean", "free_silent"), parameters=7500, tuned=False, seeds=3, cpu_seconds=420,
        grids=_LEARNED_TURNS, test_sizes=tuple(range(1, 11)),
    ),
    Recipe(
        "learned_turns_first", "the same, only one port is told the error", GUESSING,
        {"dims": 3, "horizon": 40, "feedback": "first"}, _LAST_STEP, agents=("free_mean",), parameters=7500,
        tuned=False, seeds=3, cpu_seconds=420, grids=_LEARNED_TURNS, test_sizes=tuple(range(1, 11)),
    ),
    # Only one expert is told the error, so that the others have to be told by messages.
    Recipe(
        "guessing_first", "guessing 3 numbers, one expert is told the error", GUESSING, _ONE_IS_TOLD,
        BPTT(updates=3000, batch=96, learning_rate=3e-3), agents=("badger", "shared"), tuned=False, cpu_seconds=60,
    ),
    Recipe(
        "guessing_first_last", "the same, only the last step counts", GUESSING, _ONE_IS_TOLD,
        BPTT(updates=3000, batch=96, learning_rate=3e-3, loss="last_step"), agents=("badger", "shared"), tuned=False,
        cpu_seconds=33,
    ),
    Recipe(
        "xor_free", "parity of a hidden subset of 3 bits, asked ten times", XOR,
        {"bits": 3, "subset": True, "questions": 10},
        BPTT(updates=1000, batch=128, stages=(Stage(0.15, sizes=(2, 2)), Stage(1.0, sizes=(2, 3)))),
        agents=("free_mean", "badger"), configs={"free_mean": {"experts": 8}}, test_sizes=(2, 3, 4, 6), tuned=False,
        grids=_numbers(2, 3, 4, 6), seeds=3, cpu_seconds=90,
    ),
    Recipe(
        "routing_free", "routing through 3 ports", ROUTING, {"ports": 3, "horizon": 10},
        BPTT(updates=800, batch=96), agents=_FREE_OR_NOT, configs=_THREE_ROUNDS_OF_EIGHT, test_sizes=(3, 4, 5, 6),
        tuned=False, grids=_numbers(3, 4, 6), seeds=3, cpu_seconds=70,
    ),
    Recipe(
        "mesh_free", "a mesh of 4 nodes", MESH, {"ports": 4, "horizon": 12},
        PPO(updates=60), agents=_FREE_OR_NOT, configs=_THREE_ROUNDS_OF_EIGHT, test_sizes=(3, 4, 6),
        tuned=False, grids=_numbers(3, 4, 6), seeds=3, cpu_seconds=70,
    ),
    Recipe(
        "reacher_free", "an arm with a goal per tip", REACHER,
        {"segments": 5, "branching": 0.4, "goal": "tips", "horizon": 40},
        BPTT(updates=600, batch=64), agents=_FREE_OR_NOT, configs=_EIGHT, test_sizes=(4, 5, 6, 8), tuned=False,
        grids=_numbers(4, 5, 8), seeds=3, cpu_seconds=80,
    ),
)  # fmt: skip
"""The recipes, those that a table compares next to each other."""
