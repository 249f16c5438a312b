"""Whether a submission may go on the board: what it says is complete, possible, and its own.

The same check runs at home, in CI and before every build. It reads files and nothing else: it executes nothing, writes
nothing, needs no torch and never raises. What it can't know is whether honest weights gave these returns; hashes tell
of edited rows, but who forges returns can hash them anew. `leaderboards.evaluate.reproduce` runs the weights again.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from leaderboards.check.duplicates import Others, Returns
from leaderboards.check.results import check_rows
from leaderboards.check.weights import FILE_NAME, FOLDER, check_weights
from leaderboards.schema.benchmark import SUITES, Suite, load_suite
from leaderboards.schema.errors import Fault, SubmissionError, shown
from leaderboards.schema.submission import FILE, Submission, folders, read_submission

STATUS_FILE = "status.json"
MOST_FAULTS = 100
MOST_FILES = 4_000
BESIDE_SUBMISSIONS = ("README.md",)
"""What may lie in the folder of a suite besides submissions and what begins with a dot."""


def check(
    folder: Path, *, others: Sequence[Submission] = (), suites: Path = SUITES, accepted: bool = False
) -> list[Fault]:
    """Everything that is wrong with a submission.

    Args:
        folder: of the submission.
        others: what it is compared with, so that nothing is copied and `previous` is there; may hold the same one.
        suites: where suites lie.
        accepted: whether it is on the board already, so that the board's own `status.json` may be there.

    Returns:
        Faults; none for a submission that is all right. Never raises.
    """
    return _guarded(folder, Others.of(others) if others else None, suites, accepted)[0]


def check_tree(root: Path, suite: str, *, suites: Path = SUITES) -> dict[Path, list[Fault]]:
    """Check all submissions to a suite, each against those before it.

    Args:
        root: folder of all submissions.
        suite: its name.
        suites: where suites lie.

    Returns:
        The faults of every submission by its folder, also where there are none; and of files that do not belong there.
        Of two that share something, the fault is of the one that comes later by date and name.
    """
    found: dict[Path, list[Fault]] = {}
    others = Others()
    submissions = folders(root, suite)
    for folder in submissions:
        faults, submission, returns = _guarded(folder, others, suites, True)
        if submission is not None and submission.suite != suite:
            faults.append(Fault(FILE, "suite", f"must be that of its folder, {suite}, got {submission.suite}"))
        if submission is not None and not faults:  # what is refused takes nothing from those that follow
            others.add(submission, returns)
        found[folder] = faults
    for path in sorted((root / suite).iterdir()) if (root / suite).is_dir() else []:
        if path not in found and not path.name.startswith(".") and path.name not in BESIDE_SUBMISSIONS:
            found[path] = [Fault(".", "", "must be the folder of a submission")]
    return found


def _guarded(
    folder: Path, others: Others | None, suites: Path, accepted: bool
) -> tuple[list[Fault], Submission | None, list[Returns]]:
    """Faults, and what was read."""
    faults: list[Fault] = []
    submission, returns = None, []
    try:
        faults += _check_files(folder, accepted)
        submission = read_submission(folder)
        returns = [np.asarray(row.returns, np.float64) for row in submission.rows]  # each (episodes,)
        faults += _check_fields(folder, submission)
        suite = _find_suite(submission, suites)
        faults += check_rows(suite, submission, returns)
        faults += _check_training(submission)
        of_weights, empty = _check_weights(folder, submission)
        faults += of_weights
        if others is not None:
            faults += others.faults(submission, returns, empty)
    except SubmissionError as error:
        faults += error.faults
    except Exception as error:  # whatever strangers think of, others' submissions are checked
        faults.append(Fault(".", "", f"can't be checked ({type(error).__name__})"))
    if len(faults) > MOST_FAULTS:
        left = len(faults) - MOST_FAULTS
        faults = [*faults[:MOST_FAULTS], Fault(".", "", f"has {left} more faults")]
    return faults, submission, returns


def _check_files(folder: Path, accepted: bool) -> Iterator[Fault]:
    """Nothing but what belongs to a submission, and no links."""
    if folder.is_symlink() or not folder.is_dir():
        raise SubmissionError([Fault(".", "", "must be a folder that is there, and no link")])
    for entry in _entries(folder, "."):
        mode = entry.stat(follow_symlinks=False).st_mode
        if entry.name == FOLDER:
            if not stat.S_ISDIR(mode):
                yield Fault(FOLDER, "", "must be a folder, and no link")
        elif entry.name == STATUS_FILE and not accepted:
            yield Fault(STATUS_FILE, "", "must not be there: the board alone writes it")
        elif entry.name not in (FILE, STATUS_FILE):
            yield Fault(entry.name, "", f"must not be there: only {FILE} and {FOLDER} belong to a submission")
        elif not stat.S_ISREG(mode):
            yield Fault(entry.name, "", "must be a file, and no link")


def _entries(folder: Path, name: str) -> list[os.DirEntry[str]]:
    entries = []
    with os.scandir(folder) as found:
        for entry in found:
            entries.append(entry)
            if len(entries) > MOST_FILES:
                raise SubmissionError([Fault(name, "", f"must hold at most {MOST_FILES} files")])
    return sorted(entries, key=lambda entry: entry.name)


def _find_suite(submission: Submission, suites: Path) -> Suite:
    try:
        return load_suite(submission.suite, suites)
    except ValueError as error:
        raise SubmissionError([Fault(FILE, "suite", str(error))]) from None


def _check_fields(folder: Path, submission: Submission) -> Iterator[Fault]:
    name = folder.absolute().name
    if name != submission.folder_name:
        yield Fault(FILE, "name", f"must fit the folder, {submission.folder_name}, got the folder {shown(name)}")
    # A day more than here, since it may be tomorrow elsewhere.
    latest = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    if submission.date > latest:
        yield Fault(FILE, "date", f"must not lie in the future, got {submission.date}")
    if len(set(submission.authors)) < len(submission.authors):
        yield Fault(FILE, "authors", "must name everybody once")
    if submission.previous is not None:
        date, _, name = submission.previous.partition("_")
        if name != submission.name or date >= submission.date:
            reason = f"must be an earlier version of {submission.name}"
            yield Fault(FILE, "previous", f"{reason}, got {submission.previous}")


def _check_training(submission: Submission) -> Iterator[Fault]:
    """The same problems everywhere."""
    entered = {row.problem for row in submission.rows}
    for name in ("environment_steps", "cpu_seconds", "parameters"):
        given = set(getattr(submission.training, name))
        for problem in sorted(entered - given):
            yield Fault(FILE, f"training.{name}", f"must have {problem}, of which there are rows")
        for problem in sorted(given - entered):
            yield Fault(FILE, f"training.{name}", f"must not have {problem}, of which there are no rows")
    for problem, points in submission.training.curves.items():
        if problem not in entered:
            yield Fault(FILE, "training.curves", f"must not have {problem}, of which there are no rows")
        steps = [step for step, _ in points]
        if steps != sorted(set(steps)):
            yield Fault(FILE, f"training.curves.{problem}", "must have rising environment steps")
    if "badger_envs" not in submission.training.versions:
        yield Fault(FILE, "training.versions", "must have badger_envs, which the environments are of")


def _check_weights(folder: Path, submission: Submission) -> tuple[list[Fault], set[str]]:
    """Faults, and the names of weights that hold no number."""
    faults, empty = [], set()
    used = {row.weights_sha256: row.problem for row in submission.rows if row.weights_sha256}
    if (folder / FOLDER).is_dir():
        for entry in _entries(folder / FOLDER, FOLDER):
            matched = FILE_NAME.fullmatch(entry.name)
            if matched is None or matched[1] not in used:
                reason = "must not be there: no row has weights of this name"
                faults.append(Fault(f"{FOLDER}/{entry.name}", "", reason))
    for sha, problem in used.items():
        weights = check_weights(folder, sha)
        faults += weights.faults
        if weights.faults:
            continue
        said = submission.training.parameters.get(problem, weights.numbers)
        if weights.numbers != said:
            reason = f"must be {weights.numbers}, the numbers in the weights {sha[:12]}..."
            faults.append(Fault(FILE, f"training.parameters.{problem}", f"{reason}, got {said}"))
        if not weights.numbers:
            empty.add(sha)
    return faults, empty
