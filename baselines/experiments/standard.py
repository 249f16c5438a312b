"""Recipes of suite "standard": every environment, trained on a range of sizes by whoever can, tested within and beyond.

One size of each range is left out of the training, where there is room, so that tests lie between its sizes too. All
families see the same: nobody has ids where nothing tells ports apart. Padded agents have as many places as the largest
test has ports, so that they can be asked everything.
"""

from typing import Any

from badger_envs.envs.maze.task import WRONG
from baselines.experiments.families import FAMILIES
from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import OuterLoop, Stage
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.imitation import Imitation
from baselines.outer_loops.ppo import PPO

EVERYBODY = tuple(name for family in FAMILIES for name in family.members)
_WITH_IDS = ("badger", "badger_attention", "shared", "commnet", "deep_sets", "transformer_over_ports")
_BADGERS = ("badger", "badger_attention", "badger_free", "badger_pairs", "shared")
_PADDED = ("monolithic_padded", "monolithic_shuffled", "hypernetwork", "transformer_over_time")

Configs = dict[str, dict[str, Any]]


def _configs(identity: str, places: int, window: int, *more: Configs) -> Configs:
    """What agents are given besides their own parts: the same ids for all, and places for all ports of a test."""
    found: Configs = {name: {"identity": identity} for name in _WITH_IDS}
    found |= {name: {"max_ports": places} for name in _PADDED}
    found["transformer_over_time"]["window"] = min(window, 16)
    for configs in more:
        found = {name: found.get(name, {}) | configs.get(name, {}) for name in {**found, **configs}}
    return found


def _recipe(
    name: str, title: str, task: str, arguments: dict[str, Any], loop: OuterLoop, configs: Configs, cpu_seconds: float,
    **more: Any,
) -> Recipe:  # fmt: skip
    return Recipe(
        f"standard_{name}", title, f"Badger/{task}-v0", arguments, loop, agents=EVERYBODY, configs=configs,
        cpu_seconds=cpu_seconds, **{"test_episodes": 500, "probe_episodes": 100, **more},
    )  # fmt: skip


_ROUNDS: Configs = {name: {"rounds": 3, "message_size": 16} for name in ("badger", "badger_attention", "badger_free")}

STANDARD = (
    _recipe(
        "guessing", "guessing game", "Guessing", {"dims": 3},
        BPTT(
            updates=3000, batch=64,
            stages=(
                Stage(0.2, sizes=(3, 3), horizon=(10, 10), shared_across_batch=True),
                Stage(0.4, sizes=(2, 5), left_out=(4,), horizon=(10, 10)),
                Stage(1.0, sizes=(2, 5), left_out=(4,), horizon=(10, 20)),
            ),
        ),
        _configs("random", 8, 20), 20, parameters=6500, test_sizes=(2, 3, 4, 5, 6, 8),
    ),
    _recipe(
        "parity", "parity", "HiddenXOR", {"bits": 2, "rounds": 3},
        BPTT(
            updates=3000, batch=256,
            stages=(Stage(0.15, sizes=(2, 2)), Stage(0.4, sizes=(2, 3)), Stage(1.0, sizes=(2, 4))),
        ),
        _configs("one_hot", 6, 4), 10, test_sizes=(2, 3, 4, 5, 6),
    ),
    _recipe(
        "routing", "routing", "Routing", {"ports": 3, "horizon": 10},
        BPTT(updates=1400, batch=96, stages=(Stage(0.4, sizes=(2, 3)), Stage(1.0, sizes=(2, 5), left_out=(4,)))),
        _configs("none", 10, 10, _ROUNDS), 30, test_sizes=(2, 3, 4, 5, 6, 10),
    ),
    _recipe(
        "mesh", "routing in a mesh", "MeshRouting", {"ports": 4, "horizon": 12},
        PPO(updates=60, stages=(Stage(sizes=(3, 5)),)),
        _configs("none", 8, 12), 30, parameters=24_000, test_sizes=(3, 4, 5, 6, 8), test_episodes=200,
    ),
    _recipe(
        "arm", "arm with a goal per tip", "ModularReacher",
        {"segments": 5, "branching": 0.4, "goal": "tips", "horizon": 40},
        BPTT(updates=900, batch=64, stages=(Stage(sizes=(3, 6), left_out=(4,)),)),
        _configs("none", 8, 40), 20, parameters=16_000, test_sizes=(3, 4, 5, 6, 8),
    ),
    _recipe(
        "robot", "robot crawl", "ModularRobot", {"modules": 4},
        PPO(
            updates=48, batch=64, num_steps=50, update_epochs=3, num_minibatches=2, learning_rate=0.00589,
            ent_coef=0.000863, stages=(Stage(sizes=(3, 5)),),
        ),
        _configs("none", 8, 16), 50, parameters=24_000, test_sizes=(3, 4, 5, 6, 8), test_episodes=64, probe_episodes=8,
    ),
    _recipe(
        "advice", "whom to believe", "Advice", {"sources": 3},
        BPTT(
            updates=1200, batch=64,
            stages=(
                Stage(0.6, sizes=(2, 6), left_out=(4,), arguments=(("questions", 10),)),
                Stage(1.0, sizes=(2, 6), left_out=(4,)),
            ),
        ),
        _configs("none", 10, 16), 35, parameters=16_000, test_sizes=(2, 3, 4, 6, 8, 10),
    ),
    _recipe(
        "stream", "learning from examples", "Stream", {"classes": 2, "inputs": 4, "examples": 10, "learners": 4},
        BPTT(updates=3000, batch=64, stages=(Stage(sizes=(1, 5), left_out=(3,)),)),
        _configs("none", 8, 16), 30, parameters=16_000, test_sizes=(1, 2, 3, 4, 5, 6, 8),
    ),
    _recipe(
        "search", "search in landscapes", "Optimisation", {"dims": 3, "feedback": "first"},
        BPTT(
            updates=2500, batch=64, learning_rate=0.01,
            stages=(
                Stage(0.5, sizes=(2, 5), left_out=(4,), horizon=(10, 10)),
                Stage(1.0, sizes=(2, 5), left_out=(4,), horizon=(10, 30)),
            ),
        ),
        _configs("random", 8, 16), 40, parameters=6500, test_sizes=(2, 3, 4, 5, 6, 8),
    ),
    _recipe(
        "ranking", "ranking in a group", "Ranking", {"members": 5, "rounds": 2},
        BPTT(updates=2400, batch=96, stages=(Stage(sizes=(2, 6), left_out=(4,)),)),
        _configs("none", 10, 3, {name: {"message_size": 32} for name in ("badger", "badger_attention")}), 20,
        parameters=40_000, test_sizes=(2, 3, 4, 5, 6, 8, 10),
    ),
    _recipe(
        "maze", "ways in a maze", "Maze", {"side": 3, "think": 4, "steps": 12},
        Imitation(
            updates=1200, batch=32, learning_rate=5e-3, warmup=30, teacher="wave", caution=WRONG,
            stages=(Stage(0.4, sizes=(2, 2)), Stage(1.0, sizes=(2, 3))),
        ),
        _configs("none", 16, 16, {name: {"topology": "grid"} for name in ("badger", "badger_attention")}), 40,
        parameters=24_000, test_sizes=(2, 3, 4),
    ),
    _recipe(
        "memory", "memory in a group", "Memory", {"ports": 6, "lost": 2, "pairs": 1, "rounds": 1},
        BPTT(updates=500, batch=64, stages=(Stage(sizes=(4, 8), left_out=(5,)),)),
        _configs("none", 10, 16), 10, parameters=24_000, test_sizes=(4, 5, 6, 8, 10),
    ),
)  # fmt: skip
"""The recipes."""
