"""A submission: who trained what how, and what every training seed returned in every test episode.

It holds raw returns and never a score: the board computes the scores. What the models do not allow is refused: a failed
run, NaN, a number in quotes, an unknown key.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field
from pydantic.types import FailFast

from leaderboards.schema.benchmark import Identifier, StrictModel
from leaderboards.schema.counts import require_few
from leaderboards.schema.errors import SubmissionError
from leaderboards.schema.fields import Amount, CurvePoint, FolderName, LongText, Package, Seconds, Slug, Url, validate
from leaderboards.schema.fields import Date as Date
from leaderboards.schema.fields import Sha256 as Sha256
from leaderboards.schema.fields import ShortText as ShortText
from leaderboards.schema.files import read_json

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


class Agent(StrictModel):
    """The agent."""

    source: Literal["badger", "own"]
    """"badger" for an agent of this project, whose weights are part of the submission; "own" for any other."""
    description: LongText


class Training(StrictModel):
    """How the agent was trained."""

    commands: Annotated[tuple[LongText, ...], Field(strict=False, min_length=1, max_length=50)]
    """Running them gives the same results."""
    versions: Annotated[dict[Package, ShortText], Field(max_length=50)]
    """Of what the numbers were made with; "badger_envs" is one of them."""
    environment_steps: dict[Identifier, Amount]
    """Of one training, the mean over seeds, by problem."""
    cpu_seconds: dict[Identifier, Seconds]
    """Of one training, the mean over seeds, by problem."""
    parameters: dict[Identifier, Amount]
    """Number of trained parameters, by problem."""
    device: ShortText
    """Where it was trained."""
    curves: dict[Identifier, Annotated[tuple[CurvePoint, ...], Field(strict=False, max_length=100)]] = Field(
        default_factory=dict
    )
    """By problem, environment steps and the score while it was trained, the mean over seeds. Shown only: they
    are measured on training episodes and cannot be checked, so nothing is ranked by them."""


COSTS: dict[str, Callable[[Iterable[float]], float]] = {
    "parameters": max, "environment_steps": sum, "cpu_seconds": sum,
}  # fmt: skip
"""Fields of `Training` with a number for each problem, and what makes one number of all problems."""


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


def read_submission(folder: Path) -> Submission:
    """The submission in a folder. It fits the models; for all else see
    `leaderboards.check.check`.

    Raises:
        SubmissionError: with all errors of the file.
    """
    return parse(read_json(folder / FILE, FILE, MAX_BYTES))


def read_submissions(folders: Iterable[Path]) -> list[Submission]:
    """Those of several folders that can be read; what is wrong with the others is found when they are checked."""
    found = []
    for folder in folders:
        with contextlib.suppress(SubmissionError):
            found.append(read_submission(folder))
    return found


def parse(content: Any) -> Submission:
    """A submission out of plain data.

    Raises:
        SubmissionError: with all errors, of rows those of the first bad one.
    """
    require_few(content, {"rows": MAX_ROWS, "returns": MAX_EPISODES}, FILE)
    return validate(Submission, content, FILE)


def to_bytes(submission: Submission) -> bytes:
    """The content of `submission.json`, a line for each row and each curve."""
    content = submission.model_dump(mode="json")
    rows, curves = content.pop("rows"), content["training"]["curves"]
    # Each curve is left out at first and put in afterwards; no text of a submission has a control character.
    content["training"]["curves"] = {problem: f"\0{problem}" for problem in curves}
    head = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False).removesuffix("\n}")
    for problem, points in curves.items():
        head = head.replace(json.dumps(f"\0{problem}"), json.dumps(points, allow_nan=False))
    lines = ",\n".join("  " + json.dumps(row, allow_nan=False) for row in rows)
    return f'{head},\n "rows": [\n{lines}\n ]\n}}\n'.encode()


def folders(root: Path, benchmark: str) -> list[Path]:
    """Folders of all submissions to a benchmark, sorted by name, which is by date.

    Args:
        root: folder of all submissions, with a folder for each benchmark.
        benchmark: its name.
    """
    if not (root / benchmark).is_dir():
        return []
    return sorted(path for path in (root / benchmark).iterdir() if path.is_dir() and not path.name.startswith("."))
