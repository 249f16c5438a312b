"""How a broken rule is reported."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


class ContractError(AssertionError):
    """A task breaks a rule; the message says which one, what is expected, and what was seen."""


def require(holds: Any, rule: str, expected: str, seen: Any) -> None:
    """Refuse what does not hold.

    Raises:
        ContractError: naming the rule, what is expected and what was seen.
    """
    if not holds:
        raise ContractError(f"{rule}: {expected}, got {seen}")


def require_array(array: Any, rule: str, name: str, dtype: type, shape: tuple[int, ...]) -> None:
    """Refuse what is no numpy array of that type and shape.

    Raises:
        ContractError: naming the rule, the array, what is expected and what was seen.
    """
    require(isinstance(array, np.ndarray), rule, f"{name} must be a numpy array", type(array).__name__)
    expected = f"{name} must be {np.dtype(dtype)} {shape}"
    require(array.dtype == dtype and array.shape == shape, rule, expected, f"{array.dtype} {array.shape}")


@contextmanager
def in_words(rule: str) -> Iterator[None]:
    """Report whatever is raised inside as a broken rule."""
    try:
        yield
    except ContractError:
        raise
    except Exception as error:
        raise ContractError(f"{rule}: {type(error).__name__}: {error}") from error


def same(one: Any, other: Any, agree: Callable[[Any, Any], bool] = np.array_equal) -> bool:
    """Whether two results have the same types, keys, shapes and numbers, however they are nested."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return set(one) == set(other) and all(same(one[key], other[key], agree) for key in one)
    if isinstance(one, list | tuple) or (isinstance(one, np.ndarray) and one.dtype == object):
        return len(one) == len(other) and all(same(a, b, agree) for a, b in zip(one, other, strict=True))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and agree(one, other)
    return bool(one == other)
