"""Whether the rows of a submission can be what a benchmark's tests gave: complete, in range, unedited."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from leaderboards.check.duplicates import Returns, is_telling
from leaderboards.schema.benchmark import Benchmark, Size
from leaderboards.schema.errors import ErrorDetails, short_repr
from leaderboards.schema.submission import DIGITS, FILE, SeedResult, Submission, result_sha256

TOLERANCE = 1e-5
"""By which a return may lie outside the range, relative to its end: sums of float32 are rounded."""
EXACT_POWERS = np.array([10.0**power for power in range(23)])
"""The powers of ten that a float64 holds exactly."""


def check_results(benchmark: Benchmark, submission: Submission, returns: Sequence[Returns]) -> Iterator[ErrorDetails]:
    """Errors of the rows.

    Args:
        benchmark: that the submission is for.
        submission: that fits the models.
        returns: of its rows, each (episodes,).
    """
    fits = _nine_digits(np.concatenate(returns))
    ends = np.cumsum([len(values) for values in returns]).tolist()
    known = {problem.name: problem for problem in benchmark.problems}
    for number, (row, values, end) in enumerate(zip(submission.rows, returns, ends, strict=True)):
        place = f"rows[{number}]"
        if row.problem not in known:
            reason = f"must be one of {', '.join(known)}, got {short_repr(row.problem)}"
            yield ErrorDetails(FILE, f"{place}.problem", reason)
            continue
        sizes = known[row.problem].sizes
        if row.size not in sizes:
            reason = f"must be one of {', '.join(map(str, sizes))}, got {short_repr(row.size)}"
            yield ErrorDetails(FILE, f"{place}.size", reason)
            continue
        yield from _check_returns(row, values, sizes[row.size], fits[end - len(values) : end], f"{place}.returns")
        about = (benchmark.name, row.problem, row.size, row.training_seed, row.weights_sha256)
        if result_sha256(*about, values) != row.sha256:
            reason = "must be the hash of what the row says; the row was edited, or moved from somewhere else"
            yield ErrorDetails(FILE, f"{place}.sha256", f"{reason}, got {row.sha256}")
    yield from _check_completeness(benchmark, submission)
    yield from _check_runs(submission, returns)


def _check_returns(
    row: SeedResult, values: Returns, size: Size, fits: npt.NDArray[np.bool_], place: str
) -> Iterator[ErrorDetails]:
    if len(values) != size.episodes:
        reason = f"must be those of all {size.episodes} episodes of {row.problem} at size {row.size}"
        yield ErrorDetails(FILE, place, f"{reason}, got {len(values)}")
        return
    low, high = size.lowest - TOLERANCE * abs(size.lowest), size.highest + TOLERANCE * abs(size.highest)
    outside = np.flatnonzero((values < low) | (values > high)) if values.min() < low or values.max() > high else ()
    for episode in outside[:1]:
        reason = f"must lie in [{size.lowest:g}, {size.highest:g}], the range of {row.problem} at size {row.size}"
        yield ErrorDetails(FILE, f"{place}[{episode}]", f"{reason}, got {values[episode]}")
    for episode in () if fits.all() else np.flatnonzero(~fits)[:1]:
        reason = f"must have at most {DIGITS} significant digits"
        yield ErrorDetails(FILE, f"{place}[{episode}]", f"{reason}, got {values[episode]}")
    for period in _periods(len(values)):
        if values[0] == values[period] and np.array_equal(values[period:], values[:-period]) and is_telling(values):
            yield ErrorDetails(FILE, place, f"must be of different episodes, got the first {period} over and over")


def _check_completeness(benchmark: Benchmark, submission: Submission) -> Iterator[ErrorDetails]:
    """Seeds 0, 1, ..., at the train size and at every other size that was entered; nothing twice."""
    seeds: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, row in enumerate(submission.rows):
        known = seeds[row.problem, row.size]
        if row.training_seed in known:
            about = f"{row.problem} at size {row.size}, training seed {row.training_seed}"
            yield ErrorDetails(FILE, f"rows[{number}]", f"must be there once, got a second row of {about}")
        known.append(row.training_seed)
    entered = {problem for problem, _ in seeds}
    for problem in benchmark.problems:
        if problem.name not in entered:
            continue
        if missing := [size for size in problem.ranked_sizes if (problem.name, size) not in seeds]:
            reason = f"must have {problem.name} at size {missing[0]}, which it is trained at"
            yield ErrorDetails(FILE, "rows", f"{reason}, got other sizes alone")
            continue
        trained = set(seeds[problem.name, problem.train_size])
        wanted = set(range(len(trained)))
        if trained != wanted:
            reason = f"must have {problem.name} of training seeds 0, 1, ... without a gap, so that no run is left out"
            yield ErrorDetails(FILE, "rows", f"{reason}, got none of {_listed(wanted - trained)}")
        for (name, size), found in seeds.items():
            if name == problem.name and set(found) != trained:
                reason = f"must have {name} at size {size} of the same training seeds as at size {problem.train_size}"
                less, more = _listed(trained - set(found)), _listed(set(found) - trained)
                yield ErrorDetails(FILE, "rows", f"{reason}, got {f'none of {less}' if less else f'also {more}'}")


def _check_runs(submission: Submission, returns: Sequence[Returns]) -> Iterator[ErrorDetails]:
    """A run, which is one training seed on one problem, has one set of weights, and nobody else has it."""
    weights: dict[tuple[str, int], str | None] = {}
    runs: dict[tuple[str, int], dict[int, Returns]] = defaultdict(dict)
    for number, (row, values) in enumerate(zip(submission.rows, returns, strict=True)):
        run, place = (row.problem, row.training_seed), f"rows[{number}].weights_sha256"
        if submission.agent.source == "own" and row.weights_sha256 is not None:
            yield ErrorDetails(FILE, place, 'must be null where agent.source is "own"')
        if submission.agent.source == "badger" and row.weights_sha256 is None:
            yield ErrorDetails(FILE, place, 'must be there where agent.source is "badger"')
        if weights.setdefault(run, row.weights_sha256) != row.weights_sha256:
            reason = "must be the same at all sizes of one training seed"
            yield ErrorDetails(FILE, place, f"{reason}, got {row.weights_sha256} and {weights[run]}")
        runs[run][row.size] = values
    owners: dict[object, tuple[str, int]] = {}
    for (problem, seed), found in runs.items():
        sha = weights[problem, seed]
        content = b"".join(values.tobytes() for _, values in sorted(found.items()))
        telling = any(is_telling(values) for values in found.values())
        for what, key in (("weights", sha), ("returns", content if telling else None)):
            if key is None:
                continue
            _, before = owners.setdefault((problem, what, key), (problem, seed))
            if before != seed:
                reason = f"must differ between training seeds of {problem}, got the same {what}"
                yield ErrorDetails(FILE, "rows", f"{reason} for {before} and {seed}")


def _nine_digits(values: Returns) -> npt.NDArray[np.bool_]:
    """Which numbers are the nearest float64 of a decimal number of nine digits (N,) -> (N,)."""
    size = np.abs(values)  # (N,)
    with np.errstate(divide="ignore"):
        power = DIGITS - 1 - np.floor(np.log10(size))  # (N,); what to multiply by, so that the digits are whole
    known = np.abs(power) < len(EXACT_POWERS)
    exact = EXACT_POWERS[np.abs(np.where(known, power, 0.0)).astype(int)]  # (N,)
    # A whole number times or through an exact power is rounded once, as a decimal number is when it is read.
    fits = np.where(power >= 0, np.rint(size * exact) / exact, np.rint(size / exact) * exact) == size
    fits |= size == 0.0
    for place in np.flatnonzero(~(fits & known | (size == 0.0))):
        fits[place] = float(f"{values[place]:.{DIGITS}g}") == values[place]
    found: npt.NDArray[np.bool_] = fits
    return found


@cache
def _periods(count: int) -> tuple[int, ...]:
    """What repeats itself as often as fits into a count has one of these periods, if not also shorter ones."""
    primes = [d for d in range(2, count + 1) if count % d == 0 and all(d % smaller for smaller in range(2, d))]
    return tuple(count // prime for prime in primes)


def _listed(seeds: set[int]) -> str:
    some = sorted(seeds)
    return ", ".join(map(str, some[:5])) + (", ..." if len(some) > 5 else "")
