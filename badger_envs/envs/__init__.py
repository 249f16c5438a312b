"""The environments, a folder each: the task, handcrafted policies for its known returns, and how it is drawn."""

from badger_envs.envs.guessing.task import Guessing
from badger_envs.envs.hidden_xor.task import HiddenXOR
from badger_envs.envs.mesh_routing.task import MeshRouting
from badger_envs.envs.modular_reacher.task import ModularReacher
from badger_envs.envs.modular_robot.task import ModularRobot
from badger_envs.envs.routing.task import Routing

__all__ = ["Guessing", "HiddenXOR", "MeshRouting", "ModularReacher", "ModularRobot", "Routing"]
