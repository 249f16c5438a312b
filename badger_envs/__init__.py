"""Small environments that each select for one ability of a learning agent made of many experts.

Importing registers every id with gymnasium and pettingzoo.
"""

from badger_envs.episodes import EpisodeSet, episode_keys
from badger_envs.registry import ROWS, Row, register_all
from badger_envs.task import Levels, Task
from badger_envs.tasks import Guessing
from badger_envs.version import __version__

__all__ = ["ROWS", "EpisodeSet", "Guessing", "Levels", "Row", "Task", "__version__", "episode_keys", "register_all"]

register_all()
