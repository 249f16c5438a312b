"""Secrets that the board commits to before a submission is made, and publishes with the outcome of running it.

`commitments.json`, in the folder of all submissions, holds the SHA-256 of every secret and the day on which it was
written there; it is public, and the history of the repository tells when it was. The secrets lie in a file of a
maintainer, outside of the checkout. Each secret is used once: a submission is run with the first unused one that is
older than the submission, so a submission that is dated back finds a secret that is not known either.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Set
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from badger_envs.core.files import write_whole
from leaderboards.schema.benchmark import StrictModel
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.fields import Date, Sha256, validate
from leaderboards.schema.files import read_json

FILE = "commitments.json"
MAX_BYTES = 2**22
SECRET_BYTES = 32


class Commitment(StrictModel):
    """A secret that was chosen."""

    sha256: Sha256
    """Of the secret, as 64 hexadecimal digits in ASCII."""
    date: Date
    """On which it was published."""


class Commitments(StrictModel):
    """What is in `commitments.json`."""

    format: Annotated[int, Field(ge=1, le=1)]
    commitments: Annotated[tuple[Commitment, ...], Field(strict=False, max_length=20_000)]
    """The oldest first."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        dates = [each.date for each in self.commitments]
        if dates != sorted(dates):
            raise ValueError("must have the oldest commitment first")
        if len({each.sha256 for each in self.commitments}) < len(dates):
            raise ValueError("must have each commitment once")
        return self

    def find(self, sha256: str) -> Commitment | None:
        """The commitment to a secret of that hash."""
        return next((each for each in self.commitments if each.sha256 == sha256), None)


def hash_secret(secret: str) -> str:
    """What is published of a secret before it is used."""
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


def read_commitments(root: Path) -> Commitments:
    """Those of a folder of all submissions; none where there is no file.

    Raises:
        SubmissionError: The file is damaged.
    """
    if not os.path.lexists(root / FILE):
        return Commitments(format=1, commitments=())
    return validate(Commitments, read_json(root / FILE, FILE, MAX_BYTES), FILE)


def read_secrets(path: Path) -> dict[str, str]:
    """A maintainer's secrets by their hash.

    Raises:
        ValueError: The file can't be read, or holds something else.
    """
    try:
        found = read_json(path, path.name, MAX_BYTES)
    except SubmissionError as error:
        raise ValueError(f"secrets must be a file that commit wrote, got {error}") from error
    if not isinstance(found, list) or not all(
        isinstance(each, str) and len(each) == 2 * SECRET_BYTES for each in found
    ):
        raise ValueError(f"secrets must be a file that commit wrote, got something else in {path.name}")
    return {hash_secret(each): each for each in found}


def commit(root: Path, path: Path, count: int, *, date: str | None = None) -> Commitments:
    """Draw secrets, add them to a maintainer's file, and then their hashes to the board's.

    Args:
        root: folder of all submissions.
        path: of the maintainer's file, which nobody else may read; made if it is not there.
        count: how many.
        date: YYYY-MM-DD; None: today.

    Raises:
        ValueError: The count is not positive, a file is damaged, or the secrets would lie in the checkout.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    checkout = Path(__file__).resolve().parents[2]
    for public in (checkout, root.resolve()):
        if path.resolve().is_relative_to(public):
            raise ValueError(f"secrets must lie outside of {public.name}, which everybody reads, got {path}")
    known = list(read_secrets(path).values()) if os.path.lexists(path) else []
    before = read_commitments(root).commitments
    new = [secrets.token_hex(SECRET_BYTES) for _ in range(count)]
    day = date or datetime.now(UTC).date().isoformat()
    added = tuple(Commitment(sha256=hash_secret(each), date=day) for each in new)
    content: dict[str, Any] = {"format": 1, "commitments": [each.model_dump() for each in (*before, *added)]}
    made = validate(Commitments, content, FILE)
    _write_private(path, [*known, *new])  # first: a commitment without its secret would be of no use
    write_whole(root / FILE, (json.dumps(content, indent=1) + "\n").encode())
    return made


def first_usable(commitments: Commitments, date: str, known: Mapping[str, str], used: Set[str]) -> str | None:
    """The secret for a submission of a date: of those published on an earlier day, the first that is not used.

    Args:
        commitments: of the board.
        date: of the submission.
        known: secrets by hash.
        used: hashes of secrets that are published already.

    Returns:
        The secret; None where there is none.
    """
    for each in commitments.commitments:
        if each.date < date and each.sha256 not in used and each.sha256 in known:
            return known[each.sha256]
    return None


def no_commitment(date: str) -> SubmissionError:
    """What is raised where a submission cannot be run on fresh episodes that anybody could check."""
    reason = f"must have an unused commitment of a day before the submission's, {date}, and its secret"
    return SubmissionError([ErrorDetails(FILE, "", reason)])


def _write_private(path: Path, content: list[str]) -> None:
    """Readable by its owner alone from the first byte on; whole or not at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(content, file, indent=1)
    os.replace(aside, path)
