"""Small environments that each select for one ability of a learning agent made of many experts.

Importing registers every id with gymnasium and pettingzoo.
"""

from badger_envs.channel import Channel
from badger_envs.episodes import EpisodeSet, episode_keys
from badger_envs.registry import ROWS, Row, register_all
from badger_envs.task import Levels, Task
from badger_envs.tasks import Guessing, HiddenXOR, MeshRouting, ModularReacher, ModularRobot, Routing
from badger_envs.version import __version__
from badger_envs.views import LifetimeObservation

__all__ = [
    "ROWS",
    "Channel",
    "EpisodeSet",
    "Guessing",
    "HiddenXOR",
    "Levels",
    "LifetimeObservation",
    "MeshRouting",
    "ModularReacher",
    "ModularRobot",
    "Routing",
    "Row",
    "Task",
    "__version__",
    "episode_keys",
    "register_all",
]

register_all()
