"""The tasks themselves: no torch, no drawing, no global randomness."""

from badger_envs.tasks.guessing import Guessing
from badger_envs.tasks.hidden_xor import HiddenXOR
from badger_envs.tasks.mesh_routing import MeshRouting
from badger_envs.tasks.modular_reacher import ModularReacher
from badger_envs.tasks.modular_robot import ModularRobot
from badger_envs.tasks.routing import Routing

__all__ = ["Guessing", "HiddenXOR", "MeshRouting", "ModularReacher", "ModularRobot", "Routing"]
