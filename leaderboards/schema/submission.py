"""A submission: who trained what how, and what every training seed returned in every test episode.

It holds raw returns and never a score: the board computes the scores. What the models do not allow is refused: a failed
run, NaN, a number in quotes, an unknown key.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field
from pydantic.types import FailFast

from leaderboards.schema.benchmark import Identifier, StrictModel
from leaderboards.schema.canonical import canonical_parts, is_canonical, take_returns
from leaderboards.schema.counts import require_few
from leaderboards.schema.errors import SubmissionError
from leaderboards.schema.fields import Date as Date
from leaderboards.schema.fields import FolderName, LongText, PublicKey, Signature, Slug, Url, validate
from leaderboards.schema.fields import Sha256 as Sha256
from leaderboards.schema.fields import ShortText as ShortText
from leaderboards.schema.files import parse_json, read_bytes, require_few_brackets
from leaderboards.schema.keys import public_of, sign
from leaderboards.schema.training import COSTS as COSTS
from leaderboards.schema.training import Agent, Training

FORMAT = 1
FILE = "submission.json"
MAX_BYTES = 16 * 2**20
"""Of `submission.json`: ten times what five seeds on all of v1 take."""
DIGITS = 9
"""Significant digits of a return, which say exactly which float32 it was."""
MAX_SEED = 9_999
MAX_ROWS = 20_000
MAX_EPISODES = 100_000
"""In a row."""


class SeedResult(StrictModel):
    """One training seed in the test at one size of a problem."""

    problem: Identifier
    size: Annotated[int, Field(ge=1)]
    training_seed: Annotated[int, Field(ge=0, le=MAX_SEED)]
    weights_sha256: Sha256 | None
    """Of the file in `weights/`; null without one."""
    returns: Annotated[tuple[float, ...], Field(strict=False), FailFast()]
    """Of every episode of the test, in the order of their numbers; nine significant digits."""
    sha256: Sha256
    """See `result_sha256`."""


class Submission(StrictModel):
    """What is in `submission.json`."""

    format: Annotated[int, Field(ge=FORMAT, le=FORMAT)]  # a Literal would take true for 1
    benchmark: Annotated[Identifier, Field(alias="suite")]
    name: Slug
    date: Date
    title: ShortText
    authors: Annotated[tuple[ShortText, ...], Field(strict=False, min_length=1, max_length=30)]
    url: Url
    """Of the code."""
    about: LongText
    agent: Agent
    training: Training
    previous: FolderName | None
    """The folder of the version that this one replaces."""
    key: PublicKey | None = None
    """Ed25519 key of who submits; a later version is signed with it. None in entries that are older than keys."""
    signature: Signature | None = None
    """By that key, of the rest of the file; see `leaderboards.schema.keys`."""
    rows: Annotated[tuple[SeedResult, ...], Field(strict=False, min_length=1, max_length=MAX_ROWS), FailFast()]

    @property
    def folder_name(self) -> str:
        """The name of its folder, which is its identity."""
        return f"{self.date}_{self.name}"


def result_sha256(
    benchmark: str, problem: str, size: int, training_seed: int, weights_sha256: str | None, returns: npt.ArrayLike
) -> str:
    """SHA-256 of all fields of a row, so that an edited or moved row is noticed.

    It guards against mistakes, not forgery: forged returns can be hashed again. Only running the weights shows those.
    """
    about = json.dumps([benchmark, problem, size, training_seed, weights_sha256])
    numbers = np.asarray(returns, dtype="<f8") + 0.0  # without negative zeros
    return hashlib.sha256(about.encode() + b"\n" + numbers.tobytes()).hexdigest()


def make_seed_result(
    benchmark: str, problem: str, size: int, training_seed: int, weights_sha256: str | None, returns: Sequence[float]
) -> SeedResult:
    """A row with its hash, and returns of nine significant digits.

    Raises:
        pydantic.ValidationError: A value is not allowed, such as NaN.
    """
    rounded = [float(f"{value:.{DIGITS}g}") for value in returns]
    return SeedResult(
        problem=problem,
        size=size,
        training_seed=training_seed,
        weights_sha256=weights_sha256,
        returns=tuple(rounded),
        sha256=result_sha256(benchmark, problem, size, training_seed, weights_sha256, rounded),
    )


class Written(NamedTuple):
    """A submission and how it was written."""

    submission: Submission
    returns: Sequence[npt.NDArray[np.float64]]
    """Of its rows, each (episodes,)."""
    content: bytes
    canonical: bool
    """Whether the bytes are those of `to_bytes`."""

    @property
    def unsigned(self) -> bytes:
        """The bytes that are signed, where it is canonical: without the signature, which has a line of its own."""
        return self.content.replace(f' "signature": "{self.submission.signature}",\n'.encode(), b"", 1)


def read_submission(folder: Path) -> Submission:
    """The submission in a folder. It fits the models; for all else see `leaderboards.check.check`.

    Raises:
        SubmissionError: with all errors of the file, of rows those of the first bad one.
    """
    return read_written(folder).submission


def read_written(folder: Path) -> Written:
    """The submission in a folder, and the bytes of its file; see `read_submission`."""
    content = read_bytes(folder / FILE, FILE, MAX_BYTES)
    require_few_brackets(content, FILE)
    with contextlib.suppress(ValueError):  # what a fast parser takes is believed where it is written back the same
        plain = orjson.loads(content)
        lists, returns = zip(*take_returns(plain), strict=True)
        submission = parse(plain)
        if is_canonical(content, *_parts(submission, returns)):
            full = zip(submission.rows, lists, strict=True)
            rows = tuple(row.model_copy(update={"returns": tuple(values)}) for row, values in full)
            return Written(submission.model_copy(update={"rows": rows}), returns, content, True)
    submission = parse(parse_json(content, FILE))
    return Written(submission, [np.array(r.returns, np.float64) for r in submission.rows], content, False)


def read_submissions(folders: Iterable[Path]) -> list[Submission]:
    """Those of several folders that can be read; what is wrong with the others is found when they are checked."""
    found = []
    for folder in folders:
        with contextlib.suppress(SubmissionError):
            found.append(read_submission(folder))
    return found


def parse(content: Any) -> Submission:
    """A submission out of plain data; errors as in `read_submission`."""
    require_few(content, {"rows": MAX_ROWS, "returns": MAX_EPISODES}, FILE)
    return validate(Submission, content, FILE)


def to_bytes(submission: Submission) -> bytes:
    """The content of `submission.json`, see `leaderboards.schema.canonical`."""
    return b"".join(canonical_parts(*_parts(submission, [row.returns for row in submission.rows])))


def signed(submission: Submission, key: Ed25519PrivateKey) -> Submission:
    """The submission with the public half of a key and a signature."""
    unsigned = submission.model_copy(update={"key": public_of(key), "signature": None})
    return unsigned.model_copy(update={"signature": sign(key, to_bytes(unsigned))})


def _parts(submission: Submission, returns: Iterable[Any]) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    rows = ({**vars(row), "returns": values} for row, values in zip(submission.rows, returns, strict=True))
    return submission.model_dump(mode="json", exclude={"rows"}, exclude_defaults=True), rows


def folders(root: Path, benchmark: str) -> list[Path]:
    """Folders of all submissions to a benchmark, sorted by name, which is by date.

    Args:
        root: folder of all submissions, with a folder for each benchmark.
        benchmark: its name.
    """
    if not (root / benchmark).is_dir():
        return []
    return sorted(path for path in (root / benchmark).iterdir() if path.is_dir() and not path.name.startswith("."))
