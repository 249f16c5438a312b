"""Rules about functional tasks: numpy, torch and jax give the same numbers. Nothing is checked where one is missing.

Axis letters as in `badger_envs.core.task`.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from badger_envs.core.arrays import FloatArray
from badger_envs.core.episodes import Keys
from badger_envs.core.task import Task
from badger_envs.testing.rules import in_words, require, same

TOLERANCE = 2e-6
"""Relative and absolute: of float32 rounding."""


def check_torch(task: Task[Any], keys: Keys, actions: FloatArray) -> None:
    """Torch agrees with numpy to rounding, in everything that a task says."""
    if _installed("torch"):
        torch = import_module("torch")
        pairs = _pairs(task, keys, actions, torch, torch.from_numpy, lambda call: call)
        _require_agreement("torch", pairs)


def check_jax(task: Task[Any], keys: Keys, actions: FloatArray) -> None:
    """Jax agrees with numpy to rounding, also when compiled."""
    if _installed("jax"):
        jax = import_module("jax")
        _require_agreement("jax", _pairs(task, keys, actions, jax.numpy, jax.numpy.asarray, jax.jit))


def _installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ValueError:  # set to None in sys.modules
        return False


def _pairs(
    task: Task[Any],
    keys: Keys,
    actions: FloatArray,
    xp: Any,
    convert: Callable[[Any], Any],
    compiled: Callable[[Any], Any],
) -> Iterator[tuple[str, Any, Any]]:
    """What is computed, by numpy and by the other backend, step by step."""
    names = ("observation", "privileged", "terminal", "neighbours", "agent_mask", "state_info")
    theirs: dict[str, Any] = {name: compiled(getattr(task, name)) for name in (*names, "transition", "reward")}
    with in_words("backends"):
        one, other = task.initial(keys), task.initial(keys, xp=xp)
        for action in actions:
            given = convert(action.copy())
            next_one, next_other = task.transition(one, action), theirs["transition"](other, given)
            yield "reward", task.reward(one, action, next_one), theirs["reward"](other, given, next_other)
            for name in names:
                yield name, getattr(task, name)(next_one), theirs[name](next_other)
            one, other = next_one, next_other


def _require_agreement(backend: str, pairs: Iterator[tuple[str, Any, Any]]) -> None:
    def close(one: Any, other: Any) -> bool:
        return bool(np.allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE))

    for name, one, other in pairs:
        agrees = same(_as_numpy(one), _as_numpy(other), close)
        require(agrees, "backends", f"{name} must be the same on {backend} as on numpy", f"{other} for {one}")


def _as_numpy(result: Any) -> Any:
    if isinstance(result, dict):
        return {name: np.asarray(value) for name, value in result.items()}
    return np.asarray(result)
