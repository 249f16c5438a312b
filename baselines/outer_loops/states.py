"""Functions of the states of agents and tasks: NamedTuples of tensors with leading axis B, or None."""

from collections.abc import Callable
from typing import Any, TypeVar

from torch import Tensor

StateT = TypeVar("StateT", bound=tuple[Any, ...])


def mapped(change: Callable[[Tensor], Tensor], state: StateT) -> StateT:
    """The state with every tensor changed; None stays None."""
    changed: list[Any] = [value if value is None else change(value) for value in state]
    return type(state)(*changed)


def detached(state: StateT) -> StateT:
    """The same state, without its gradient."""
    return mapped(Tensor.detach, state)


def rows_of(state: StateT, rows: Tensor) -> StateT:
    """Those rows (R,) of the batch."""
    return mapped(lambda values: values[rows], state)
