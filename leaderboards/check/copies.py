"""Whether a submission looks like a copy of another, or one training of it like another: evidence for a maintainer.

Exact copies are refused by the check; these are those that somebody took pains with: episodes in another order, noise
in the last digits, a few episodes edited, everything shifted or scaled, hidden units in another order. What is found is
no proof, and nothing is refused for it at home: a pull request is held until a maintainer has looked.

Two rows are compared in four ways, two sets of weights in one; each is a share of numbers that are the same. Honest
agents on v1, 105 pairs of rows a problem and 150 pairs of weights, come to .09 and .16 at most; copies to .95 and more.
A row tells only where it has enough different returns: at parity many agents return the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load

from leaderboards.check.weights import FOLDER, MAX_BYTES
from leaderboards.schema.benchmark import Benchmark, load_benchmark
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.files import read_bytes
from leaderboards.schema.submission import FILE, Submission, folders, read_submission

TOLERANCE = 1e-3
"""By which two numbers may differ, in units of the spread of all."""
CLOSE = 3e-5
"""The same where any number of a row may match any of the other."""
SHARE = 0.5
"""Of numbers that are the same, from which on it is reported."""
NEARLY = 0.02
"""Shares that are about the same."""
MIN_DISTINCT = 20
"""Different returns, or weights, that tell."""
Floats = npt.NDArray[np.float64]


class Row(NamedTuple):
    """Returns at the size that is ranked, prepared once for many comparisons; each (episodes,)."""

    returns: Floats
    in_order: Floats
    standard: Floats
    """With a median of 0 and a spread of 1."""
    standard_in_order: Floats
    spread: float
    """From the first quartile to the third."""


Rows = dict[str, dict[int, Row]]
"""By problem and training seed; without rows that do not tell."""


@dataclass(frozen=True)
class Resemblance:
    """One thing that looks like a copy."""

    field: str
    """Of `submission.json`."""
    other: str
    """The folder that it looks like; its own for two of its trainings."""
    evidence: str
    """What is the same, in words and numbers."""

    def as_error(self) -> ErrorDetails:
        """As a pull request shows it."""
        reason = f"looks like a copy of {self.other}, a maintainer decides: {self.evidence}"
        return ErrorDetails(FILE, self.field, reason)


def resemblances(folder: Path, others: Iterable[Path], benchmark: Benchmark) -> list[Resemblance]:
    """What of a submission that passes the check looks like a copy.

    Args:
        folder: of the submission.
        others: folders of others; itself, versions of it, and what can't be read are left out.
        benchmark: of all of them.
    """
    submission = read_submission(folder)
    mine, weights = _rows(submission, benchmark), _weights(folder, submission)
    found = [*_between_seeds(mine, folder.absolute().name)]
    for other in others:
        try:
            theirs = read_submission(other)
            if theirs.name == submission.name:
                continue
            found += _between_rows(mine, _rows(theirs, benchmark), theirs.folder_name)
            if weights:
                found += _between_weights(weights, _weights(other, theirs), theirs.folder_name)
        except SubmissionError:
            continue
    return found


def resemblances_among_siblings(folder: Path) -> list[Resemblance]:
    """What of a submission looks like a copy of one that lies beside it."""
    here = folder.absolute()
    benchmark = load_benchmark(read_submission(here).benchmark)
    return resemblances(here, folders(here.parent.parent, here.parent.name), benchmark)


def _rows(submission: Submission, benchmark: Benchmark) -> Rows:
    found: Rows = {}
    sizes = {problem.name: problem.train_size for problem in benchmark.problems}
    for row in submission.rows:
        ranked = sizes.get(row.problem) == row.size
        if ranked and (prepared := _prepare(np.asarray(row.returns, np.float64))):
            found.setdefault(row.problem, {})[row.training_seed] = prepared
    return found


def _between_rows(mine: Rows, theirs: Rows, other: str) -> Iterator[Resemblance]:
    for problem in sorted(mine.keys() & theirs.keys()):
        alike = []
        for seed, values in mine[problem].items():
            best = max((*_alike(values, its), its_seed) for its_seed, its in theirs[problem].items())
            if best[0] >= SHARE:
                alike.append((best[0], seed, best[2], best[1]))
        if alike:
            share, seed, its_seed, what = max(alike)
            several = f"{len(alike)} of {len(mine[problem])} trainings on {problem}"
            line = (
                f"{several}; of training seed {seed}, {share:.1%} of {what} are those of its training seed {its_seed}"
            )
            yield Resemblance("rows", other, line)


def _between_seeds(mine: Rows, folder: str) -> Iterator[Resemblance]:
    for problem, seeds in mine.items():
        pairs = [(one, two) for one in seeds for two in seeds if one < two]
        alike = [(*_alike(seeds[one], seeds[two]), one, two) for one, two in pairs]
        alike = [each for each in alike if each[0] >= SHARE]
        if alike:
            share, what, one, two = max(alike)
            line = f"training seeds {one} and {two} of {problem} have {share:.1%} of {what} in common"
            yield Resemblance("rows", folder, line)


def _alike(one: Row, two: Row) -> tuple[float, str]:
    """Share of returns that are the same, and which: the largest of four; if nearly equal, the plainest."""
    if len(one.returns) != len(two.returns):
        return 0.0, ""
    after = np.searchsorted(two.in_order, one.returns).clip(1, len(two.returns) - 1)  # (episodes,)
    below, above = (np.abs(one.returns - two.in_order[place]) for place in (after - 1, after))  # 2 x (episodes,)
    compared = (
        (np.abs(one.returns - two.returns) <= TOLERANCE * one.spread, "returns, episode by episode,"),
        (np.abs(one.standard - two.standard) <= TOLERANCE, "returns, episode by episode, but for shift and scale,"),
        (np.abs(one.standard_in_order - two.standard_in_order) <= TOLERANCE, "returns, sorted,"),
        (np.minimum(below, above) <= CLOSE * one.spread, "returns, in any order,"),
    )
    shares = [(float(same.mean()), what) for same, what in compared]
    largest = max(share for share, _ in shares)
    return next(each for each in shares if each[0] >= largest - NEARLY)


def _between_weights(mine: Mapping[str, Floats], theirs: Mapping[str, Floats], other: str) -> Iterator[Resemblance]:
    alike = []
    for sha, numbers in mine.items():
        for its_sha, its in theirs.items():
            if len(numbers) == len(its) and sha != its_sha:
                share = float((np.abs(numbers - its) <= TOLERANCE * numbers.std()).mean())
                alike.append((share, sha, its_sha))
    alike = [each for each in alike if each[0] >= SHARE]
    if alike:
        share, sha, its_sha = max(alike)
        several = f"{len({each[1] for each in alike})} of {len(mine)} sets of weights"
        line = f"{several}; {share:.1%} of the numbers of {sha[:12]}, sorted by size, are those of {its_sha[:12]}"
        yield Resemblance("rows", other, line)


def _weights(folder: Path, submission: Submission) -> dict[str, Floats]:
    """Absolute weights in ascending order (weights,), by hash: the same whatever the order and sign of hidden units."""
    found = {}
    for sha in {row.weights_sha256 for row in submission.rows if row.weights_sha256}:
        try:
            name = f"{FOLDER}/{sha}.safetensors"
            tensors = load(read_bytes(folder / name, name, MAX_BYTES))
        except (SubmissionError, SafetensorError):  # not all are there where a pull request is looked at
            continue
        numbers = np.concatenate([np.zeros(0), *(np.abs(tensor).ravel() for tensor in tensors.values())])  # (weights,)
        numbers = np.sort(numbers[numbers > 0.0].astype(np.float64))  # (weights,) zeros tell nothing
        if len(np.unique(numbers)) >= MIN_DISTINCT:
            found[sha] = numbers
    return found


def _prepare(values: Floats) -> Row | None:
    """A row of returns (episodes,); None where there are too few different ones, rounded as they are compared."""
    in_order = np.sort(values)  # (episodes,)
    low, middle, high = np.percentile(in_order, [25.0, 50.0, 75.0])
    spread = float(high - low)
    if spread == 0.0:
        return None
    different = 1 + np.count_nonzero(np.diff(np.round(in_order / (TOLERANCE * spread))))
    if different < min(MIN_DISTINCT, len(values) // 2):
        return None
    return Row(values, in_order, (values - middle) / spread, (in_order - middle) / spread, spread)
