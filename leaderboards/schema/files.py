"""Reading untrusted files: only regular ones, of bounded size, and strict JSON."""

import json
import math
import os
import stat
from pathlib import Path
from typing import Any

from leaderboards.schema.errors import ErrorDetails, SubmissionError, printable

# Do not follow links and do not wait for the writer of a pipe, where the system has such flags.
OPENING = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))

MAX_FILES = 4_000
"""In a folder."""
MAX_CONTAINERS = 2**17
"""Objects and lists in a JSON file: a row of a submission is two of them. Each takes much more memory than its text."""


def read_bytes(path: Path, name: str, largest: int) -> bytes:
    """Content of a file.

    Args:
        path: of the file.
        name: of the file in messages.
        largest: bytes that it may have.

    Raises:
        SubmissionError: It is missing, no regular file (a link, a device), or too large.
    """
    try:
        if path.is_symlink():
            raise SubmissionError([ErrorDetails(name, "", "must be a file, got a link")])
        descriptor = os.open(path, OPENING)
    except (OSError, ValueError) as error:
        if isinstance(error, SubmissionError):
            raise
        reason = printable(getattr(error, "strerror", None) or str(error))
        raise SubmissionError([ErrorDetails(name, "", f"must be a file that can be read, got: {reason}")]) from None
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        os.close(descriptor)
        raise SubmissionError([ErrorDetails(name, "", "must be a regular file")])
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(largest + 1) if about.st_size <= largest else b""
    size = max(about.st_size, len(content))
    if size > largest:
        raise SubmissionError([ErrorDetails(name, "", f"must have at most {largest} bytes, got {size}")])
    return content


def read_folder(folder: Path, name: str) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name.

    Raises:
        SubmissionError: There are too many files.
    """
    entries = []
    with os.scandir(folder) as found:
        for entry in found:
            entries.append(entry)
            if len(entries) > MAX_FILES:
                raise SubmissionError([ErrorDetails(name, "", f"must hold at most {MAX_FILES} files")])
    return sorted(entries, key=lambda entry: entry.name)


def read_json(path: Path, name: str, largest: int) -> Any:
    """Content of a JSON file; arguments and errors as in `read_bytes`.

    Raises:
        SubmissionError: It can't be read; is no JSON in UTF-8; gives a key twice; says NaN or infinity; is nested too
            deeply, or holds too many objects and lists.
    """
    return parse_json(read_bytes(path, name, largest), name)


def parse_json(content: bytes, name: str) -> Any:
    """Parse JSON; see `read_json`."""
    require_few_brackets(content, name)
    constants: list[str] = []

    def note(constant: str) -> float:
        constants.append(constant)
        return float(constant)

    field = ""
    try:
        made = json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=note)
    except RecursionError:
        reason = "must be nested less deeply"
    except UnicodeDecodeError as error:
        reason = f"must be UTF-8, got other bytes at {error.start}"
    except _GivenTwiceError as error:
        field, reason = str(error), "must be given once, got it twice in one object"
    except ValueError as error:
        reason = f"must be valid JSON: {printable(str(error))}"
    else:
        if not constants:
            return made
        field, reason = _place_of_constant(made), f"must be a finite number, got {constants[0]}"
    raise SubmissionError([ErrorDetails(name, field, reason)])


def require_few_brackets(content: bytes, name: str) -> None:
    """Refuse JSON with so many objects and lists that reading it alone takes much memory.

    Raises:
        SubmissionError: It has more than `MAX_CONTAINERS`.
    """
    brackets = content.count(b"{") + content.count(b"[")  # at least as many as there are objects and lists
    if brackets > MAX_CONTAINERS:
        reason = f"must hold at most {MAX_CONTAINERS} objects and lists, got {brackets} brackets"
        raise SubmissionError([ErrorDetails(name, "", reason)])


class _GivenTwiceError(ValueError):
    """A key that an object has twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise _GivenTwiceError(key)
        made[key] = value
    return made


def _place_of_constant(content: Any) -> str:
    """Where the first NaN or infinity is, such as "rows[3].returns[2]"."""
    left: list[tuple[str, Any]] = [("", content)]
    while left:
        place, value = left.pop()
        if isinstance(value, float) and not math.isfinite(value):
            return place.removeprefix(".")
        if isinstance(value, dict):
            left += [(f"{place}.{key}", part) for key, part in reversed(value.items())]
        elif isinstance(value, list):
            left += [(f"{place}[{number}]", part) for number, part in reversed(list(enumerate(value)))]
    return ""
