"""What a vectorized view says about each of its sub-environments, though all of them are one batch."""

from copy import deepcopy
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode

from badger_envs.core.arrays import BoolArray, FloatArray
from badger_envs.core.checks import in_short

SHARED = ("metadata", "render_mode", "spec", "task")
"""Attributes that all sub-environments have in common."""
METHODS = ("neighbours", "render", "state")
"""Methods that give something for each sub-environment, where the view has them."""


class SubEnvironments(gym.vector.VectorEnv[FloatArray, Any, npt.NDArray[Any]]):
    """The `call`, `get_attr` and `set_attr` of gymnasium's SyncVectorEnv, for views whose sub-environments are rows.

    They name VectorEnv as a base beside this class, since trainers look there, and no further, for whose child it is.
    """

    _noted: dict[str, tuple[Any, ...]]

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """What a method or an attribute gives in every sub-environment.

        Args:
            name: "render", "state", "neighbours", an attribute that environments have, or one that was set.
            *args: of the method.
            **kwargs: of the method.

        Returns:
            One for each sub-environment.

        Raises:
            AttributeError: Sub-environments have nothing of that name.
        """
        if name in METHODS and hasattr(self, name):
            return self._for_each(getattr(self, name)(*args, **kwargs))
        noted: dict[str, tuple[Any, ...]] = self.__dict__.get("_noted", {})
        if name in noted:
            return noted[name]
        if name in ("action_space", "observation_space"):
            return tuple(deepcopy(getattr(self, f"single_{name}")) for _ in range(self.num_envs))
        if name not in SHARED:
            known = sorted({*METHODS, *SHARED, *noted, "action_space", "observation_space"})
            raise AttributeError(f"name must be one of {', '.join(map(repr, known))}, got {name!r}")
        shared = getattr(self, name)
        if name == "metadata":
            return tuple(deepcopy(shared) for _ in range(self.num_envs))
        return (shared,) * self.num_envs

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """As `call` without arguments."""
        return self.call(name)

    def set_attr(self, name: str, values: Any) -> None:
        """Note something about every sub-environment, for `get_attr` to give back.

        Args:
            name: new; what environments are made of is fixed.
            values: a list or tuple with one for each sub-environment, or one for all.

        Raises:
            AttributeError: Environments have an attribute of that name.
            ValueError: Not one value for each.
        """
        if hasattr(self, name):
            raise AttributeError(f"name must be new, got {name!r}, which is fixed: make another environment")
        each = tuple(values) if isinstance(values, list | tuple) else (values,) * self.num_envs
        if len(each) != self.num_envs:
            raise ValueError(f"values must be one for each of {self.num_envs} sub-environments, got {len(each)}")
        self.__dict__.setdefault("_noted", {})[name] = each

    def _for_each(self, values: Any) -> tuple[Any, ...]:
        """One for each sub-environment, of what a method of the view gives."""
        return (None,) * self.num_envs if values is None else tuple(values)


def as_autoreset_mode(value: Any) -> AutoresetMode:
    """What happens after an episode's end, from a mode or its value.

    Raises:
        ValueError: There is no such mode.
    """
    try:
        return AutoresetMode(value)
    except ValueError as error:
        allowed = ", ".join(repr(mode.value) for mode in AutoresetMode)
        raise ValueError(f"autoreset_mode must be one of {allowed}, got {in_short(value)}") from error


def final_infos(ended: BoolArray, observations: FloatArray, info: dict[str, Any]) -> dict[str, Any]:
    """Last observations and metrics of the episodes that ended, as Gymnasium's SAME_STEP mode gives them."""
    final_obs = np.full(len(ended), None, dtype=object)  # (B,)
    for row in np.flatnonzero(ended):
        final_obs[row] = observations[row].copy()
    return {"final_obs": final_obs, "_final_obs": ended.copy(), "final_info": info, "_final_info": ended.copy()}
