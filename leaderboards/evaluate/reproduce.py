"""Run submitted weights again and compare what they return with what was submitted.

Two ways: on the benchmark's own episodes, where a deterministic agent returns the very same numbers; or on FRESH
episodes, named by a number that was drawn after the submission, which cannot have been trained on or selected for.

On the same machine the first way is exact. Between machines float32 sums differ in their last digits, which some tasks
amplify. So where numbers differ, the largest difference is reported and means of normalised scores are compared
instead, as they are for fresh episodes. The bounds are explained in
`leaderboards.evaluate.equivalence_test`: one of a thousand honest submissions is refused, and a deviation of two bounds
is detected almost surely.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from badger_envs.evaluation import versions
from leaderboards.check.check import check
from leaderboards.evaluate.equivalence_test import Comparison, compare, describe_result
from leaderboards.evaluate.evaluate import evaluate_size
from leaderboards.schema.benchmark import BENCHMARKS, Benchmark, load_benchmark
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.submission import FILE, SeedResult, Submission, make_seed_result, read_submission

FIRST_FRESH = 10_000_000
"""Fresh episodes have numbers of at least this; no benchmark comes near."""
LAST_FRESH = 2**32 - 1_000_000


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
    fresh: bool
    seed: int
    """That drew the rows and the fresh episodes."""
    first_episode: int | None
    """Of the fresh ones; None for those of the benchmark."""
    rows: tuple[Rerun, ...]
    exact: bool
    """Whether every return is number for number what was submitted; never so for fresh episodes."""
    comparisons: tuple[Comparison, ...]
    """All tests; none where everything is exact."""

    @property
    def differences(self) -> list[Comparison]:
        """The tests that failed."""
        return [comparison for comparison in self.comparisons if not comparison.agrees]

    @property
    def agrees(self) -> bool:
        """Whether the submission may be called reproduced."""
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
        return [f"not exact: {how}; another machine may do that, so means are compared", *lines]

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


def reproduce(folder: Path, *, rows: int | None, fresh: bool, seed: int, benchmarks: Path = BENCHMARKS) -> Report:
    """Run rows of a submission again. It is checked first, and what does not pass is not run.

    Args:
        folder: of the submission.
        rows: how many, drawn by the seed; None for all.
        fresh: whether on episodes drawn by the seed instead of the benchmark's.
        seed: draws rows and episodes; choose it after the submission was made, and keep it.
        benchmarks: where benchmarks lie.

    Raises:
        SubmissionError: It does not pass the check, its agent is not one of ours, or can't be run as was submitted.
        ValueError: rows or seed is too small.
    """
    for name, value, least in (("rows", rows, 1), ("seed", seed, 0)):
        if value is not None and value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
    errors = check(folder, benchmarks=benchmarks, accepted=True)
    if errors:
        raise SubmissionError(errors)
    submission = read_submission(folder)
    if submission.agent.source != "badger":
        reason = "must be 'badger': nobody else can run other agents again"
        raise SubmissionError([ErrorDetails(FILE, "agent.source", reason)])
    numbers = np.random.default_rng(seed)
    count = len(submission.rows) if rows is None else min(rows, len(submission.rows))
    chosen = sorted(numbers.choice(len(submission.rows), count, replace=False).tolist())
    first_episode = int(numbers.integers(FIRST_FRESH, LAST_FRESH)) if fresh else None
    benchmark = load_benchmark(submission.benchmark, benchmarks)
    found = _run(folder, submission, benchmark, chosen, first_episode)
    pairs = [(submission.rows[number], row) for number, row in zip(chosen, found, strict=True)]
    reruns = []
    for number, (old, new) in zip(chosen, pairs, strict=True):
        differences = np.abs(np.subtract(new.returns, old.returns))  # (episodes,)
        reruns.append(Rerun(number, describe_result(old), 0.0 if fresh else float(differences.max())))
    exact = not fresh and all(rerun.largest_difference == 0.0 for rerun in reruns)
    comparisons = [] if exact else compare(benchmark, pairs, fresh=fresh)
    return Report(folder.name, fresh, seed, first_episode, tuple(reruns), exact, tuple(comparisons))


def _run(
    folder: Path, submission: Submission, benchmark: Benchmark, chosen: Sequence[int], first_episode: int | None
) -> list[SeedResult]:
    """The chosen rows, run again."""
    from leaderboards.evaluate.saved_agent import SavedAgent, one_thread

    agents: dict[str, SavedAgent] = {}
    found = []
    for number in chosen:
        row = submission.rows[number]
        problem, sha = benchmark.problem(row.problem), str(row.weights_sha256)
        try:
            if sha not in agents:
                agents[sha] = SavedAgent(folder / "weights", f"{sha}.safetensors", f"{sha}.json")
            with one_thread():
                policy = agents[sha](problem.id, problem.sizes[row.size].arguments)
                returns = evaluate_size(policy, benchmark, problem, row.size, first_episode=first_episode)
        except ValueError as error:
            raise SubmissionError([ErrorDetails(FILE, f"rows[{number}]", f"cannot be run again: {error}")]) from error
        about = (row.problem, row.size, row.training_seed, row.weights_sha256)
        found.append(make_seed_result(benchmark.name, *about, returns.tolist()))
    return found
