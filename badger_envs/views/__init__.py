"""Views of a task: the same problem as a Gymnasium Env and VectorEnv, and port by port for multi-agent learners."""

from badger_envs.views.aec import AECTaskEnv
from badger_envs.views.gymnasium import TaskEnv
from badger_envs.views.per_port import SharedTaskVectorEnv
from badger_envs.views.pettingzoo import ParallelTaskEnv
from badger_envs.views.rl2 import LifetimeObservation
from badger_envs.views.tuples import TupleTaskEnv
from badger_envs.views.vector import TaskVectorEnv
from badger_envs.views.vector_rl2 import VectorLifetimeObservation

__all__ = [
    "AECTaskEnv",
    "LifetimeObservation",
    "ParallelTaskEnv",
    "SharedTaskVectorEnv",
    "TaskEnv",
    "TaskVectorEnv",
    "TupleTaskEnv",
    "VectorLifetimeObservation",
]
