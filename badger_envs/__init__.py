"""Small environments that each select for one ability of a learning agent made of many experts.

Importing registers every id with gymnasium and pettingzoo.
"""

from badger_envs.core.channel import Channel
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.task import Task
from badger_envs.envs.advice.task import Advice
from badger_envs.envs.guessing.task import Guessing
from badger_envs.envs.hidden_xor.task import HiddenXOR
from badger_envs.envs.maze.task import Maze
from badger_envs.envs.memory.task import Memory
from badger_envs.envs.mesh_routing.task import MeshRouting
from badger_envs.envs.modular_reacher.task import ModularReacher
from badger_envs.envs.modular_robot.task import ModularRobot
from badger_envs.envs.optimisation.task import Optimisation
from badger_envs.envs.ranking.task import Ranking
from badger_envs.envs.routing.task import Routing
from badger_envs.envs.stream.task import Stream
from badger_envs.reference_returns import ReferenceReturns
from badger_envs.registry import SPECS, EnvSpec, register_all
from badger_envs.version import __version__
from badger_envs.views import LifetimeObservation, VectorLifetimeObservation

__all__ = [
    "SPECS",
    "Advice",
    "Channel",
    "EnvSpec",
    "EpisodeSet",
    "Guessing",
    "HiddenXOR",
    "LifetimeObservation",
    "Maze",
    "Memory",
    "MeshRouting",
    "ModularReacher",
    "ModularRobot",
    "Optimisation",
    "Ranking",
    "ReferenceReturns",
    "Routing",
    "Stream",
    "Task",
    "VectorLifetimeObservation",
    "__version__",
    "episode_keys",
    "register_all",
]

register_all()
