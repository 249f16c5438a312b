"""One agent against another, and many such comparisons at once: probability of improvement, Holm's correction."""

import numpy as np
import numpy.typing as npt

from badger_envs.statistics.intervals import Interval, percentiles
from badger_envs.statistics.scores import (
    REPLICATES,
    FloatArray,
    blocks,
    check_bootstrap,
    draw_weights,
    make_generator,
    numbers,
    same_tasks,
)


def probability_of_improvement(
    scores: npt.ArrayLike,
    others: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Interval:
    """How likely a run of one agent beats a run of another on the same task: P(X > Y) + P(X = Y) / 2, mean over tasks.

    After Agarwal et al. 2021. Every task weighs the same, whatever its number of runs.

    Args:
        scores: of the one: (runs, tasks), or a list of arrays (runs of the task,).
        others: of the other: (other runs, tasks), or a list of arrays in the same way.
        confidence: in (0, 1).
        replicates: how many times both sets of runs are drawn.
        seed: of the generator.

    Raises:
        ValueError: Shapes that do not fit, no runs, scores that are not finite, a confidence outside (0, 1), or no
            replicates.
    """
    ones, twos = same_tasks(scores, others)
    check_bootstrap(confidence, replicates)
    # Which pairs are won is settled once; drawing runs again only changes how often each pair counts.
    won = [_won(one, two) for one, two in zip(ones, twos, strict=True)]  # (runs, other runs) each
    pairs = [table.size for table in won]
    generator = make_generator(seed)
    values = np.empty(replicates)
    for block in blocks(replicates):
        rows = draw_weights(ones, generator, block.stop - block.start)  # (block, runs) each
        columns = draw_weights(twos, generator, block.stop - block.start)  # (block, other runs) each
        totals = [(row @ table * column).sum(axis=1) for row, table, column in zip(rows, won, columns, strict=True)]
        values[block] = _mean_share(np.array(totals), pairs)
    low, high = percentiles(values, confidence, [*ones, *twos])
    estimate = _mean_share(np.array([[table.sum()] for table in won]), pairs)[0]
    return Interval(float(estimate), float(low), float(high))


def holm(p_values: npt.ArrayLike) -> FloatArray:
    """P-values adjusted for being many, after Holm 1979.

    The k-th smallest of m is multiplied by m - k + 1; none comes out below a smaller one, or above 1. Whoever rejects
    what is at most 0.05 then rejects anything wrongly with a probability of at most 0.05, however the tests depend.

    Args:
        p_values: any shape, in [0, 1]; may be empty.

    Returns:
        The same shape.

    Raises:
        ValueError: A number outside [0, 1], or not a number.
    """
    array = numbers("p_values", p_values)
    wrong = ~((array >= 0.0) & (array <= 1.0))
    if wrong.any():
        raise ValueError(f"p_values must lie in [0, 1], got {array[wrong][0]}")
    flat = array.reshape(-1)  # (m,)
    order = np.argsort(flat, kind="stable")
    adjusted = np.empty_like(flat)
    adjusted[order] = np.minimum(np.maximum.accumulate(flat[order] * np.arange(flat.size, 0, -1)), 1.0)
    return adjusted.reshape(array.shape)


def _won(one: FloatArray, two: FloatArray) -> FloatArray:
    """How much of each pair is won, a tie half: (runs, other runs)."""
    return np.asarray((one[:, None] > two) + 0.5 * (one[:, None] == two))


def _mean_share(totals: FloatArray, pairs: list[int]) -> FloatArray:
    """Mean over tasks of totals / pairs, of totals (tasks, R); rounded once only where pairs are equally many."""
    weights = pairs[0] / np.array(pairs)[:, None]  # (tasks, 1)
    return np.asarray((totals * weights).sum(axis=0) / (pairs[0] * len(pairs)))  # (R,)
