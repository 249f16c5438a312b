"""What differs among the versions of gymnasium and pettingzoo that `setup.cfg` allows; nothing else asks for one."""

from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy.typing as npt
import pettingzoo

from badger_envs.core.arrays import FloatArray

if TYPE_CHECKING:
    VectorWrapper = gym.vector.VectorWrapper[FloatArray, Any, FloatArray, Any, npt.NDArray[Any]]
else:
    VectorWrapper = gym.vector.VectorWrapper  # takes types from gymnasium 1.4 on


def register_agents(kind: str, id: str, entry_point: str, **arguments: Any) -> None:
    """Have `pettingzoo.make(kind, id)` make an environment, where pettingzoo has a registry: from 1.27 on.

    Args:
        kind: "parallel" or "aec".
        id: registered once; another time changes nothing.
        entry_point: "module:class".
        **arguments: what it is made with.
    """
    registry = getattr(pettingzoo, f"{kind}_registry", None)
    if registry is not None and id not in registry:
        pettingzoo.register(kind, id, entry_point, kwargs=arguments)
