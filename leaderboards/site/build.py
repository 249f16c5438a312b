"""From submissions to a folder of static pages that work without a network."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leaderboards.check.check import check_tree
from leaderboards.schema.benchmark import BENCHMARKS, load_benchmark
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.files import read_bytes
from leaderboards.schema.status import SELF_REPORTED, Step, read_status
from leaderboards.schema.submission import FILE, MAX_BYTES, Submission, folders, read_submission
from leaderboards.site.board import rank
from leaderboards.site.pages import pages

MARK = "board.json"
"""File that marks a folder as an older site, which may be replaced."""


@dataclass(frozen=True)
class Built:
    """Outcome of a build."""

    entries: int
    """On the board."""
    left_out: Mapping[str, Sequence[ErrorDetails]]
    """Folders that do not pass the check, by name, and why."""


def build(root: Path, benchmark: str, out: Path, *, benchmarks: Path = BENCHMARKS) -> Built:
    """Write the pages of a benchmark's board, all or none; the same bytes for the same submissions.

    Nothing of a submission is executed. Submissions that do not pass the check are left out.

    Args:
        root: folder of all submissions.
        benchmark: name of the benchmark.
        out: where to; a new or empty folder, or one with an older site, which is replaced.
        benchmarks: where benchmarks lie.

    Raises:
        ValueError: `out` holds something else, or there is no such benchmark.
    """
    loaded = load_benchmark(benchmark, benchmarks)
    if out.exists() and not (out.is_dir() and (not any(out.iterdir()) or (out / MARK).is_file())):
        raise ValueError(f"out must be a new or empty folder, or an older site with {MARK} in it, got {out}")
    errors = {folder: found for folder, found in check_tree(root, benchmark, benchmarks=benchmarks).items() if found}
    histories: dict[Path, Sequence[Step]] = {}
    for folder in folders(root, benchmark):
        try:
            histories[folder] = read_status(folder) if folder not in errors else ()
        except SubmissionError as error:
            errors[folder] = list(error.errors)
    good = {folder: history for folder, history in histories.items() if folder not in errors}
    board = rank(loaded, _read(good))
    out.parent.mkdir(parents=True, exist_ok=True)
    new, old = (out.with_name(f".{out.name}.{os.getpid()}.{kind}") for kind in ("new", "old"))
    try:
        for path, text in pages(board, {folder.name: history for folder, history in good.items()}):
            _write(new / path, text.encode())
        for folder in good:
            _write(new / "raw" / f"{folder.name}.json", read_bytes(folder / FILE, FILE, MAX_BYTES))
        if out.exists():
            out.rename(old)
        try:
            new.rename(out)
        except OSError:
            old.rename(out)
            raise
    finally:
        for folder in (new, old):
            shutil.rmtree(folder, ignore_errors=True)
    return Built(len(board.entries), {folder.name: found for folder, found in errors.items()})


def _read(good: Mapping[Path, Sequence[Step]]) -> Iterator[tuple[Submission, str]]:
    for folder, history in good.items():
        yield read_submission(folder), history[-1].status if history else SELF_REPORTED


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
