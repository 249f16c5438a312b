"""Whether a submission may go on the board: what it says is complete, possible, and its own.

The same check runs locally, in CI and before every build. It reads files and nothing else: it executes nothing, writes
nothing, needs no torch and never raises. It cannot know whether the weights gave these returns: hashes reveal edited
rows, but forged returns can be hashed again. See `leaderboards.evaluate.reproduce`, which runs the weights.
"""

import itertools
import stat
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from leaderboards.check.duplicates import KnownSubmissions
from leaderboards.check.results import check_results
from leaderboards.check.row_cost import cost_errors
from leaderboards.check.weights import FILE_NAME, FOLDER, MAX_NUMBERS, check_weights
from leaderboards.schema.benchmark import BENCHMARKS, PUBLISHED, Benchmark, load_benchmark
from leaderboards.schema.errors import ErrorDetails, SubmissionError, short_repr
from leaderboards.schema.fields import MAX_ERRORS
from leaderboards.schema.files import read_folder
from leaderboards.schema.keys import is_signed
from leaderboards.schema.submission import COSTS, FILE, Submission, Written, read_written

STATUS_FILE = "status.json"
OF_THE_BOARD = (STATUS_FILE, "reproduction.json")
"""Files that the board alone writes."""


def check(
    folder: Path, *, others: Sequence[Submission] = (), benchmarks: Path = BENCHMARKS, accepted: bool = False
) -> list[ErrorDetails]:
    """Check a submission.

    Args:
        folder: of the submission.
        others: submissions that it must not copy, among them `previous`; may include itself.
        benchmarks: where benchmarks lie.
        accepted: whether it is on the board already, so that the board's own files may be there.

    Returns:
        Errors; none for a valid submission. Never raises.
    """
    known = KnownSubmissions.of(others) if others else None
    return check_safely(folder, known, benchmarks=benchmarks, accepted=accepted).errors


class Checked(NamedTuple):
    """What the check read, which is what was checked: the file may be another one a second later."""

    folder: Path
    errors: list[ErrorDetails]
    """None for a valid submission."""
    written: Written | None
    """None where it can't be read."""


def check_safely(
    folder: Path, others: KnownSubmissions | None = None, *, benchmarks: Path = BENCHMARKS, accepted: bool = False
) -> Checked:
    """Check a submission and keep what was read; as `check`, with what is known of the others."""
    errors: list[ErrorDetails] = []
    written = None

    def collect(found: Iterable[ErrorDetails]) -> None:
        errors.extend(itertools.islice(found, MAX_ERRORS - len(errors)))
        if len(errors) == MAX_ERRORS:
            raise SubmissionError([ErrorDetails(".", "", f"has {MAX_ERRORS} errors or more; the rest was not read")])

    try:
        collect(_check_files(folder, accepted))
        written = read_written(folder)
        submission, returns = written.submission, written.returns
        collect(_check_fields(folder, written))
        benchmark = _find_benchmark(submission, benchmarks)
        collect(check_results(benchmark, submission, returns))
        collect(_check_training(submission))
        empty: set[str] = set()
        collect(_check_weights(folder, submission, benchmark, empty))
        if others is not None:
            collect(others.errors(submission, returns, empty))
    except SubmissionError as error:
        errors += error.errors
    except ModuleNotFoundError:  # what has to be installed is no fault of the submission
        raise
    except Exception as error:  # an unforeseen file must not keep other submissions from being checked
        errors.append(ErrorDetails(".", "", f"can't be checked ({type(error).__name__})"))
    return Checked(folder, errors, written)


def _check_files(folder: Path, accepted: bool) -> Iterator[ErrorDetails]:
    """Only files that belong to a submission, and no links."""
    if folder.is_symlink() or not folder.is_dir():
        raise SubmissionError([ErrorDetails(".", "", "must be a folder that is there, and no link")])
    for entry in read_folder(folder, "."):
        mode = entry.stat(follow_symlinks=False).st_mode
        if entry.name == FOLDER:
            if not stat.S_ISDIR(mode):
                yield ErrorDetails(FOLDER, "", "must be a folder, and no link")
        elif entry.name in OF_THE_BOARD and not accepted:
            yield ErrorDetails(entry.name, "", "must not be there: the board alone writes it")
        elif entry.name not in (FILE, *OF_THE_BOARD):
            yield ErrorDetails(entry.name, "", f"must not be there: only {FILE} and {FOLDER} belong to a submission")
        elif not stat.S_ISREG(mode):
            yield ErrorDetails(entry.name, "", "must be a file, and no link")


def _find_benchmark(submission: Submission, benchmarks: Path) -> Benchmark:
    try:
        return load_benchmark(submission.benchmark, benchmarks)
    except ValueError as error:
        raise SubmissionError([ErrorDetails(FILE, "suite", str(error))]) from None


def _check_fields(folder: Path, written: Written) -> Iterator[ErrorDetails]:
    submission = written.submission
    if not written.canonical:
        reason = "must be byte for byte what `python -m leaderboards submit` writes: the same keys, order and numbers"
        yield ErrorDetails(FILE, "", f"{reason}, each as Python writes it, a line for each row")
    if submission.key is None or submission.signature is None:
        if submission.key != submission.signature:
            yield ErrorDetails(FILE, "key", "must be there with its signature, or neither of them")
    elif written.canonical and not is_signed(submission.key, submission.signature, written.unsigned):
        yield ErrorDetails(FILE, "signature", "must be that of this file by the key in it; something was changed since")
    name = folder.absolute().name
    if name != submission.folder_name:
        reason = f"must fit the folder, {submission.folder_name}, got the folder {short_repr(name)}"
        yield ErrorDetails(FILE, "name", reason)
    # A day more than here, since it may be tomorrow elsewhere.
    latest = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    if submission.date > latest:
        yield ErrorDetails(FILE, "date", f"must not lie in the future, got {submission.date}")
    first = PUBLISHED.get(submission.benchmark, "")
    if submission.date < first:
        reason = f"must not lie before {first}, when {submission.benchmark} was published"
        yield ErrorDetails(FILE, "date", f"{reason}, got {submission.date}")
    if len(set(submission.authors)) < len(submission.authors):
        yield ErrorDetails(FILE, "authors", "must name everybody once")
    if submission.previous is not None:
        date, _, name = submission.previous.partition("_")
        if name != submission.name or date >= submission.date:
            reason = f"must be an earlier version of {submission.name}"
            yield ErrorDetails(FILE, "previous", f"{reason}, got {submission.previous}")


def _check_training(submission: Submission) -> Iterator[ErrorDetails]:
    """The same problems everywhere."""
    entered = {row.problem for row in submission.rows}
    for name in COSTS:
        given = set(getattr(submission.training, name))
        for problem in sorted(entered - given):
            yield ErrorDetails(FILE, f"training.{name}", f"must have {problem}, of which there are rows")
        for problem in sorted(given - entered):
            yield ErrorDetails(FILE, f"training.{name}", f"must not have {problem}, of which there are no rows")
    for problem, points in submission.training.curves.items():
        if problem not in entered:
            yield ErrorDetails(FILE, "training.curves", f"must not have {problem}, of which there are no rows")
        steps = [step for step, _ in points]
        if steps != sorted(set(steps)):
            yield ErrorDetails(FILE, f"training.curves.{problem}", "must have rising environment steps")
    if "badger_envs" not in submission.training.versions:
        yield ErrorDetails(FILE, "training.versions", "must have badger_envs, which the environments are of")


def _check_weights(
    folder: Path, submission: Submission, benchmark: Benchmark, empty: set[str]
) -> Iterator[ErrorDetails]:
    """Errors of the weights; the names of those that hold no number are put into `empty`."""
    used = {row.weights_sha256: row.problem for row in submission.rows if row.weights_sha256}
    weights = folder / FOLDER
    if weights.is_dir():
        for entry in read_folder(weights, FOLDER):
            matched = FILE_NAME.fullmatch(entry.name)
            if matched is None or matched[1] not in used:
                yield ErrorDetails(f"{FOLDER}/{entry.name}", "", "must not be there: no row has weights of this name")
    total, made = 0, {}
    for sha, problem in used.items():
        made[sha] = found = check_weights(weights, sha)
        yield from found.errors
        if not found.kind:
            continue
        numbers = found.numbers
        total += numbers
        if total > MAX_NUMBERS:
            raise SubmissionError([ErrorDetails(FOLDER, "", f"must hold at most {MAX_NUMBERS} numbers in all")])
        declared = submission.training.parameters.get(problem, numbers)
        if numbers != declared:
            reason = f"must be {numbers}, the numbers in the weights {sha[:12]}..."
            yield ErrorDetails(FILE, f"training.parameters.{problem}", f"{reason}, got {declared}")
        if not numbers:
            empty.add(sha)
    yield from cost_errors(submission, benchmark, made)
