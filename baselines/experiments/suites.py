"""Comparisons as data: which recipes, with which agents, how many seeds, how much tuning, which probes."""

from dataclasses import replace
from typing import Any

from baselines.experiments.abilities import ABILITIES
from baselines.experiments.agents import EVERYBODY
from baselines.experiments.families import FAMILIES
from baselines.experiments.free_experts import FREE_EXPERTS
from baselines.experiments.grid import Grid
from baselines.experiments.long_lives import LONG_LIVES
from baselines.experiments.optimisation import TRANSFER
from baselines.experiments.pairs import PAIRS
from baselines.experiments.ranking import TALK
from baselines.experiments.recipe import Recipe
from baselines.experiments.recipes import RECIPES
from baselines.experiments.rivals import MEETINGS
from baselines.experiments.rounds import ROUNDS
from baselines.experiments.search import Search
from baselines.experiments.society import SOCIETY
from baselines.experiments.standard import STANDARD
from baselines.experiments.suite import Suite
from baselines.experiments.topologies import TOPOLOGIES
from baselines.experiments.transition import TRANSITION
from baselines.perturbations.probes import QUICK


def _with(name: str, updates: int | None = None, **changes: Any) -> Recipe:
    """A recipe with changes, and with another budget."""
    recipe = RECIPES[name]
    if updates is not None:
        changes["outer_loop"] = replace(recipe.outer_loop, updates=updates)
    return replace(recipe, **changes)


def _for_all(name: str, **changes: Any) -> Recipe:
    """A recipe for every agent, those that it was made with first."""
    return _with(name, agents=tuple(dict.fromkeys((*RECIPES[name].agents, *EVERYBODY))), **changes)


_ELSEWHERE = (
    RECIPES["guessing_sizes"], *FREE_EXPERTS, *PAIRS, *ABILITIES, *TALK, *TRANSFER, *SOCIETY, *MEETINGS, *ROUNDS,
    *TOPOLOGIES, *LONG_LIVES, *STANDARD, *TRANSITION,
)  # fmt: skip
"""Recipes for one kind of agent, and those of a suite of their own."""

_PROBED = tuple(_with(name, 600, agents=("badger", "monolithic")) for name in ("xor3", "guessing"))
SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite(
            name="pocket",
            description="all five environments, three families of agents, short trainings; minutes",
            recipes=(
                _with("guessing", 1000, agents=("badger", "monolithic", "shared", "commnet")),
                _with("guessing_sizes", seeds=1),
                _with(
                    "guessing_free",
                    1700,
                    seeds=1,
                    test_sizes=tuple(range(1, 11)),
                    grids=(Grid("experts", (2, 4, 8, 16, 32), (1, 2, 3, 4, 5, 6, 8), episodes=100),),
                ),
                _with("xor3", 1000, agents=("badger", "monolithic", "shared")),
                _with("routing3", 500, agents=("badger_attention", "monolithic", "shared")),
                _with("reacher_tips", 300, agents=("badger_attention", "monolithic", "shared")),
                _with("robot_ppo", 20, seeds=2, test_episodes=64, probe_episodes=8),
            ),
            seeds=3,
            probes=QUICK,
        ),
        Suite(
            name="standard",
            description="all environments, families of agents, sizes in a range, five seeds, everybody tuned; hours",
            recipes=STANDARD,
            seeds=5,
            search=Search(trials=3, fraction=0.3),
            probes=("life", "switch", "forget", "shocks", "rounds", "experts", "newcomers", "cut"),
            version=2,
            families=FAMILIES,
            in_every_test=("shared",),
        ),
        Suite(
            name="standard_1",
            description="version 1 of it, the problems of board v1: five environments, one size each",
            recipes=(
                _for_all("guessing"),
                RECIPES["guessing_sizes"],
                RECIPES["guessing_free"],
                _for_all("xor3"),
                _for_all("routing3", updates=1000),
                _for_all("reacher_tips", updates=800),
                _for_all("robot_ppo", updates=60),
            ),
            seeds=5,
            search=Search(trials=4),
        ),
        Suite(
            name="full",
            description="larger budgets, ten seeds, twice the tuning; for a cluster",
            recipes=(
                _for_all("guessing", updates=5000),
                _with("guessing_sizes", 20_000),
                _with("guessing_free", 20_000),
                _for_all("xor3", updates=4000),
                RECIPES["xor"],
                _for_all("routing3", updates=4000),
                RECIPES["routing"],
                _for_all("reacher_tips", updates=4000),
                _for_all("robot_ppo", updates=400),
            ),
            seeds=10,
            search=Search(trials=8),
        ),
        Suite(
            "sizes", "Badger for every size of the guessing game, full budget", (_with("guessing_sizes", 20_000),), 3
        ),
        Suite(
            name="free",
            description="free experts: what they need, more of them, turns, and what messages carry",
            recipes=FREE_EXPERTS,
            seeds=5,
            probes=("life", "cut", "newcomers"),
        ),
        Suite(
            name="pairs",
            description="experts at pairs of ports: routing at sizes never seen",
            recipes=PAIRS,
            seeds=5,
            probes=("life", "switch", "forget", "cut", "rounds"),
        ),
        Suite(
            name="society",
            description="who makes up an agent: kinds of experts, handmade ones among them, words, rules of synapses",
            recipes=SOCIETY,
            seeds=3,
            probes=("switch", "forget", "newcomers"),
        ),
        Suite("topologies", "who hears whom: a task's graph, all, or strangers", TOPOLOGIES, 3, probes=("cut",)),
        Suite(
            name="abilities",
            description="environments that test one ability each: trust, search, examples, ranking, memory, ways",
            recipes=ABILITIES,
            seeds=3,
        ),
        Suite(
            name="talk",
            description="ranking in a group: how much has to be said, in how many steps",
            recipes=TALK,
            seeds=3,
            probes=("cut",),
        ),
        Suite(
            name="transfer",
            description="train on one landscape, for `study transfer` to test on all of them and on a bandit",
            recipes=(
                *(_with(name, agents=("badger",)) for name in ("guessing", "optimisation", "bandit_ppo")),
                *TRANSFER,
            ),
            seeds=3,
            probes=(),
        ),
        Suite(
            name="rivals",
            description="Badger and its strongest rivals, everybody tuned; short trainings",
            recipes=MEETINGS,
            seeds=3,
            search=Search(trials=2, fraction=0.3),
            probes=("life",),
        ),
        Suite(
            name="transition",
            description="from monolithic to modular: one memory split among more and more experts, and architectures",
            recipes=TRANSITION,
            seeds=3,
            probes=("life", "forget", "newcomers"),
        ),
        Suite("rounds", "rounds of messages that chain and that settle", ROUNDS, seeds=3, probes=()),
        Suite("probes", "every probe, on five kinds of agents in short trainings", (*PAIRS, *_PROBED), seeds=1),
        Suite("long", "lives of 1,000 steps in windows of 10", LONG_LIVES, seeds=3, probes=()),
        Suite(
            name="loops",
            description="every outer loop on every environment that it can: a first look at who learns by what",
            recipes=tuple(recipe for recipe in RECIPES.values() if recipe not in _ELSEWHERE),
            seeds=1,
            probes=(),
        ),
    )
}
