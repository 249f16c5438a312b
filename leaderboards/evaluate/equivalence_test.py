"""Whether two runs of one agent returned the same but for chance.

Means agree within

    bound = max(0.001, z * standard error of the difference)

The standard error of a mean is s / sqrt(n), what a bootstrap over episodes has with infinitely many replicates. On the
same episodes the differences are paired: s is theirs, but never more than the scatter of our own returns makes of two
independent tests, so that no scatter that was submitted makes it wider than that. On fresh episodes those of both tests
add up, and the distributions are compared too, by the largest gap between them (Kolmogorov and Smirnov), within

    sqrt(log(e / alpha) * (n + m) / (2 n m))            (Wei and Dudley 2012, with e for the constant)

since a score that is forged together with its scatter shows there. Asked are the mean and, if fresh, the gap of every
row, and the mean over all rows of each problem, episode by episode, which finds smaller forgeries than any row can.
All questions of a report together have an error rate of ALARM = 0.001 (Bonferroni): so often an honest submission is
held for a wrong one, for tests of at least a hundred episodes. What is off by two bounds is found practically always.
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
"""How often an honest submission is held for a wrong one: in one report of a thousand."""
TOLERANCE = 0.001
"""Normalised score that nobody is blamed for."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """Two numbers that should be one."""

    about: str
    """Which rows, and what of them."""
    submitted: float
    """Mean normalised score; 0 where distributions are compared."""
    found: float
    """Likewise; the largest gap between distributions."""
    bound: float
    """How far they may lie apart."""
    is_gap: bool = False
    """Whether distributions are compared."""

    @property
    def agrees(self) -> bool:
        """Whether they are near enough."""
        return abs(self.found - self.submitted) <= self.bound

    def __str__(self) -> str:
        verdict = "agrees" if self.agrees else "DIFFERS"
        if self.is_gap:
            return f"{self.about}: {verdict}, distributions lie {self.found:.4f} apart, at most {self.bound:.4f}"
        return f"{self.about}: {verdict}, submitted {self.submitted:.4f}, found {self.found:.4f} +- {self.bound:.4f}"


def compare(benchmark: Benchmark, pairs: Sequence[tuple[SeedResult, SeedResult]], *, fresh: bool) -> list[Comparison]:
    """Ask everything of rows that were submitted and found; the bounds are explained above.

    Args:
        benchmark: that the rows are of.
        pairs: rows of the same problem and size, as submitted and as found.
        fresh: whether found on other episodes.
    """
    by_problem: dict[tuple[str, int], list[tuple[Floats, Floats]]] = {}
    for old, new in pairs:
        scores = _scores(benchmark, old), _scores(benchmark, new)
        by_problem.setdefault((old.problem, len(old.returns)), []).append(scores)
    pooled = {key: scores for key, scores in by_problem.items() if len(scores) > 1}
    alarm = ALARM / (len(pairs) * (2 if fresh else 1) + len(pooled))
    asked = []
    for old, new in pairs:
        one, two = _scores(benchmark, old), _scores(benchmark, new)
        asked.append(_compare_means(describe_result(old), one, two, alarm, fresh))
        if fresh:
            asked.append(_compare_distributions(describe_result(old), one, two, alarm))
    for (problem, _), several in pooled.items():
        one, two = (np.mean(part, axis=0) for part in zip(*several, strict=True))  # (episodes,) each
        asked.append(_compare_means(f"{problem}, mean of {len(several)} rows", one, two, alarm, fresh))
    return asked


def _compare_means(about: str, submitted: Floats, found: Floats, alarm: float, fresh: bool) -> Comparison:
    z = NormalDist().inv_cdf(1.0 - alarm / 2.0)
    if fresh:
        error = math.hypot(_error(submitted), _error(found))
    else:
        error = min(_error(found - submitted), math.sqrt(2.0) * _error(found))
    return Comparison(about, float(submitted.mean()), float(found.mean()), max(TOLERANCE, z * error))


def _error(values: Floats) -> float:
    """Standard error of the mean; infinite for a single number."""
    return float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.inf


def _compare_distributions(about: str, submitted: Floats, found: Floats, alarm: float) -> Comparison:
    places = np.concatenate([submitted, found])
    shares = [np.searchsorted(np.sort(part), places, side="right") / len(part) for part in (submitted, found)]
    gap = float(np.abs(shares[0] - shares[1]).max())
    n, m = len(submitted), len(found)
    return Comparison(about, 0.0, gap, math.sqrt((1.0 - math.log(alarm)) * (n + m) / (2.0 * n * m)), is_gap=True)


def _scores(benchmark: Benchmark, row: SeedResult) -> Floats:
    """Normalised scores of its episodes (episodes,)."""
    at = benchmark.problem(row.problem).sizes[row.size]
    return (np.asarray(row.returns, dtype=np.float64) - at.chance) / (at.reference - at.chance)


def describe_result(row: SeedResult) -> str:
    return f"{row.problem} at size {row.size}, training seed {row.training_seed}"
