"""One submission as the board sees it: scores of its training seeds by problem and size, with their certainty.

Every number here is computed from raw returns: those that the board found on fresh episodes where it has run them, and
those of the submission elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from badger_envs.statistics import FloatArray, Interval, Profile, performance_profile, stratified_bootstrap
from leaderboards.check.evidence import kind_of
from leaderboards.schema.benchmark import Benchmark
from leaderboards.schema.reproduction import Reproduction
from leaderboards.schema.result_file import EvaluatedSeed
from leaderboards.schema.submission import COSTS, SeedResult, Submission

REPLICATES = 5_000
"""Bootstrap replicates for the score over all problems."""
REPLICATES_OF_PARTS = 2_000
"""For one problem at one size, and for a probability of improvement."""
REPLICATES_OF_PROFILES = 1_000
"""For the band of a profile."""
THRESHOLDS = np.linspace(-0.5, 1.5, 41)
"""Of performance profiles: scores that runs may exceed."""


@dataclass(frozen=True)
class SeedScore:
    """Score of one training seed at one size of a problem."""

    seed: int
    mean_return: float
    """Over the episodes."""
    score: float
    """Of the mean return, 0 at chance and 1 at the reference; never clipped."""
    weights: str
    """SHA-256 of the weights, as the submission says; empty without weights."""
    sha256: str
    """Of the submitted row, see `leaderboards.schema.submission.result_sha256`."""
    submitted: float
    """Score of the submitted returns; the same where the board has none of its own."""


@dataclass(frozen=True)
class SizeResults:
    """Scores of an entry at one size of a problem."""

    size: int
    rows: tuple[SeedScore, ...]
    """By training seed, the smallest first."""
    score: Interval
    """Interquartile mean over training seeds."""


@dataclass(frozen=True)
class ProblemResults:
    """Scores of an entry on a problem."""

    problem: str
    train_size: int
    at: Mapping[int, SizeResults]
    """By size, ascending; sizes that the agent does not support are missing."""
    trained: SizeResults
    """What is ranked: at the size of the training, or where that is a range, the means over its sizes."""
    costs: Mapping[str, float]
    """By name of `COSTS`, of one training."""

    @property
    def scores(self) -> FloatArray:
        """Of every training seed (seeds,), which is what is ranked."""
        return np.array([row.score for row in self.trained.rows])


@dataclass(frozen=True)
class Results:
    """A submission without its raw returns."""

    id: str
    """Name of its folder: date and name."""
    submission: Submission
    """Everything else that it says; its rows are left out, since they may be large."""
    status: str
    problems: Mapping[str, ProblemResults]
    """By name, in the order of the benchmark; only those entered."""
    score: Interval | None
    """Interquartile mean over training seeds and problems; None unless it is on all problems. Of what the board found
    on fresh episodes once it has run them, of what was submitted before."""
    submitted_score: Interval | None
    """The same of what was submitted; None as above, and where that is all there is."""
    profile: Profile | None
    """Of the same runs; None as above."""

    @property
    def kind(self) -> str:
        """Kind of evidence, one of `leaderboards.check.evidence.KINDS`."""
        return kind_of(self.submission, self.status)

    @property
    def scores(self) -> list[FloatArray]:
        """By problem, of every training seed (seeds,)."""
        return [problem.scores for problem in self.problems.values()]

    @property
    def costs(self) -> dict[str, float]:
        """By name of `COSTS`, over all of its problems."""
        return {
            name: total([each.costs[name] for each in self.problems.values()] or [0]) for name, total in COSTS.items()
        }

    @property
    def seeds(self) -> int:
        """Training seeds on the problem that has fewest; 0 without problems."""
        return min((len(problem.trained.rows) for problem in self.problems.values()), default=0)


def results(
    benchmark: Benchmark, submission: Submission, status: str, reproduction: Reproduction | None = None
) -> Results:
    """The scores of a submission that was checked.

    Args:
        benchmark: that it was made for.
        submission: as it was read.
        status: of `leaderboards.check.evidence.evidence_of`.
        reproduction: what the board found on fresh episodes.
    """
    found: dict[str, ProblemResults] = {}
    fresh = reproduction.by_row if reproduction else {}
    for problem in benchmark.problems:
        mine = [row for row in submission.rows if row.problem == problem.name]
        at = {
            size: _at_size(benchmark, problem.name, [row for row in mine if row.size == size], fresh)
            for size in sorted({row.size for row in mine})
        }
        if not set(problem.ranked_sizes) <= set(at):
            continue
        found[problem.name] = ProblemResults(
            problem.name,
            problem.train_size,
            at,
            _over([at[size] for size in problem.ranked_sizes], problem.train_size),
            {name: getattr(submission.training, name)[problem.name] for name in COSTS},
        )
    score = submitted = profile = None
    if len(found) == len(benchmark.problems):
        scores = [problem.scores for problem in found.values()]
        score = stratified_bootstrap(scores, replicates=REPLICATES)
        if reproduction:
            claimed = [np.array([row.submitted for row in problem.trained.rows]) for problem in found.values()]
            submitted = stratified_bootstrap(claimed, replicates=REPLICATES)
        profile = performance_profile(scores, THRESHOLDS, replicates=REPLICATES_OF_PROFILES)
    without_rows = submission.model_copy(update={"rows": ()})
    return Results(submission.folder_name, without_rows, status, found, score, submitted, profile)


def _over(ranked: Sequence[SizeResults], train_size: int) -> SizeResults:
    """What an entry came to over the sizes of its training, training seed by training seed.

    Args:
        ranked: at each of these sizes, of the same training seeds, as the check wants.
        train_size: of which the mean return is told; those of other sizes are not comparable.
    """
    if len(ranked) == 1:
        return ranked[0]
    (own,) = (each for each in ranked if each.size == train_size)
    rows = tuple(
        replace(
            own.rows[place],
            score=float(np.mean([each.rows[place].score for each in ranked])),
            submitted=float(np.mean([each.rows[place].submitted for each in ranked])),
        )
        for place in range(len(own.rows))
    )
    scores = np.array([[row.score] for row in rows])  # (seeds, 1)
    return SizeResults(train_size, rows, stratified_bootstrap(scores, replicates=REPLICATES_OF_PARTS))


def _at_size(
    benchmark: Benchmark, problem: str, rows: Sequence[SeedResult], fresh: Mapping[tuple[str, int, int], EvaluatedSeed]
) -> SizeResults:
    found = []
    for row in sorted(rows, key=lambda row: row.training_seed):
        mine = fresh.get((problem, row.size, row.training_seed))
        claimed = float(np.mean(row.returns))
        mean = float(np.mean(mine.returns)) if mine else claimed
        score, submitted = (benchmark.score(problem, row.size, value) for value in (mean, claimed))
        found.append(SeedScore(row.training_seed, mean, score, row.weights_sha256 or "", row.sha256, submitted))
    scores = np.array([[row.score] for row in found])  # (seeds, 1)
    return SizeResults(rows[0].size, tuple(found), stratified_bootstrap(scores, replicates=REPLICATES_OF_PARTS))
