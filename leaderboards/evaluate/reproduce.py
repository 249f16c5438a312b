"""Run submitted weights again and compare what they return with what was submitted.

Two ways: on the benchmark's own episodes, which are public, where a deterministic agent returns the very same numbers;
or on FRESH episodes, drawn after the submission, which cannot have been trained on, selected for, or learned by heart.
Only the second says what an agent is worth: weights that hold the answers of the public episodes pass the first.

On the same machine the first way is exact. Between machines float32 sums differ in their last digits, which some tasks
amplify. So where numbers differ, every episode is compared, and means of normalised scores besides; on fresh episodes
means and distributions are compared. See `leaderboards.evaluate.equivalence_test`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from badger_envs.evaluation import versions
from leaderboards.evaluate.equivalence_test import Comparison, compare, describe_result
from leaderboards.evaluate.run_rows import read_runnable, run_rows
from leaderboards.schema.benchmark import BENCHMARKS
from leaderboards.schema.fresh_episodes import Draw, draw_of_seed
from leaderboards.schema.submission import SeedResult


@dataclass(frozen=True)
class Rerun:
    """One row that was run again."""

    row: int
    """Its place in the submission."""
    label: str
    """Problem, size and training seed."""
    largest_difference: float
    """Of two returns of the same episode; 0 for fresh episodes, where there are none."""


@dataclass(frozen=True)
class Report:
    """Outcome of running a submission again."""

    folder: str
    seed: int | None
    """That drew the rows, and the fresh episodes of a rehearsal."""
    draw: Draw | None
    """Of the fresh episodes; None for those of the benchmark."""
    rows: tuple[Rerun, ...]
    exact: bool
    """Whether every return is number for number what was submitted; never so for fresh episodes."""
    comparisons: tuple[Comparison, ...]
    """All tests; none where everything is exact."""
    found: tuple[SeedResult, ...]
    """The rows with the returns that were found."""

    @property
    def fresh(self) -> bool:
        """Whether episodes were fresh."""
        return self.draw is not None

    @property
    def first_episode(self) -> int | None:
        """Of the fresh ones."""
        return self.draw.first_episode if self.draw else None

    @property
    def differences(self) -> list[Comparison]:
        """The tests that failed."""
        return [comparison for comparison in self.comparisons if not comparison.agrees]

    @property
    def agrees(self) -> bool:
        """Whether what was found can be what was submitted."""
        return not self.differences

    def lines(self) -> list[str]:
        """The report as text."""
        if self.exact:
            return [f"{rerun.label}: exactly what was submitted" for rerun in self.rows]
        largest = max(self.rows, key=lambda rerun: rerun.largest_difference)
        lines = [str(comparison) for comparison in self.comparisons]
        if self.fresh:
            return [f"fresh episodes from {self.first_episode}", *lines]
        how = f"returns differ by up to {largest.largest_difference:.3g} in {largest.label}"
        return [f"not exact: {how}; another machine may do that, so episodes and means are compared", *lines]

    def details(self) -> dict[str, Any]:
        """Plain data for `leaderboards.schema.status.record`."""
        return {
            "rows": [rerun.row for rerun in self.rows],
            "exact": self.exact,
            "fresh": self.fresh,
            "seed": self.seed,
            "first_episode": self.first_episode,
            "largest_difference": max(rerun.largest_difference for rerun in self.rows),
            "versions": versions(),
        }


def reproduce(
    folder: Path,
    *,
    rows: int | None,
    fresh: bool,
    seed: int | None = None,
    draw: Draw | None = None,
    benchmarks: Path = BENCHMARKS,
) -> Report:
    """Run rows of a submission again. It is checked first, and what does not pass is not run.

    Args:
        folder: of the submission.
        rows: how many, drawn by the seed; None for all.
        fresh: whether on fresh episodes instead of the benchmark's.
        seed: draws rows, and what is fresh where no draw is given.
        draw: the fresh episodes, and what is random in agents there.
        benchmarks: where benchmarks lie.

    Raises:
        SubmissionError: It does not pass the check, its agent is not one of ours, or can't be run as was submitted.
        ValueError: rows or seed is too small, or there is no seed where one draws.
    """
    for name, value, least in (("rows", rows, 1), ("seed", seed, 0)):
        if value is not None and value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
    if seed is None and (rows is not None or (fresh and draw is None)):
        raise ValueError("seed must be given where it draws rows or episodes, got None")
    submission, benchmark = read_runnable(folder, benchmarks)
    chosen = list(range(len(submission.rows)))
    if rows is not None:
        count = min(rows, len(chosen))
        chosen = sorted(np.random.default_rng(seed).choice(len(chosen), count, replace=False).tolist())
    if fresh and draw is None:
        assert seed is not None
        draw = draw_of_seed(seed)
    found = run_rows(folder, submission, benchmark, chosen, draw if fresh else None)
    pairs = [(submission.rows[number], row) for number, row in zip(chosen, found, strict=True)]
    reruns = []
    for number, (old, new) in zip(chosen, pairs, strict=True):
        differences = np.abs(np.subtract(new.returns, old.returns))  # (episodes,)
        reruns.append(Rerun(number, describe_result(old), 0.0 if fresh else float(differences.max())))
    differing = [rerun.row for rerun in reruns if rerun.largest_difference > 0.0]  # none of fresh ones
    exact = not fresh and not differing
    nudged = dict(zip(differing, run_rows(folder, submission, benchmark, differing, None, nudge=True), strict=True))
    comparisons = [] if exact else compare(benchmark, pairs, [nudged.get(number) for number in chosen], fresh=fresh)
    return Report(folder.name, seed, draw if fresh else None, tuple(reruns), exact, tuple(comparisons), tuple(found))
