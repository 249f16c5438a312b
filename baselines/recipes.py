"""What is known to work: a task, an outer loop with its settings, and the agents it was tried on.

`python -m baselines train NAME --agent AGENT` runs one; the README has what came out.
"""

from dataclasses import dataclass, field
from typing import Any

from baselines.outer_loops.backprop import Backprop
from baselines.outer_loops.evolution import CMAES, EvolutionStrategy
from baselines.outer_loops.interface import OuterLoop, Stage
from baselines.outer_loops.ppo import PPO


@dataclass(frozen=True)
class Recipe:
    """One way of training on one task."""

    name: str
    """As on the command line."""
    task: str
    """Id of the environment."""
    arguments: dict[str, Any]
    """Of the task."""
    outer_loop: OuterLoop
    agents: tuple[str, ...] = ("badger", "shared", "monolithic")
    """It was tried on, by name; the first one is the default. "shared" is Badger with its messages cut."""
    parameters: int = 8000
    """How many the agents have, within 10 %."""
    test_sizes: tuple[int, ...] = ()
    """Sizes to test at besides the task's own."""
    configs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What an agent is given besides its own parts, by name."""


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "guessing_ppo",
            "Badger/Guessing-v0",
            {"dims": 2, "horizon": 10},
            PPO(updates=300),
        ),
        Recipe(
            "guessing_es",
            "Badger/Guessing-v0",
            {"dims": 2, "horizon": 10},
            EvolutionStrategy(updates=600, learning_rate=0.03, decay_from=0.5),
            parameters=1000,
            configs={"badger": {"message": 4, "identity_size": 2}, "shared": {"identity_size": 2}},
        ),
        Recipe(
            "guessing_cmaes",
            "Badger/Guessing-v0",
            {"dims": 2, "horizon": 10},
            CMAES(updates=300),
            parameters=400,
            configs={"badger": {"message": 2, "identity_size": 2}, "shared": {"identity_size": 2}},
        ),
        Recipe(
            "xor",
            "Badger/HiddenXOR-v0",
            {"bits": 4, "rounds": 3},
            # Plain training at 4 bits stays at chance: parities are learned one size after the other.
            Backprop(
                updates=4000,
                batch=256,
                stages=(Stage(0.15, sizes=(2, 2)), Stage(0.4, sizes=(2, 3)), Stage(1.0, sizes=(2, 4))),
            ),
            agents=("badger", "shared"),
            test_sizes=(2, 3, 4),
        ),
        Recipe(
            "routing",
            "Badger/Routing-v0",
            {"ports": 4, "horizon": 10},
            # Who was wanted is found by attention to what the others showed one step ago, and fetched one round later.
            Backprop(
                updates=4000,
                batch=128,
                stages=(Stage(0.3, sizes=(2, 2)), Stage(0.6, sizes=(2, 3)), Stage(1.0, sizes=(2, 4))),
            ),
            agents=("badger_attention", "badger", "shared"),
            test_sizes=(2, 3, 4),
            configs={"badger_attention": {"rounds": 3, "message": 24}, "badger": {"rounds": 3, "message": 24}},
        ),
        Recipe(
            "reacher_tips",
            "Badger/ModularReacher-v0",
            {"segments": 5, "branching": 0.4, "goal": "tips", "horizon": 40},
            Backprop(updates=1200, batch=64),
            agents=("badger_attention", "badger", "shared", "monolithic"),
        ),
        Recipe(
            "robot_ppo",
            "Badger/ModularRobot-v0",
            {"modules": 4},
            PPO(updates=100, batch=64, window=50, epochs=3, minibatches=2, learning_rate=1e-3),
        ),
    )
}
