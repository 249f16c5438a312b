"""Checks of arguments and actions: errors that name what is wrong, its value, and what is allowed."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import FloatArray

LARGEST_COUNT = 1 << 24
"""Of steps, ports, episodes at once and whatever else is counted: float32 counts no further without gaps."""


def in_short(value: object) -> str:
    """A value as an error shows it: one line, and not too much of it."""
    return f"{' '.join(repr(value).split()):.80}"


def require_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse a `value` that is none of the words `allowed`.

    Raises:
        ValueError: naming the argument, its value and what is allowed.
    """
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {in_short(value)}")


def require_integer(name: str, value: object, minimum: int, maximum: int | None = None) -> int:
    """A `value` as Python's integer, which no sum overflows, unless it is no integer in [minimum, maximum].

    Raises:
        ValueError: naming the argument, its value and what is allowed.
    """
    allowed = f"at least {minimum}" if maximum is None else f"in [{minimum}, {maximum}]"
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise ValueError(f"{name} must be an integer {allowed}, got {in_short(value)}")
    whole = int(value)
    if whole < minimum or (maximum is not None and whole > maximum):
        raise ValueError(f"{name} must be an integer {allowed}, got {in_short(value)}")
    return whole


def require_finite(name: str, value: object) -> float:
    """A `value` as Python's float, or a ValueError that names it where it is no finite number."""
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not number or not abs(value) < np.inf:  # type: ignore[arg-type]
        raise ValueError(f"{name} must be a finite number, got {in_short(value)}")
    return float(value)  # type: ignore[arg-type]


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


def hold_plain_numbers(instance: Any) -> None:
    """Turn the numbers, truths and words of numpy in the fields of a frozen dataclass into Python's.

    Sums of Python's integers never overflow, and every file can hold them.
    """
    for part in fields(instance):
        value = getattr(instance, part.name)
        if isinstance(value, np.generic):
            object.__setattr__(instance, part.name, value.item())


def require_options(options: object, allowed: tuple[str, ...]) -> dict[str, Any]:
    """The options of a reset, none where they are None, unless some are not among those `allowed`.

    Raises:
        ValueError: naming the option and what is allowed.
    """
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        raise ValueError(f"options must be a dict or None, got {in_short(options)}")
    unknown = [name for name in options if name not in allowed]
    if unknown:
        raise ValueError(f"options must be among {', '.join(map(repr, allowed))}, got {', '.join(map(repr, unknown))}")
    return dict(options)


def plain_array(values: Any, name: str, kinds: str, what: str) -> npt.NDArray[Any]:
    """What numpy makes of some values; perhaps it is still the caller's memory.

    Args:
        values: what was given.
        name: what the error calls it.
        kinds: of numpy's types that are taken, as in `numpy.dtype.kind`. No others are converted, also where they
            stand among others in a list: text, complex numbers, truths and objects are no actions.
        what: the error calls these kinds.

    Raises:
        ValueError: Another type, rows of different lengths, a mask, which would be lost, or bytes.
    """
    if type(values) is np.ndarray and values.dtype.kind in kinds:  # as in almost every step
        return values
    try:
        array, parts = np.asarray(values), list(_parts(values))
        dtypes = [array.dtype, *(np.asarray(part).dtype for part in parts)]
    except (TypeError, ValueError, RuntimeError) as error:  # the last from tensors that want a gradient
        raise ValueError(f"{name} must be {what}, got {in_short(values)}: {error}") from error
    for dtype in dtypes:
        if dtype.kind not in kinds:
            raise ValueError(f"{name} must be {what}, got type {dtype}: {in_short(values)}")
    for part in parts:
        if isinstance(part, np.ma.MaskedArray | bytearray):
            raise ValueError(f"{name} must be {what}, got {type(part).__name__}: {in_short(values)}")
    return array


def _parts(values: Any) -> Iterator[Any]:
    """What is in lists in lists; what is no list is one part."""
    if isinstance(values, list | tuple):
        for value in values:
            yield from _parts(value)
    else:
        yield values


def as_array(action: Any, shape: tuple[int, ...], name: str, kinds: str, what: str) -> npt.NDArray[Any]:
    """What was given as an action, as an array of that shape; perhaps it is still the caller's memory.

    One number is taken for an array of one number: shape () for (1,), and (B,) for (B, 1).

    Args:
        action: what was given.
        shape: that it must have.
        name: what the error calls it.
        kinds: of numpy's types that are taken, and
        what: the error calls them, as for `plain_array`.

    Raises:
        ValueError: another type or shape.
    """
    array = plain_array(action, name, kinds, f"{what} of shape {shape}")
    if array.shape == shape[:-1] and shape[-1] == 1:
        array = array[..., None]
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    return array


def check_numbers(
    action: Any,
    shape: tuple[int, ...],
    limit: float,
    name: str = "action",
    ignore: npt.NDArray[np.bool_] | None = None,
) -> FloatArray:
    """The action as float32 in memory of its own, or an error that names what is wrong with it.

    The one place that decides what is done with numbers outside of an action space, for every view and for the
    evaluator: finite ones are clipped to its ends, as MuJoCo's environments do.

    Args:
        action: what was given.
        shape: that it must have; (B,) is taken for (B, 1), and one number for (1,).
        limit: it is clipped to [-limit, limit].
        name: what the error calls it.
        ignore: bool (B,), rows whose values do not matter; they become 0.

    Raises:
        ValueError: wrong shape, not real numbers, NaN or infinite.
    """
    array = as_array(action, shape, name, "iuf", "an array of numbers")
    if array.dtype.kind != "f":
        array = array.astype(np.float64)  # the absolute value of the smallest integer is no integer
    if ignore is not None:
        array = np.where(ignore[:, None], array.dtype.type(0.0), array)
    # The maximum lets NaN through to the comparison, which NaN fails.
    if not np.maximum.reduce(np.abs(array), axis=None, initial=0.0) <= limit:
        infinite = np.argwhere(~np.isfinite(array))
        if len(infinite):
            place = tuple(infinite[0].tolist())
            raise ValueError(f"{name} must be finite, got {array[place]} at index {place}")
        array = np.clip(array, -limit, limit)
    return np.array(array, dtype=np.float32)
