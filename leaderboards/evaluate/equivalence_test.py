"""Test whether two evaluations of one agent agree up to chance.

Means agree within

    bound = max(0.001, z * standard error of the difference)

The standard error of a mean is s / sqrt(n), the limit of a bootstrap over episodes. On the same episodes the
differences are paired: s is theirs, but never more than for two independent tests with the scatter of the returns
found, so that submitted scatter cannot widen the bound. And there every single episode must lie within

    0.001 + 3 * the largest difference that the same agent makes with every weight changed in its last digit

of what was found, but for RARE of them: float32 sums that differ between machines may end one of many episodes
otherwise. So rows that are permuted or shifted do not agree, whatever their mean; only where an agent itself turns the
last digit into other episodes, as a robot does, is there room. On fresh episodes those of both tests add up, and the
distributions are compared too, by the largest gap between them (Kolmogorov and Smirnov), within

    sqrt(log(e / alpha) * (n + m) / (2 n m))            (Wei and Dudley 2012, with e for the constant)

which reveals scores that are forged together with their scatter. Tested are the mean and, if fresh, the gap of every
row, and the mean over all rows of each problem, episode by episode, which is more sensitive than any single row. All
tests of a report together have a false alarm rate of ALARM = 0.001 (Bonferroni), for tests of at least a hundred
episodes. A deviation of two bounds is detected almost surely.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from leaderboards.schema.benchmark import Benchmark
from leaderboards.schema.submission import SeedResult

ALARM = 0.001
"""False alarm rate of a report for an honest submission."""
TOLERANCE = 0.001
"""Difference of normalised scores that is always accepted."""

RARE = 0.01
"""Share of the same episodes that may differ by more."""
NUDGES = 3.0
"""Times the largest difference that the last digit of weights makes."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """Test of two numbers that should be equal."""

    label: str
    """Which rows."""
    submitted: float
    """Mean normalised score; 0 where something else is compared."""
    found: float
    """Mean normalised score; or the largest gap between distributions; or the share of episodes that differ."""
    bound: float
    """How far they may lie apart."""
    kind: str = "mean"
    """What is compared: "mean", "distributions", or single "episodes", of which `found` is the share that differ."""

    @property
    def agrees(self) -> bool:
        """Whether the difference is within the bound."""
        return abs(self.found - self.submitted) <= self.bound

    def __str__(self) -> str:
        verdict = "agrees" if self.agrees else "DIFFERS"
        if self.kind == "distributions":
            return f"{self.label}: {verdict}, distributions lie {self.found:.4f} apart, at most {self.bound:.4f}"
        if self.kind == "episodes":
            return f"{self.label}: {verdict}, {self.found:.1%} of the same episodes differ, at most {self.bound:.0%}"
        return f"{self.label}: {verdict}, submitted {self.submitted:.4f}, found {self.found:.4f} +- {self.bound:.4f}"


def compare(
    benchmark: Benchmark,
    pairs: Sequence[tuple[SeedResult, SeedResult]],
    nudged: Sequence[SeedResult | None] | None = None,
    *,
    fresh: bool,
) -> list[Comparison]:
    """Run all tests on rows that were submitted and found; see above.

    Args:
        benchmark: that the rows are of.
        pairs: rows of the same problem and size, as submitted and as found.
        nudged: what was found on the same episodes with weights changed in their last digit; None where they were not.
        fresh: whether found on other episodes.
    """
    by_problem: dict[tuple[str, int], list[tuple[Floats, Floats]]] = {}
    for old, new in pairs:
        scores = _scores(benchmark, old), _scores(benchmark, new)
        by_problem.setdefault((old.problem, len(old.returns)), []).append(scores)
    pooled = {key: scores for key, scores in by_problem.items() if len(scores) > 1}
    alarm = ALARM / (len(pairs) * (2 if fresh else 1) + len(pooled))
    comparisons = []
    for (old, new), moved in zip(pairs, nudged or [None] * len(pairs), strict=True):
        one, two = _scores(benchmark, old), _scores(benchmark, new)
        if not fresh:
            noise = 0.0 if moved is None else float(np.abs(_scores(benchmark, moved) - two).max())
            comparisons.append(_compare_episodes(describe_result(old), one, two, noise))
        comparisons.append(_compare_means(describe_result(old), one, two, alarm, fresh))
        if fresh:
            comparisons.append(_compare_distributions(describe_result(old), one, two, alarm))
    for (problem, _), several in pooled.items():
        one, two = (np.mean(part, axis=0) for part in zip(*several, strict=True))  # (episodes,) each
        comparisons.append(_compare_means(f"{problem}, mean of {len(several)} rows", one, two, alarm, fresh))
    return comparisons


def _compare_means(label: str, submitted: Floats, found: Floats, alarm: float, fresh: bool) -> Comparison:
    z = NormalDist().inv_cdf(1.0 - alarm / 2.0)
    if fresh:
        error = math.hypot(_error(submitted), _error(found))
    else:
        error = min(_error(found - submitted), math.sqrt(2.0) * _error(found))
    return Comparison(label, float(submitted.mean()), float(found.mean()), max(TOLERANCE, z * error))


def _compare_episodes(label: str, submitted: Floats, found: Floats, noise: float) -> Comparison:
    differ = np.abs(submitted - found) > TOLERANCE + NUDGES * noise  # (episodes,)
    return Comparison(label, 0.0, float(differ.mean()), RARE, "episodes")


def _error(values: Floats) -> float:
    """Standard error of the mean; infinite for a single number."""
    return float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.inf


def _compare_distributions(label: str, submitted: Floats, found: Floats, alarm: float) -> Comparison:
    places = np.concatenate([submitted, found])
    shares = [np.searchsorted(np.sort(part), places, side="right") / len(part) for part in (submitted, found)]
    gap = float(np.abs(shares[0] - shares[1]).max())
    n, m = len(submitted), len(found)
    return Comparison(label, 0.0, gap, math.sqrt((1.0 - math.log(alarm)) * (n + m) / (2.0 * n * m)), "distributions")


def _scores(benchmark: Benchmark, row: SeedResult) -> Floats:
    """Normalised scores of its episodes (episodes,)."""
    at = benchmark.problem(row.problem).sizes[row.size]
    return (np.asarray(row.returns, dtype=np.float64) - at.chance) / (at.reference - at.chance)


def describe_result(row: SeedResult) -> str:
    """Problem, size and training seed, as messages name a row."""
    return f"{row.problem} at size {row.size}, training seed {row.training_seed}"
