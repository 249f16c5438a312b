"""What several commands share."""

from pathlib import Path

from leaderboards.schema.benchmark import Benchmark
from leaderboards.schema.errors import SubmissionError, printable
from leaderboards.schema.status import check_author

ROOT = Path(__file__).parents[1] / "submissions"
"""Folder of all submissions."""
OK, REFUSED = 0, 1
"""Exit codes."""


def shown(path: Path) -> str:
    """A path as it is printed: what strangers call their files must not speak to a terminal."""
    return printable(str(path), max_length=1000)


def require_root(root: Path) -> None:
    """Refuse a folder of submissions that is none: it would look like one without any.

    Raises:
        ValueError: naming it.
    """
    if not any((root / name).is_dir() for name in Benchmark.names()):
        names = ", ".join(Benchmark.names())
        raise ValueError(f"--root must be the folder of all submissions, with one of {names} in it, got {str(root)!r}")


def require_author(by: str | None) -> None:
    """Refuse, before the work, who can't stand in a status; None is nobody.

    Raises:
        ValueError: naming the option and what is wrong.
    """
    if by is not None:
        try:
            check_author(by)
        except SubmissionError as error:
            raise ValueError(f"--record {error.errors[0].reason}") from error


def require_unused(why: str, **options: bool) -> None:
    """Refuse options that would change nothing.

    Args:
        why: why they would not.
        **options: whether each was given.

    Raises:
        ValueError: naming the first one.
    """
    for name, given in options.items():
        if given:
            raise ValueError(f"--{name.replace('_', '-')} must not be given {why}")
