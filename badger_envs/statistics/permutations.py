"""Whether one agent is better than another: a permutation test over several tasks."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from badger_envs.core.checks import require_integer
from badger_envs.statistics.scores import REPLICATES, FloatArray, IntArray, blocks, make_generator, same_tasks

COUNTABLE = 10**9
"""Additions that counting all permutations may take: about a second. Where it would take more, some are drawn."""
ROUNDING = 1e-12
"""Sums over tasks of shares that differ by less are the same."""


def permutation_p(
    scores: npt.ArrayLike,
    others: npt.ArrayLike,
    *,
    alternative: Literal["two-sided", "greater"] = "two-sided",
    replicates: int = REPLICATES,
    seed: int = 0,
) -> float:
    """P-value of the probability of improvement if it made no difference which agent a run belongs to.

    Within each task the runs of both agents are dealt out again, and the probability of improvement, the mean over
    tasks, is compared with the one that was seen. Of one task this is the test of Mann and Whitney 1947, ties included.
    All ways to deal are counted (an exact test) where the tasks' numbers of runs allow it within a second or so, which
    equal numbers up to some dozens do; otherwise `replicates` ways are drawn, and the p-value is
    (1 + as extreme) / (1 + drawn), after Phipson and Smyth 2010. Two-sided is twice the smaller tail, at most 1.

    Args:
        scores: of the one: (runs, tasks), or a list of arrays (runs of the task,).
        others: of the other: (other runs, tasks), or a list of arrays in the same way.
        alternative: "greater" asks whether `scores` are better, "two-sided" whether either is.
        replicates: how many ways are drawn, where not all are counted.
        seed: of the generator, too.

    Raises:
        ValueError: Shapes that do not fit, no runs, scores that are not finite, an unknown alternative, or no
            replicates.
    """
    ones, twos = same_tasks(scores, others)
    if alternative not in ("two-sided", "greater"):
        raise ValueError(f"alternative must be 'two-sided' or 'greater', got {alternative!r}")
    require_integer("replicates", replicates, 1)
    generator = make_generator(seed)
    ranks = [_doubled_ranks(np.concatenate(both)) for both in zip(ones, twos, strict=True)]  # (runs + other runs,) each
    runs = [len(one) for one in ones]
    if _additions(ranks, runs) <= COUNTABLE:
        greater, less = _counted_tails(ranks, runs)
    else:
        greater, less = _drawn_tails(ranks, runs, replicates, generator)
    return min(1.0, greater if alternative == "greater" else 2.0 * min(greater, less))


def _doubled_ranks(pooled: FloatArray) -> IntArray:
    """Twice the rank from below, 1 the first; those that tie share the mean of theirs."""
    ordered = np.sort(pooled)
    return np.searchsorted(ordered, pooled, side="left") + np.searchsorted(ordered, pooled, side="right") + 1


def _additions(ranks: list[IntArray], runs: list[int]) -> int:
    """An upper bound of what `_counted_tails` takes, as a Python integer of any size."""
    pairs = [one * (len(both) - one) for one, both in zip(runs, ranks, strict=True)]
    counting = sum(one * len(both) * _largest_sum(both, one) for one, both in zip(runs, ranks, strict=True))
    return counting + sum(2 * size + 1 for size in pairs) * (2 * math.lcm(*pairs) * len(pairs) + 1)


def _largest_sum(ranks: IntArray, count: int) -> int:
    return int(np.sort(ranks)[-count:].sum())


def _counted_tails(ranks: list[IntArray], runs: list[int]) -> tuple[float, float]:
    """Shares of all ways to deal that are at least, and at most, as good as the first, in whole numbers, so exact."""
    pairs = [one * (len(both) - one) for one, both in zip(runs, ranks, strict=True)]
    common = math.lcm(*pairs)
    observed, shares = 0, np.ones(1)  # shares[s] of the ways come to the sum s
    for both, one, size in zip(ranks, runs, pairs, strict=True):
        step = common // size
        observed += step * (int(both[:one].sum()) - one * (one + 1))
        task = _shares_by_wins(both, one)  # (2 * pairs + 1,) or shorter
        longer = np.zeros(len(shares) + step * (len(task) - 1))
        for wins in np.flatnonzero(task):
            longer[step * wins : step * wins + len(shares)] += task[wins] * shares
        shares = longer
    return math.fsum(shares[observed:]), math.fsum(shares[: observed + 1])


def _shares_by_wins(ranks: IntArray, runs: int) -> FloatArray:
    """Share of the ways to choose `runs` of these by twice the number of pairs that the chosen win, ties half."""
    largest = _largest_sum(ranks, runs)
    ways = np.zeros((runs + 1, largest + 1))  # by how many are chosen and the sum of their ranks
    ways[0, 0] = 1.0
    for rank in ranks.tolist():
        ways[1:, rank:] += ways[:-1, : largest + 1 - rank]
    return ways[runs, runs * (runs + 1) :] / math.comb(len(ranks), runs)


def _drawn_tails(
    ranks: list[IntArray], runs: list[int], replicates: int, generator: np.random.Generator
) -> tuple[float, float]:
    """As `_counted_tails`, of ways that are drawn; the first counts as one of them."""
    pairs = [one * (len(both) - one) for one, both in zip(runs, ranks, strict=True)]
    observed = sum(both[:one].sum() / size for both, one, size in zip(ranks, runs, pairs, strict=True))
    greater = less = 1
    for block in blocks(replicates):
        sums = np.zeros(block.stop - block.start)
        for both, one, size in zip(ranks, runs, pairs, strict=True):
            dealt = generator.permuted(np.tile(both, (len(sums), 1)), axis=1)  # (block, runs + other runs)
            sums += dealt[:, :one].sum(axis=1) / size
        greater += int((sums >= observed - ROUNDING).sum())
        less += int((sums <= observed + ROUNDING).sum())
    return greater / (replicates + 1), less / (replicates + 1)
