"""What is wrong with a submission: which file, which field, why; in one line that is safe to print."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# What Unicode calls Default_Ignorable_Code_Point, as far as its category does not tell, and the blank Braille pattern.
_IGNORED = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
MAX_LENGTH = 120
"""Characters of a value that a message repeats."""


@dataclass(frozen=True)
class ErrorDetails:
    """One reason to refuse a submission."""

    file: str
    """Relative to the submission's folder; "." for the folder itself."""
    field: str
    """Such as "rows[3].returns[17]"; empty where the whole file is meant."""
    reason: str
    """What must be, and what was got."""

    def __str__(self) -> str:
        parts = (self.file, self.field, self.reason)
        return ": ".join(printable(part, max_length=4 * MAX_LENGTH) for part in parts if part)


class SubmissionError(ValueError):
    """A submission that is refused."""

    def __init__(self, errors: Sequence[ErrorDetails]) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = tuple(errors)

    def __reduce__(self) -> tuple[type["SubmissionError"], tuple[tuple[ErrorDetails, ...]]]:
        """For copies and pickles, which an exception makes of its message."""
        return type(self), (self.errors,)


def printable(text: str, *, max_length: int = MAX_LENGTH) -> str:
    """A text in one line: what can't be seen or turns the line around is escaped, the rest is cut off."""
    cut = text if len(text) <= max_length else text[: max_length - 3] + "..."
    return "".join(c if is_visible(c) else c.encode("unicode_escape").decode("ascii") for c in cut)


def short_repr(value: object) -> str:
    """A value as messages repeat it: short, in one line, whatever it is."""
    if isinstance(value, dict | list | tuple):
        return f"{type(value).__name__} of {len(value)}"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 256:
        return "a very large integer"  # converting it to decimal digits may fail
    return printable(repr(value[: 2 * MAX_LENGTH] if isinstance(value, str) else value))


def is_visible(character: str) -> bool:
    """Whether it is neither a control character, nor invisible, nor a mark that turns the text around."""
    if character == " ":
        return True
    return unicodedata.category(character)[0] not in "CZ" and not _IGNORED.match(character)
