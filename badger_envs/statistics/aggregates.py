"""One agent: its interquartile mean, the interval of any statistic, and its performance profile."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.statistics.intervals import Interval, percentiles
from badger_envs.statistics.scores import (
    REPLICATES,
    FloatArray,
    blocks,
    by_task,
    check_bootstrap,
    draw,
    draw_weights,
    finite,
    is_list_of_tasks,
    make_generator,
    together,
)


class Profile(NamedTuple):
    """How much of what an agent scored lies above each threshold, and what that may be at each threshold alone: NaN
    where some task has one run alone."""

    thresholds: FloatArray  # (X,)
    fraction: FloatArray  # (X,), in [0, 1]
    low: FloatArray  # (X,)
    high: FloatArray  # (X,)


def interquartile_mean(scores: npt.ArrayLike, axis: int | tuple[int, ...] | None = None) -> Any:
    """Mean of what is left when a quarter of the numbers is cut at each end.

    With n numbers, floor(n / 4) are cut at each end, as `scipy.stats.trim_mean(scores, 0.25)` does.

    Args:
        scores: any shape; or, without `axis`, a list of arrays, one per task, whose numbers are pooled. A task with
            fewer runs then weighs less.
        axis: what to aggregate over; None for everything.

    Returns:
        float64, the shape without `axis`.

    Raises:
        ValueError: There are no numbers, or some are not finite.
    """
    if axis is None and is_list_of_tasks(scores):
        tasks = [finite(f"scores[{index}]", task).reshape(-1) for index, task in enumerate(scores)]
        scores = np.concatenate(tasks)  # (numbers,)
    array = finite("scores", scores)
    if axis is None:
        array, axis = array.reshape(-1), 0
    axes = (axis,) if isinstance(axis, int) else axis
    kept = np.moveaxis(array, axes, range(-len(axes), 0))
    flat = np.sort(kept.reshape(*kept.shape[: kept.ndim - len(axes)], -1), axis=-1)  # (..., n)
    count = flat.shape[-1]
    cut = count // 4
    return flat[..., cut : count - cut].mean(axis=-1)


def stratified_bootstrap(
    scores: npt.ArrayLike,
    statistic: Callable[..., Any] = interquartile_mean,
    *,
    confidence: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Interval:
    """Expanded percentile interval of a statistic when the runs of each task are drawn again, task by task.

    Args:
        scores: (runs, tasks), or a list of arrays (runs of the task,).
        statistic: takes an array (R, runs, tasks) and axis=(1, 2), returns (R,). Where tasks differ in their number of
            runs it is given all numbers pooled, (R, numbers, 1).
        confidence: in (0, 1).
        replicates: how many times runs are drawn.
        seed: of the generator.

    Raises:
        ValueError: Wrong shape, no runs, scores that are not finite, a confidence outside (0, 1), or no replicates.
    """
    tasks = by_task("scores", scores)
    check_bootstrap(confidence, replicates)
    values = bootstrap_values(tasks, statistic, replicates, make_generator(seed))
    low, high = percentiles(np.concatenate(list(values)), confidence, tasks)
    whole = together([task[None] for task in tasks]) if is_list_of_tasks(scores) else np.asarray(scores, float)[None]
    estimate = statistic(whole, axis=(1, 2))[0]  # whole: (1, runs, tasks)
    return Interval(float(estimate), float(low), float(high))


def bootstrap_values(
    tasks: list[FloatArray], statistic: Callable[..., Any], replicates: int, generator: np.random.Generator
) -> Iterator[FloatArray]:
    """The statistic of runs drawn again, block by block: arrays (block,)."""
    for block in blocks(replicates):
        sample = draw(tasks, generator, block.stop - block.start)
        again = together([task[indices] for task, indices in zip(tasks, sample, strict=True)])  # (block, runs, tasks)
        yield statistic(again, axis=(1, 2))


def performance_profile(
    scores: npt.ArrayLike,
    thresholds: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Profile:
    """Fraction of all runs on all tasks that score above each threshold (run-score distribution, Agarwal et al. 2021).

    The band is the interval at each threshold, the runs drawn again task by task: it holds for one
    threshold at a time, not for the whole curve. Every run weighs the same, so a task with fewer runs weighs less.

    Args:
        scores: (runs, tasks), or a list of arrays (runs of the task,).
        thresholds: (X,), in any order.
        confidence: in (0, 1).
        replicates: how many times runs are drawn.
        seed: of the generator.

    Raises:
        ValueError: Wrong shape, no runs, no thresholds, numbers that are not finite, a confidence outside (0, 1), or no
            replicates.
    """
    tasks, at = by_task("scores", scores), finite("thresholds", thresholds)
    if at.ndim != 1:
        raise ValueError(f"thresholds must have shape (X,), got {at.shape}")
    check_bootstrap(confidence, replicates)
    numbers = np.concatenate(tasks)  # (numbers,)
    above = (numbers[:, None] > at).astype(np.float64)  # (numbers, X)
    generator = make_generator(seed)
    values = np.empty((replicates, len(at)))
    for block in blocks(replicates):
        weights = np.concatenate(draw_weights(tasks, generator, block.stop - block.start), axis=1)  # (block, numbers)
        values[block] = weights @ above / len(numbers)  # (block, X); products of whole numbers, so exact
    low, high = percentiles(values, confidence, tasks)  # (X,) each
    return Profile(at, above.mean(axis=0), low, high)
