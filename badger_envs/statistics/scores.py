"""What all statistics need: scores by task, and runs drawn again."""

from collections.abc import Iterator, Sequence
from typing import TypeGuard

import numpy as np
import numpy.typing as npt

from badger_envs.core.checks import in_short, plain_array, require_integer

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

REPLICATES = 20_000
"""How many times runs are drawn again by default."""
BLOCK = 2_000
"""Replicates at a time, which bounds the memory."""


def numbers(name: str, values: npt.ArrayLike) -> FloatArray:
    """These values as an array of any shape.

    Raises:
        ValueError: They are no real numbers, or rows differ in length.
    """
    what = "numbers in rows of one length, or a list of numpy arrays, one per task"
    return plain_array(values, name, "biuf", what).astype(np.float64)


def finite(name: str, values: npt.ArrayLike) -> FloatArray:
    """These values as an array.

    Raises:
        ValueError: There are none, some are not finite, or rows differ in length.
    """
    array = numbers(name, values)
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    return array


def is_list_of_tasks(scores: npt.ArrayLike) -> TypeGuard[Sequence[npt.ArrayLike]]:
    """Whether this is a list that holds numpy arrays: one per task. Lists of lists are rows, as numpy reads them."""
    return isinstance(scores, list | tuple) and any(isinstance(task, np.ndarray) for task in scores)


def by_task(name: str, scores: npt.ArrayLike) -> list[FloatArray]:
    """The scores (runs of the task,) of every task.

    Args:
        name: of the argument, for the message.
        scores: (runs, tasks), or a list of numpy arrays (runs of the task,).

    Raises:
        ValueError: Wrong shape, a task without runs, or scores that are not finite.
    """
    if is_list_of_tasks(scores):
        tasks = [finite(f"{name}[{index}]", task) for index, task in enumerate(scores)]
        for index, task in enumerate(tasks):
            if task.ndim != 1:
                raise ValueError(f"{name}[{index}] must have shape (runs,), got {task.shape}")
        return tasks
    array = finite(name, scores)
    if array.ndim != 2:
        raise ValueError(
            f"{name} must have shape (runs, tasks), got {array.shape}, or be a list with one array per task"
        )
    return list(array.T)  # tasks times (runs,)


def same_tasks(scores: npt.ArrayLike, others: npt.ArrayLike) -> tuple[list[FloatArray], list[FloatArray]]:
    """The scores of two agents, by task.

    Raises:
        ValueError: Wrong shapes, not the same number of tasks, a task without runs, or scores that are not finite.
    """
    ones, twos = by_task("scores", scores), by_task("others", others)
    if len(ones) != len(twos):
        raise ValueError(
            f"scores and others must be (runs, tasks) of the same tasks, got {len(ones)}, {len(twos)} tasks"
        )
    return ones, twos


def check_bootstrap(confidence: float, replicates: int) -> None:
    """Refuse what no interval can be made of.

    Raises:
        ValueError: A confidence that is no number in (0, 1), or replicates that are no integer at least 1.
    """
    if not isinstance(confidence, float | np.floating) or not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must lie in (0, 1), got {in_short(confidence)}")
    require_integer("replicates", replicates, 1)


def make_generator(seed: int) -> np.random.Generator:
    """The generator of a seed.

    Raises:
        ValueError: The seed is no integer at least 0.
    """
    return np.random.default_rng(require_integer("seed", seed, 0))


def blocks(replicates: int) -> Iterator[slice]:
    """The replicates in blocks."""
    for first in range(0, replicates, BLOCK):
        yield slice(first, min(first + BLOCK, replicates))


def draw(tasks: list[FloatArray], generator: np.random.Generator, times: int) -> list[IntArray]:
    """For every task, which of its runs are drawn, with replacement: indices (times, runs of the task)."""
    counts = [len(task) for task in tasks]
    if len(set(counts)) == 1:  # in one call, whose order of random numbers published intervals rest on
        sample = generator.integers(counts[0], size=(times, counts[0], len(counts)))
        return list(np.moveaxis(sample, -1, 0))
    return [generator.integers(count, size=(times, count)) for count in counts]


def draw_weights(tasks: list[FloatArray], generator: np.random.Generator, times: int) -> list[FloatArray]:
    """As `draw`, but how often each run is drawn: whole numbers (times, runs of the task)."""
    weights = []
    for sample in draw(tasks, generator, times):
        count = sample.shape[1]
        places = (sample + count * np.arange(times)[:, None]).reshape(-1)  # (times * runs,)
        weights.append(np.bincount(places, minlength=times * count).reshape(times, count).astype(np.float64))
    return weights


def together(tasks: list[FloatArray]) -> FloatArray:
    """Tasks (times, runs) in one array (times, runs, tasks); (times, numbers, 1) where they differ in runs."""
    if len({task.shape[1] for task in tasks}) == 1:
        return np.stack(tasks, axis=-1)
    return np.concatenate(tasks, axis=1)[..., None]
