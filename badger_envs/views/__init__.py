"""Views of a task: the same problem as a Gymnasium Env and VectorEnv and as a PettingZoo parallel and AEC env."""

from badger_envs.views.env import TaskEnv
from badger_envs.views.pettingzoo import AECTaskEnv, ParallelTaskEnv
from badger_envs.views.vector import TaskVectorEnv

__all__ = ["AECTaskEnv", "ParallelTaskEnv", "TaskEnv", "TaskVectorEnv"]
