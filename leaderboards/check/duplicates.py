"""What a submission must not share with others, of which it is no new version: returns, weights, a name."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from leaderboards.check.lookalikes import KnownNames
from leaderboards.schema.errors import ErrorDetails, short_repr
from leaderboards.schema.keys import maintainers
from leaderboards.schema.submission import FILE, SeedResult, Submission

Returns = npt.NDArray[np.float64]
MIN_DISTINCT_VALUES = 20
"""Different returns that a row must have to tell agents apart: many agents always return the maximum, or chance."""


@dataclass
class KnownSubmissions:
    """What is known of earlier submissions, without their returns, which may be large."""

    previous: dict[str, str | None] = field(default_factory=dict)
    """Folder -> folder of the version before."""
    authors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By folder."""
    rows: dict[bytes, str] = field(default_factory=dict)
    """Fingerprint -> the first folder that had it."""
    weights: dict[str, str] = field(default_factory=dict)
    """SHA-256 -> the first folder that had it."""
    names: KnownNames = field(default_factory=KnownNames)
    keys: dict[str, str | None] = field(default_factory=dict)
    """Folder -> key that it is signed with."""
    maintainers: frozenset[str] = field(default_factory=maintainers)
    """Keys of those who may continue any entry."""

    @classmethod
    def of(cls, submissions: Iterable[Submission]) -> "KnownSubmissions":
        """Collect submissions."""
        made = cls()
        for submission in submissions:
            made.add(submission, [np.asarray(row.returns) for row in submission.rows])
        return made

    def add(self, submission: Submission, returns: Sequence[Returns]) -> None:
        """Add a submission with the returns of its rows, each (episodes,)."""
        name = submission.folder_name
        self.previous[name], self.authors[name] = submission.previous, submission.authors
        self.names.add(submission)
        self.keys[name] = submission.key
        for row, values in zip(submission.rows, returns, strict=True):
            self.rows.setdefault(fingerprint(row, values), name)
            if row.weights_sha256:
                self.weights.setdefault(row.weights_sha256, name)

    def errors(self, submission: Submission, returns: Sequence[Returns], empty: set[str]) -> Iterator[ErrorDetails]:
        """Errors of what it shares with others.

        Args:
            submission: that may itself be among the others.
            returns: of its rows, each (episodes,).
            empty: SHA-256 of weights without any number, which may be shared.
        """
        mine = submission.folder_name
        related = self._versions(mine) | self._versions(submission.previous) | {mine}
        related |= {name for name in self.previous if mine in self._versions(name)}
        yield from self._version_errors(submission, related)
        yield from self.names.errors(submission, related)
        counts: Counter[tuple[str, str]] = Counter()
        places: dict[tuple[str, str], int] = {}
        for number, (row, values) in enumerate(zip(submission.rows, returns, strict=True)):
            sha = row.weights_sha256 or ""
            same = {"returns": self.rows.get(fingerprint(row, values)), "weights_sha256": self.weights.get(sha)}
            for what, other in same.items():
                if other is None or other in related:
                    continue
                if is_telling(values) if what == "returns" else sha not in empty:
                    counts[what, other] += 1
                    places.setdefault((what, other), number)
        for (what, other), count in counts.items():
            reason = f"must be its own, got exactly the same as {other} in {count} rows"
            yield ErrorDetails(FILE, f"rows[{places[what, other]}].{what}", reason)

    def _version_errors(self, submission: Submission, related: set[str]) -> Iterator[ErrorDetails]:
        before = submission.previous
        if before is not None:
            if before not in self.previous:
                yield ErrorDetails(FILE, "previous", f"must be a submission that is there, got {before}")
            elif not set(self.authors[before]) & set(submission.authors):
                yield ErrorDetails(FILE, "previous", f"must have an author in common with this one, got {before}")
            elif submission.key is None or submission.key not in self.maintainers | {
                self.keys[version] for version in self._versions(before)
            }:
                reason = f"must be continued with a key that {before} was made with, or by a maintainer"
                yield ErrorDetails(FILE, "previous", f"{reason}, got {short_repr(submission.key)}")
            for name, its_previous in self.previous.items():
                if its_previous == before and name != submission.folder_name:
                    reason = f"must be the newest version, got {before}, which {name} replaces"
                    yield ErrorDetails(FILE, "previous", reason)
        for name in self.previous:
            if name not in related and name.partition("_")[2] == submission.name:
                yield ErrorDetails(FILE, "name", f"is taken by {name}; a new version of it names it as previous")

    def _versions(self, name: str | None) -> set[str]:
        """A folder and all versions before it."""
        found: set[str] = set()
        while name is not None and name in self.previous and name not in found:
            found.add(name)
            name = self.previous[name]
        return found


def fingerprint(row: SeedResult, returns: Returns) -> bytes:
    """Hash of the returns at a size of a problem, for any agent and training seed."""
    found = hashlib.sha256(f"{row.problem} {row.size}\n".encode())
    found.update((returns + 0.0).tobytes())
    return found.digest()[:16]


def is_telling(returns: Returns) -> bool:
    """Whether no two agents can be expected to agree on all of these."""
    return len(np.unique(returns)) >= min(MIN_DISTINCT_VALUES, max(2, len(returns) // 2))
