"""The check of submissions among each other: all that are on the board, or a new one among those."""

from collections.abc import Iterator
from pathlib import Path

from leaderboards.check.check import Checked, check, check_safely
from leaderboards.check.duplicates import KnownSubmissions
from leaderboards.schema.benchmark import BENCHMARKS
from leaderboards.schema.errors import ErrorDetails
from leaderboards.schema.submission import FILE, folders, read_submissions

BESIDE_SUBMISSIONS = ("README.md",)
"""What may lie in the folder of a benchmark besides submissions and what begins with a dot."""


def check_among_siblings(folder: Path, *, accepted: bool = False, benchmarks: Path = BENCHMARKS) -> list[ErrorDetails]:
    """Check a submission against all others to the same benchmark, which lie beside it; see `check`."""
    here = folder.absolute()
    siblings = [other for other in folders(here.parent.parent, here.parent.name) if other.name != here.name]
    return check(folder, others=read_submissions(siblings), accepted=accepted, benchmarks=benchmarks)


def check_tree(root: Path, benchmark: str, *, benchmarks: Path = BENCHMARKS) -> dict[Path, list[ErrorDetails]]:
    """Check all submissions to a benchmark, each against those before it.

    Args:
        root: folder of all submissions.
        benchmark: its name.
        benchmarks: where benchmarks lie.

    Returns:
        The errors of every submission by its folder, also where there are none; and of files that do not belong there.
        Of two that share something, the error is of the one that comes later by date and name.
    """
    return {found.folder: found.errors for found in walk_tree(root, benchmark, benchmarks=benchmarks)}


def walk_tree(root: Path, benchmark: str, *, benchmarks: Path = BENCHMARKS) -> Iterator[Checked]:
    """As `check_tree`, one after the other, each with what was read: whoever uses that uses what was checked."""
    others = KnownSubmissions()
    submissions = folders(root, benchmark)
    for folder in submissions:
        found = check_safely(folder, others, benchmarks=benchmarks, accepted=True)
        if found.written is not None and found.written.submission.benchmark != benchmark:
            reason = f"must be that of its folder, {benchmark}, got {found.written.submission.benchmark}"
            found.errors.append(ErrorDetails(FILE, "suite", reason))
        if found.written is not None and not found.errors:  # what is refused takes nothing from those that follow
            others.add(found.written.submission, found.written.returns)
        yield found
    for path in sorted((root / benchmark).iterdir()) if (root / benchmark).is_dir() else []:
        if path not in submissions and not path.name.startswith(".") and path.name not in BESIDE_SUBMISSIONS:
            yield Checked(path, [ErrorDetails(".", "", "must be the folder of a submission")], None)
