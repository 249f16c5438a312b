"""What the board itself found when it ran the weights of a submission on fresh episodes: `reproduction.json`.

Only the board writes it. It lies beside `submission.json`, is never changed, and holds the secret that the episodes
were drawn by and the return of every episode, so everybody can check the draw, run the weights again, and compute the
score of the board, which is the score of these returns.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import Field

from badger_envs.core.files import write_whole
from leaderboards.schema.benchmark import Identifier, StrictModel
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.fields import FolderName, Package, Sha256, ShortText, validate
from leaderboards.schema.files import read_bytes, read_json
from leaderboards.schema.fresh_episodes import Draw
from leaderboards.schema.result_file import EvaluatedSeed
from leaderboards.schema.submission import FILE as SUBMISSION_FILE
from leaderboards.schema.submission import MAX_BYTES, SeedResult

FILE = "reproduction.json"


class Reproduction(StrictModel):
    """What is in `reproduction.json`."""

    format: Annotated[int, Field(ge=1, le=1)]
    benchmark: Annotated[Identifier, Field(alias="suite")]
    submission: FolderName
    submission_sha256: Sha256
    """Of the bytes of `submission.json`."""
    secret: Sha256
    """Its hash is in `commitments.json`."""
    first_episode: Annotated[int, Field(ge=0)]
    agent_seed: Annotated[int, Field(ge=0)]
    agrees: bool
    """Whether the returns agree with what was submitted, as `leaderboards.evaluate.equivalence_test` asks."""
    versions: Annotated[dict[Package, ShortText], Field(max_length=50)]
    rows: Annotated[tuple[EvaluatedSeed, ...], Field(strict=False, min_length=1, max_length=20_000)]

    @property
    def draw(self) -> Draw:
        """What was drawn."""
        return Draw(self.first_episode, self.agent_seed)

    @property
    def by_row(self) -> dict[tuple[str, int, int], EvaluatedSeed]:
        """Rows by problem, size and training seed."""
        return {(row.problem, row.size, row.training_seed): row for row in self.rows}


def make_reproduction(
    benchmark: str,
    folder: Path,
    secret: str,
    draw: Draw,
    agrees: bool,
    versions: dict[str, str],
    rows: Iterable[SeedResult],
) -> Reproduction:
    """What was found, ready to be written; the folder is that of the submission."""
    content = {
        "format": 1,
        "suite": benchmark,
        "submission": folder.absolute().name,
        "submission_sha256": hash_submission(folder),
        "secret": secret,
        **draw._asdict(),
        "agrees": agrees,
        "versions": versions,
        "rows": [row.model_dump(exclude={"sha256"}) for row in rows],
    }
    return validate(Reproduction, content, FILE)


def hash_submission(folder: Path) -> str:
    """SHA-256 of the bytes of `submission.json`."""
    return hashlib.sha256(read_bytes(folder / SUBMISSION_FILE, SUBMISSION_FILE, MAX_BYTES)).hexdigest()


def read_reproduction(folder: Path) -> Reproduction | None:
    """That of a submission; None where there is none.

    Raises:
        SubmissionError: The file is damaged.
    """
    if not os.path.lexists(folder / FILE):
        return None
    return validate(Reproduction, read_json(folder / FILE, FILE, MAX_BYTES), FILE)


def write_reproduction(folder: Path, made: Reproduction) -> str:
    """Write it beside a submission, once and for all; returns the SHA-256 of its bytes.

    Raises:
        SubmissionError: There is one already.
    """
    if os.path.lexists(folder / FILE):
        raise SubmissionError(
            [ErrorDetails(FILE, "", "must not be there yet: a submission is run on fresh episodes once")]
        )
    content = made.model_dump(mode="json")
    rows = content.pop("rows")
    head = json.dumps(content, indent=1, allow_nan=False).removesuffix("\n}")
    lines = ",\n".join("  " + json.dumps(row, allow_nan=False) for row in rows)
    written = f'{head},\n "rows": [\n{lines}\n ]\n}}\n'.encode()
    write_whole(folder / FILE, written)
    return hashlib.sha256(written).hexdigest()
