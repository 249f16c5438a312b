"""Arrays of any backend. Axis letters as in `badger_envs.core.task`."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from array_api_compat import array_namespace

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
Array = Any
"""An array of any backend that follows the Python array API standard."""


class Bounds(NamedTuple):
    """Smallest and largest values of a vector of numbers."""

    low: npt.NDArray[np.float32]
    high: npt.NDArray[np.float32]


def other_ports(ports: int) -> npt.NDArray[np.int32]:
    """The numbers of the other ports, counted from the one after itself, int32 (P, P - 1)."""
    numbers = np.arange(ports, dtype=np.int32)
    others: npt.NDArray[np.int32] = (numbers[:, None] + 1 + numbers[:-1]) % ports  # (P, P - 1)
    return others


_NAMESPACES: dict[type, Any] = {}


def namespace(array: Array) -> Any:
    """The array API namespace of an array's backend, looked up once for each type: it is asked for in every step."""
    kind = type(array)
    if kind not in _NAMESPACES:
        _NAMESPACES[kind] = array_namespace(array)
    return _NAMESPACES[kind]
