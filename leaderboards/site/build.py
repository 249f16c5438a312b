"""From submissions to a folder of static pages that work without a network."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from leaderboards.check.evidence import evidence_of
from leaderboards.check.tree import walk_tree
from leaderboards.schema.benchmark import BENCHMARKS, Benchmark, load_benchmark
from leaderboards.schema.commitments import FILE as COMMITMENTS
from leaderboards.schema.commitments import read_commitments
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.files import read_bytes
from leaderboards.schema.reproduction import FILE as REPRODUCTION
from leaderboards.schema.reproduction import Reproduction
from leaderboards.schema.status import Step, read_status
from leaderboards.schema.submission import MAX_BYTES, Submission
from leaderboards.site.board import rank
from leaderboards.site.moving_pictures import PICTURES, pictures_of
from leaderboards.site.pages import pages
from leaderboards.site.site_folder import replaced, require_own
from leaderboards.site.sources import Sources


@dataclass(frozen=True)
class Built:
    """Outcome of a build."""

    entries: int
    """On the board."""
    left_out: Mapping[str, Sequence[ErrorDetails]]
    """Folders that do not pass the check, by name, and why."""


def build(root: Path, benchmark: str, out: Path, *, benchmarks: Path = BENCHMARKS, raw: str | None = None) -> Built:
    """Write the pages of a benchmark's board, all or none; the same bytes for the same submissions.

    Nothing of a submission is executed. Submissions that do not pass the check are left out. What is shown is what was
    checked: every file is read once, and pages name the SHA-256 of what was read.

    Args:
        root: folder of all submissions.
        benchmark: name of the benchmark.
        out: where to; a new or empty folder, or one with an older site, which is replaced.
        benchmarks: where benchmarks lie.
        raw: address of the folder of the benchmark's submissions, https://..., which pages link to for the raw files;
            None: the folder itself, as seen from the pages.

    Raises:
        ValueError: `out` holds something else, or there is no such benchmark.
    """
    loaded = load_benchmark(benchmark, benchmarks)
    require_own(out)
    found = _Found({}, {}, {})
    board = rank(loaded, _read(root, loaded, found, benchmarks))
    if raw is None:
        raw = Path(os.path.relpath((root / benchmark).absolute(), (out / "entry").absolute())).as_posix()
    with replaced(out) as new:
        pictures = pictures_of(loaded)
        for path, text in pages(board, found.histories, Sources(raw, found.digests), pictures):
            _write(new / path, text.encode())
        for name in (name for picture in pictures.values() for name in (picture.file, picture.still)):
            _write(new / "picture" / name, (PICTURES / benchmark / name).read_bytes())
        if (root / COMMITMENTS).is_file():
            _write(new / COMMITMENTS, read_bytes(root / COMMITMENTS, COMMITMENTS, MAX_BYTES))
    return Built(len(board.entries), {folder.name: errors for folder, errors in found.errors.items()})


class _Found(NamedTuple):
    """What is noted while submissions are read, by the name of their folder."""

    histories: dict[str, Sequence[Step]]
    digests: dict[str, str]
    """SHA-256 of what was read."""
    errors: dict[Path, list[ErrorDetails]]
    """By the folder itself."""


def _read(
    root: Path, benchmark: Benchmark, found: _Found, benchmarks: Path
) -> Iterator[tuple[Submission, str, Reproduction | None]]:
    """Submissions one after the other, as they are checked; notes the others, and why they are left out."""
    commitments, used = read_commitments(root), dict[str, str]()  # secret -> folder
    for checked in walk_tree(root, benchmark.name, benchmarks=benchmarks):
        folder = checked.folder
        if checked.errors or checked.written is None:
            found.errors[folder] = checked.errors
            continue
        submission = checked.written.submission
        try:
            evidence = evidence_of(folder, submission, benchmark, commitments)
            if evidence.reproduction:
                other = used.setdefault(evidence.reproduction.secret, folder.name)
                if other != folder.name:
                    reason = f"must be used once, got that of {other}"
                    raise SubmissionError([ErrorDetails(REPRODUCTION, "secret", reason)])
            found.histories[folder.name] = read_status(folder)
        except SubmissionError as error:
            found.errors[folder] = list(error.errors)
            continue
        found.digests[folder.name] = hashlib.sha256(checked.written.content).hexdigest()
        yield submission, *evidence


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
