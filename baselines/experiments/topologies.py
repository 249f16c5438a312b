"""Recipes about who hears whom: what the graph that a task gives is worth, against all and against strangers.

Bodies and meshes have a graph of their own. Experts hear those beside them in it ("given"), as many others drawn at
random for life ("random"), or all. No ids: places in a graph that is new in each lifetime have none.
"""

from typing import Any

from baselines.experiments.agent_spec import AgentSpec
from baselines.experiments.recipe import Recipe
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.ppo import PPO

REACHER, ROBOT = "Badger/ModularReacher-v0", "Badger/ModularRobot-v0"
MESH = "Badger/MeshRouting-v0"

_PARTS: dict[str, Any] = {"messages": "attention", "identity": "none"}


def _hearing(name: str, label: str, description: str, topology: str) -> AgentSpec:
    return AgentSpec(f"hears_{name}", label, description, "Badger", {**_PARTS, "topology": topology})


TOPOLOGY_AGENTS = (
    _hearing("all", "hears all", "Badger without ids, whose experts choose among all others whom to listen to", "all"),
    _hearing("given", "hears its neighbours", "the same among those beside it in the graph of the task", "given"),
    _hearing("random", "hears strangers", "the same among two others, drawn at random for life", "random"),
    AgentSpec(
        "badger_edges", "Badger, edges",
        "an expert at every edge of the graph of the task, which hears the others at its ends; those of a port add up "
        "what it does",
        "Badger",
        {
            "membrane": "edges", "messages": "along_edges", "message_size": 8, "topology": "given", "identity": "none",
            "expert": "lstm", "hidden_size": 16, "turns": "recall",
        },
    ),
)  # fmt: skip
"""Agents that differ in their topology alone, and one whose experts sit at the edges."""

_AGENTS = tuple(agent.name for agent in TOPOLOGY_AGENTS[:3])
_TWO_ROUNDS: dict[str, dict[str, Any]] = {name: {"rounds": 2} for name in _AGENTS}

TOPOLOGIES = (
    Recipe(
        "reacher_graph", "an arm with a goal per tip, by who hears whom", REACHER,
        {"segments": 5, "branching": 0.4, "goal": "tips", "horizon": 40},
        BPTT(updates=400, batch=64), agents=_AGENTS, test_sizes=(4, 5, 8), tuned=False, cpu_seconds=25,
    ),
    Recipe(
        "robot_graph", "a chain of 4 modules crawls, by who hears whom", ROBOT, {"modules": 4},
        PPO(
            updates=20, batch=64, num_steps=50, update_epochs=3, num_minibatches=2, learning_rate=0.00589,
            ent_coef=0.000863,
        ),
        agents=_AGENTS, test_sizes=(4, 6), tuned=False, test_episodes=64, cpu_seconds=37,
    ),
    Recipe(
        "mesh_graph", "a mesh of 6 nodes, by who hears whom", MESH, {"ports": 6, "horizon": 12},
        PPO(updates=30), agents=_AGENTS, configs=_TWO_ROUNDS, test_sizes=(4, 6, 8), tuned=False, cpu_seconds=35,
    ),
    # A learning algorithm: trained on blobs, of use for digits. `python -m benchmarks.digits` asks.
    Recipe(
        "stream_grid", "30 examples of 4 classes, a port per input and class", "Badger/Stream-v0",
        {"learners": 1, "classes": 4, "inputs": 10, "examples": 30, "layout": "split"},
        BPTT(updates=300, batch=24, learning_rate=6e-3), agents=("badger_edges",), parameters=4124, tuned=False,
        test_episodes=200, probe_episodes=24, cpu_seconds=62,
    ),
)  # fmt: skip
"""The recipes."""
