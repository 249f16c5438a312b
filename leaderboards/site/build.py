"""From submissions to a folder of static pages that work without a network."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leaderboards.check.evidence import evidence_of
from leaderboards.check.tree import check_tree
from leaderboards.schema.benchmark import BENCHMARKS, Benchmark, load_benchmark
from leaderboards.schema.commitments import FILE as COMMITMENTS
from leaderboards.schema.commitments import read_commitments
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.files import read_bytes
from leaderboards.schema.reproduction import FILE as REPRODUCTION
from leaderboards.schema.reproduction import Reproduction
from leaderboards.schema.status import Step, read_status
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
    good: dict[Path, Sequence[Step]] = {}
    board = rank(loaded, _read(root, loaded, good, errors))
    out.parent.mkdir(parents=True, exist_ok=True)
    new, old = (out.with_name(f".{out.name}.{os.getpid()}.{kind}") for kind in ("new", "old"))
    try:
        for path, text in pages(board, {folder.name: history for folder, history in good.items()}):
            _write(new / path, text.encode())
        for folder in good:
            _write(new / "raw" / f"{folder.name}.json", read_bytes(folder / FILE, FILE, MAX_BYTES))
            if (folder / REPRODUCTION).is_file():
                content = read_bytes(folder / REPRODUCTION, REPRODUCTION, MAX_BYTES)
                _write(new / "raw" / f"{folder.name}.{REPRODUCTION}", content)
        if (root / COMMITMENTS).is_file():
            _write(new / COMMITMENTS, read_bytes(root / COMMITMENTS, COMMITMENTS, MAX_BYTES))
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


def _read(
    root: Path, benchmark: Benchmark, good: dict[Path, Sequence[Step]], errors: dict[Path, list[ErrorDetails]]
) -> Iterator[tuple[Submission, str, Reproduction | None]]:
    """Submissions one after the other; notes the history of each that is good, and what is wrong with the others."""
    commitments, used = read_commitments(root), dict[str, str]()  # secret -> folder
    for folder in folders(root, benchmark.name):
        if folder in errors:
            continue
        try:
            submission = read_submission(folder)
            evidence = evidence_of(folder, submission, benchmark, commitments)
            if evidence.reproduction:
                other = used.setdefault(evidence.reproduction.secret, folder.name)
                if other != folder.name:
                    reason = f"must be used once, got that of {other}"
                    raise SubmissionError([ErrorDetails(REPRODUCTION, "secret", reason)])
            good[folder] = read_status(folder)
        except SubmissionError as error:
            errors[folder] = list(error.errors)
            continue
        yield submission, *evidence


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
