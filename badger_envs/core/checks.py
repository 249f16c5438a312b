"""Checks of arguments and actions: errors that name what is wrong, its value, and what is allowed."""

from typing import Any

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray


def require_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse a `value` that is none of the words `allowed`.

    Raises:
        ValueError: naming the argument, its value and what is allowed.
    """
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")


def require_integer(name: str, value: object, minimum: int, maximum: int | None = None) -> None:
    """Refuse a `value` that is no integer in [minimum, maximum].

    Raises:
        ValueError: naming the argument, its value and what is allowed.
    """
    allowed = f"at least {minimum}" if maximum is None else f"in [{minimum}, {maximum}]"
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < minimum or (maximum is not None and value > maximum):  # type: ignore[operator]
        raise ValueError(f"{name} must be an integer {allowed}, got {value!r}")


def require_fraction(name: str, value: object) -> None:
    """Refuse a `value` that is no number in [0, 1].

    Raises:
        ValueError: naming the argument, its value and what is allowed.
    """
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not number or not 0.0 <= value <= 1.0:  # type: ignore[operator]
        raise ValueError(f"{name} must be a number in [0, 1], got {value!r}")


def require_bool(name: str, value: object) -> None:
    """Refuse a `value` that is neither True nor False.

    Raises:
        ValueError: naming the argument, its value and what is allowed.
    """
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be True or False, got {value!r}")


def check_numbers(
    action: Any,
    shape: tuple[int, ...],
    limit: float,
    name: str = "action",
    ignore: npt.NDArray[np.bool_] | None = None,
) -> FloatArray:
    """The action as float32, or an error that names what is wrong with it.

    Args:
        action: what was given.
        shape: that it must have.
        limit: it must lie in [-limit, limit].
        name: what the error calls it.
        ignore: bool (B,), rows whose values do not matter; they become 0.

    Raises:
        ValueError: wrong shape, not numbers, NaN, or outside [-limit, limit].
    """
    try:
        array = np.asarray(action, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers of shape {shape}, got {action!r}") from error
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    if ignore is not None:
        array = np.where(ignore[:, None], np.float32(0.0), array)
    # The maximum lets NaN through to the comparison, which NaN fails.
    if not np.maximum.reduce(np.abs(array), axis=None, initial=0.0) <= limit:
        place = tuple(np.argwhere(~(np.abs(array) <= limit))[0].tolist())
        raise ValueError(
            f"{name} must lie in [-{limit:g}, {limit:g}], got {array[place]} at index {place}; "
            "to clip, wrap the environment in gymnasium.wrappers.ClipAction"
        )
    return array
