"""What is known to work: a task, an outer loop with its settings, and the agents it was tried on.

`python -m baselines train NAME --agent AGENT` runs one; suites put several together; the README has what came out.
"""

from badger_envs.registry import get_spec
from baselines.experiments.abilities import ABILITIES
from baselines.experiments.free_experts import FREE_EXPERTS
from baselines.experiments.long_lives import LONG_LIVES
from baselines.experiments.optimisation import TRANSFER
from baselines.experiments.pairs import PAIRS
from baselines.experiments.ranking import TALK
from baselines.experiments.recipe import Recipe
from baselines.experiments.rivals import MEETINGS
from baselines.experiments.rounds import ROUNDS
from baselines.experiments.society import SOCIETY
from baselines.experiments.standard import STANDARD
from baselines.experiments.topologies import TOPOLOGIES
from baselines.experiments.transition import TRANSITION
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.evolution import CMAES, EvolutionStrategy
from baselines.outer_loops.ppo import PPO

GUESSING, XOR, ROUTING = "Badger/Guessing-v0", "Badger/HiddenXOR-v0", "Badger/Routing-v0"
REACHER, ROBOT = "Badger/ModularReacher-v0", "Badger/ModularRobot-v0"

_TWO_NUMBERS = {"dims": 2, "horizon": 10}
_TIPS = {"segments": 5, "branching": 0.4, "goal": "tips", "horizon": 40}
_FEW_WEIGHTS = {"badger": {"message_size": 2, "identity_size": 2}, "shared": {"identity_size": 2}}
# Who was wanted is found by attention to what the others showed one step ago, and fetched one round later.
_THREE_ROUNDS = {name: {"rounds": 3, "message_size": 24} for name in ("badger", "badger_attention", "ic3net")}
_OF_ROBOTS = {"learning_rate": 0.00589, "ent_coef": 0.000863}

_ATTENTIVE = ("badger_attention", "badger", "shared", "monolithic")


def _rates(**learning_rates: float) -> dict[str, dict[str, float]]:
    """Settings of agents by name that differ in the learning rate alone."""
    return {name: {"learning_rate": rate} for name, rate in learning_rates.items()}


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        # By back-propagation, at one size that every agent can have.
        Recipe(
            "guessing", "guessing 3 numbers", GUESSING, {"dims": 3},
            BPTT(updates=1800, batch=64, stages=(Stage(0.6, horizon=(10, 10)), Stage(1.0, horizon=(10, 20)))),
            parameters=6500, test_sizes=tuple(range(1, 11)), cpu_seconds=22,
            settings=_rates(badger=0.0196, badger_attention=0.0196, monolithic=0.00593, shared=0.00593, commnet=0.00333)
        ),
        Recipe(
            "xor3", "parity of 3 bits", XOR, {"bits": 3},
            BPTT(updates=1500, batch=256), test_sizes=(2, 3, 4, 5, 6),
            settings=_rates(badger=0.00333, monolithic=0.00333, shared=0.00333), cpu_seconds=9,
        ),
        Recipe(
            "routing3", "routing through 3 ports", ROUTING, {"ports": 3, "horizon": 10},
            BPTT(updates=1500, batch=128),
            agents=_ATTENTIVE, test_sizes=(3, 4, 5, 6), configs=_THREE_ROUNDS, cpu_seconds=63,
        ),
        Recipe(
            "reacher_tips", "an arm with a goal per tip", REACHER, _TIPS,
            BPTT(updates=1200, batch=64), agents=_ATTENTIVE, test_sizes=(4, 5, 6, 8), cpu_seconds=66,
        ),
        # For more sizes than one, or by a curriculum of sizes: only for agents that can change theirs.
        Recipe(
            "guessing_sizes", "guessing, trained at 2..6 numbers", GUESSING, {"dims": 3},
            BPTT(
                updates=6500, batch=128, learning_rate=3e-3,
                stages=(
                    Stage(until=0.15, sizes=(3, 3), horizon=(10, 10), shared_across_batch=True),
                    Stage(until=0.3, sizes=(3, 3), horizon=(10, 10)),
                    Stage(until=1.0, sizes=(2, 6), horizon=(10, 20)),
                ),
            ),
            agents=("badger_sizes",), test_sizes=get_spec(GUESSING).test_sizes, tuned=False, cpu_seconds=120,
        ),
        Recipe(
            "xor", "parity of 4 bits", XOR, {"bits": 4, "rounds": 3},
            # Plain training at 4 bits stays at chance: parities are learned one size after the other.
            BPTT(
                updates=4000, batch=256,
                stages=(Stage(0.15, sizes=(2, 2)), Stage(0.4, sizes=(2, 3)), Stage(1.0, sizes=(2, 4))),
            ),
            agents=("badger", "shared"), test_sizes=(2, 3, 4), cpu_seconds=23,
        ),
        Recipe(
            "routing", "routing through 4 ports", ROUTING, {"ports": 4, "horizon": 10},
            BPTT(
                updates=4000, batch=128,
                stages=(Stage(0.3, sizes=(2, 2)), Stage(0.6, sizes=(2, 3)), Stage(1.0, sizes=(2, 4))),
            ),
            agents=("badger_attention", "badger", "shared"), test_sizes=(2, 3, 4), configs=_THREE_ROUNDS,
            cpu_seconds=176,
        ),
        # By reinforcement learning.
        Recipe("guessing_ppo", "guessing 2 numbers", GUESSING, _TWO_NUMBERS, PPO(updates=300), cpu_seconds=36),
        Recipe("xor2_ppo", "parity of 2 bits", XOR, {"bits": 2}, PPO(updates=300), cpu_seconds=17),
        Recipe(
            "xor2_ippo", "parity of 2 bits, a critic per port (IPPO)", XOR, {"bits": 2},
            PPO(updates=300, critic="port", per_port=True), agents=("badger", "shared"), cpu_seconds=21,
        ),
        Recipe(
            "xor2_mappo", "parity of 2 bits, a central critic (MAPPO)", XOR, {"bits": 2},
            PPO(updates=300, critic="central", per_port=True), agents=("badger", "shared"), cpu_seconds=17,
        ),
        Recipe(
            "routing3_ppo", "routing through 3 ports", ROUTING, {"ports": 3, "horizon": 10},
            PPO(updates=150), agents=_ATTENTIVE, configs=_THREE_ROUNDS, cpu_seconds=60,
        ),
        Recipe(
            "reacher_ppo", "an arm with a goal per tip", REACHER, _TIPS,
            PPO(updates=60), agents=_ATTENTIVE, cpu_seconds=74,
        ),
        Recipe(
            "robot_ppo", "a chain of 4 modules crawls", ROBOT, {"modules": 4},
            PPO(updates=100, batch=64, num_steps=50, update_epochs=3, num_minibatches=2, learning_rate=1e-3),
            test_sizes=(4, 6, 8), settings=dict.fromkeys(("badger", "shared", "monolithic"), _OF_ROBOTS),
            test_episodes=128, probe_episodes=24, cpu_seconds=185,
        ),
        # By evolution.
        Recipe(
            "guessing_es", "guessing 2 numbers", GUESSING, _TWO_NUMBERS,
            EvolutionStrategy(updates=600, learning_rate=0.03, decay_from=0.5),
            parameters=1000, configs=_FEW_WEIGHTS, cpu_seconds=34,
        ),
        Recipe(
            "guessing_cmaes", "guessing 2 numbers", GUESSING, _TWO_NUMBERS,
            CMAES(updates=1500, population_size=32, sigma=0.3), parameters=160, configs=_FEW_WEIGHTS, cpu_seconds=248,
        ),
        Recipe(
            "xor2_es", "parity of 2 bits", XOR, {"bits": 2},
            EvolutionStrategy(updates=600), parameters=1000, configs=_FEW_WEIGHTS, cpu_seconds=8,
        ),
        Recipe(
            "routing3_es", "routing through 3 ports", ROUTING, {"ports": 3, "horizon": 10},
            EvolutionStrategy(updates=300), agents=_ATTENTIVE, cpu_seconds=60,
        ),
        Recipe(
            "reacher_es", "an arm with a goal per tip", REACHER, _TIPS,
            EvolutionStrategy(updates=80), agents=_ATTENTIVE, cpu_seconds=53,
        ),
        Recipe(
            "robot_es", "a chain of 4 modules crawls", ROBOT, {"modules": 4, "steps": 100},
            EvolutionStrategy(updates=60, batch=2, population_size=64),
            parameters=2500, test_episodes=128, cpu_seconds=60,
        ),
        *FREE_EXPERTS,
        *PAIRS,
        *ABILITIES,
        *TALK,
        *SOCIETY,
        *TOPOLOGIES,
        *TRANSFER,
        *MEETINGS,
        *ROUNDS,
        *LONG_LIVES,
        *STANDARD,
        *TRANSITION,
    )
}  # fmt: skip
