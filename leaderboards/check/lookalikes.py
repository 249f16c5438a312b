"""Names and titles that look like those of others: letters of other alphabets, 0 for O, rn for m.

Compared by their skeletons, what Unicode's Technical Standard 39 calls so: of every group of characters that look alike
one stands for all. The table is that of the library disarm, which follows new versions of Unicode.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from badger_envs.core.extras import needs_extra
from leaderboards.schema.errors import ErrorDetails, short_repr
from leaderboards.schema.submission import FILE, Submission

PAIRS = (("rn", "m"), ("vv", "w"))
"""Two letters that look like one, which the library leaves to others."""
COMPARED = ("name", "title")


def skeleton(text: str) -> str:
    """What is the same for all texts that look alike, whatever their case and spaces.

    Raises:
        ModuleNotFoundError: naming what to install.
    """
    with needs_extra("leaderboards", "the check"):
        import disarm
    found = disarm.skeleton_key(text, digit_policy="tr39").replace("-", "").replace(" ", "")
    for pair, one in PAIRS:
        found = found.replace(pair, one)
    return found or text


@dataclass
class KnownNames:
    """Names and titles of earlier submissions."""

    folders: dict[tuple[str, str], str] = field(default_factory=dict)
    """Kind and skeleton -> the first folder that had it."""

    def add(self, submission: Submission) -> None:
        """Add those of a submission."""
        for kind in COMPARED:
            self.folders.setdefault((kind, skeleton(getattr(submission, kind))), submission.folder_name)

    def errors(self, submission: Submission, related: Container[str]) -> Iterator[ErrorDetails]:
        """Errors of a submission whose name or title looks like that of another, of which it is no version."""
        for kind in COMPARED:
            text = getattr(submission, kind)
            other = self.folders.get((kind, skeleton(text)))
            same_name = other is not None and other.partition("_")[2] == submission.name  # for which there is an error
            if other is not None and other not in related and not same_name:
                yield ErrorDetails(FILE, kind, f"must not look like that of {other}, got {short_repr(text)}")
