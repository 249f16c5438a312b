"""How far a submission was looked into: what was done when, by whom, kept in `status.json` beside it.

A submission without that file is self-reported. The file is ours: who submits must not bring one. Nothing in it is ever
changed or taken away, a withdrawn submission included; there is only more of it. It ends with its own hash, by which a
bit that changed on a disk is noticed: a date or a name would look as good as before.
"""

import hashlib
import itertools
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from badger_envs.core.files import write_whole
from leaderboards.schema.benchmark import StrictModel
from leaderboards.schema.errors import ErrorDetails, SubmissionError, short_repr
from leaderboards.schema.fields import LongText, validate
from leaderboards.schema.files import read_json
from leaderboards.schema.locks import alone_in, remove_leftovers
from leaderboards.schema.submission import Date, Sha256, ShortText, read_submission

FILE = "status.json"
FORMAT = 2
"""Of what is written. Format 1, which did not know "not reproduced", is read as well."""
MAX_BYTES = 2**20
SELF_REPORTED, CHECKED, WITHDRAWN = "self-reported", "checked", "withdrawn"
REPRODUCED, NOT_REPRODUCED = "reproduced", "not reproduced"
STATUSES = (SELF_REPORTED, CHECKED, REPRODUCED, NOT_REPRODUCED, WITHDRAWN)
"""In their order: a status may stay what it is or go on, and nothing comes after the last one.

- self-reported: nobody but the submitter looked.
- checked: complete, possible, no copy; the weights are there.
- reproduced: the weights, run by the board on fresh episodes, agreed with what was submitted. Without a
  `reproduction.json` that shows it, the word counts as checked, see `leaderboards.check.evidence`: it was once said of
  public episodes.
- not reproduced: they did not agree.
- withdrawn: it no longer counts, and is kept.
"""


def _serialisable(details: dict[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(details, allow_nan=False)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return details


class Step(StrictModel):
    """One entry of the history."""

    status: Literal["checked", "reproduced", "not reproduced", "withdrawn"]
    date: Date
    by: ShortText
    """A person or a program."""
    details: Annotated[dict[str, Any], AfterValidator(_serialisable)]
    """Rows, seeds, versions, a reason."""


class Withdrawal(StrictModel):
    """The details of a withdrawal."""

    reason: LongText


class History(StrictModel):
    """What is in `status.json`."""

    format: Annotated[int, Field(ge=1, le=FORMAT)]  # a Literal would take true for 1
    history: Annotated[tuple[Step, ...], Field(strict=False, min_length=1)]
    """The oldest first."""
    sha256: Sha256 | None = None
    """Of the rest; files that were written before there was one lack it."""

    @model_validator(mode="after")
    def _as_written(self) -> Self:
        if self.sha256 not in (None, self.digest()):
            raise ValueError(f"sha256 must be that of the history, {self.digest()}, got {self.sha256}")
        return self

    def digest(self) -> str:
        """The hash of the values, however the file is laid out."""
        content = self.model_dump(mode="json", exclude={"sha256"})
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def status_of(folder: Path) -> str:
    """One of `STATUSES`.

    Raises:
        SubmissionError: The file is damaged, or has an impossible order of statuses.
    """
    history = read_status(folder)
    return history[-1].status if history else SELF_REPORTED


def read_status(folder: Path) -> tuple[Step, ...]:
    """The history of a submission, the oldest first; empty for one that is self-reported.

    Raises:
        SubmissionError: as `status_of`.
    """
    if not os.path.lexists(folder / FILE):
        return ()
    history = validate(History, read_json(folder / FILE, FILE, MAX_BYTES), FILE).history
    for place, (before, after) in enumerate(itertools.pairwise(history), start=1):
        reason = _refusal(before, after)
        if reason:
            raise SubmissionError([ErrorDetails(FILE, f"history[{place}]", reason)])
    return history


def record(folder: Path, status: str, by: str, details: dict[str, Any], *, date: str | None = None) -> None:
    """Add to the history of a submission; the file is written whole or not at all.

    Args:
        folder: of the submission.
        status: one of `STATUSES` but the first.
        by: who did it.
        details: what exactly; plain data.
        date: "YYYY-MM-DD"; None for today.

    Raises:
        SubmissionError: That status can't follow the present one, or is not for agents that nobody else can run; a
            value is not allowed; or the file that is there is damaged. Nothing is written.
    """
    with alone_in(folder):
        _record(folder, status, by, details, date)


def _record(folder: Path, status: str, by: str, details: dict[str, Any], date: str | None) -> None:
    remove_leftovers(folder, FILE)
    history = read_status(folder)
    content = {"status": status, "date": date or datetime.now(UTC).date().isoformat(), "by": by, "details": details}
    step = validate(Step, content, FILE)
    reason = _refusal(history[-1], step) if history else ""
    if not reason and status != WITHDRAWN and read_submission(folder).agent.source == "own":
        reason = f"status of an agent of source own must stay {SELF_REPORTED} or be {WITHDRAWN}, got {status!r}"
    if reason:
        raise SubmissionError([ErrorDetails(FILE, "", reason)])
    updated = History(format=FORMAT, history=(*history, step))
    content = updated.model_dump(mode="json") | {"sha256": updated.digest()}
    write_whole(folder / FILE, (json.dumps(content, indent=1, allow_nan=False) + "\n").encode())


def check_author(by: str) -> None:
    """Refuse who can't stand in a history.

    Raises:
        SubmissionError: naming what is wrong.
    """
    validate(Step, {"status": CHECKED, "date": "2026-01-01", "by": by, "details": {}}, FILE)


def withdraw(folder: Path, reason: str, *, by: str = "the submitter", date: str | None = None) -> None:
    """Withdraw a submission from the ranking. Its files stay, and the reason is kept with them.

    Raises:
        SubmissionError: There is no submission, it was withdrawn before, or as `record`. Nothing is written.
    """
    if not reason.strip():
        raise SubmissionError([ErrorDetails(FILE, "details.reason", f"must say something, got {short_repr(reason)}")])
    validate(Withdrawal, {"reason": reason}, FILE)  # it is shown on the board
    if not folder.is_dir():
        reason = f"must lie in the folder of a submission, got {short_repr(folder.name)}"
        raise SubmissionError([ErrorDetails(FILE, "", reason)])
    record(folder, WITHDRAWN, by, {"reason": reason}, date=date)


def _refusal(before: Step, after: Step) -> str:
    """Why one step cannot follow another; empty where it can."""
    if before.status == WITHDRAWN:
        return f"nothing must come after {WITHDRAWN}, got {after.status!r}"
    if STATUSES.index(after.status) < STATUSES.index(before.status):
        return f"status must not go back from {before.status!r}, got {after.status!r}"
    if after.date < before.date:
        return f"date must not lie before {before.date}, got {after.date}"
    return ""
