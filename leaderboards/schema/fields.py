"""Types of untrusted texts and numbers: allowed characters, lengths, ranges; and what is wrong with a value."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from leaderboards.schema.errors import ErrorDetails, SubmissionError, is_visible, short_repr

Model = TypeVar("Model", bound=BaseModel)
MAX_ERRORS = 100
"""That are found in a file, or a submission; nobody reads more, and each takes time."""
_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4}")
"""Combining marks, which pile up beyond their line."""
HOUSE_STYLE = (("Value error, ", ""), ("Input should", "must"), ("String should", "must"), ("Tuple should", "must"))
"""Phrases of pydantic and ours."""


def validate(model: type[Model], content: Any, file: str) -> Model:
    """A model out of the plain data of a file.

    Raises:
        SubmissionError: with all errors, up to `MAX_ERRORS`.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        # Of a list that has only bad items pydantic also says that it is too short.
        found = [part for part in error.errors(include_url=False) if part["type"] != "too_short" or not part["input"]]
        few = [ErrorDetails(file, _place(part["loc"]), _reason(part)) for part in found[:MAX_ERRORS]]
        raise SubmissionError(few) from None


def _place(location: tuple[int | str, ...]) -> str:
    """("rows", 3, "size") -> "rows[3].size"."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")


def _reason(error: Any) -> str:
    kind, message = error["type"], str(error["msg"])
    if kind == "missing":
        return "must be there"
    if kind == "extra_forbidden":
        return "is no key that may be here"
    for old, new in HOUSE_STYLE:
        message = message.replace(old, new)
    return f"{message}, got {short_repr(error['input'])}"


def _printable(text: str) -> str:
    for character in text:
        if not is_visible(character) or character in "<>":
            raise ValueError(f"must hold neither < nor > nor control characters, got {short_repr(character)}")
    if text != text.strip():
        raise ValueError("must neither begin nor end with a space")
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        raise ValueError("must have something to be seen")
    if _MARKS.search(text):
        raise ValueError("must not have more than three marks on one letter")
    return text


def _single_spaced(text: str) -> str:
    if "  " in text:
        raise ValueError("must not have two spaces side by side, which a page shows as one")
    return text


def _day(text: str) -> str:
    date.fromisoformat(text)  # whose ValueError says what is wrong
    return text


def _matching(pattern: str, what: str) -> AfterValidator:
    """Refuse what is no `what`. The pattern knows ASCII alone, so look-alikes of other alphabets do not fit."""

    fits = re.compile(pattern).fullmatch

    def match(text: str) -> str:
        if not fits(text):
            raise ValueError(f"must be {what}")
        return text

    return AfterValidator(match)


DAY, SLUG = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[a-z0-9]+(-[a-z0-9]+)*"
ShortText = Annotated[
    str, Field(min_length=1, max_length=100), AfterValidator(_printable), AfterValidator(_single_spaced)
]
LongText = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_printable)]
Slug = Annotated[str, Field(max_length=40), _matching(SLUG, "small letters and digits, with single hyphens between")]
Date = Annotated[str, Field(max_length=10), _matching(DAY, "a day, YYYY-MM-DD"), AfterValidator(_day)]
FolderName = Annotated[str, Field(max_length=51), _matching(f"{DAY}_{SLUG}", "the name of a folder, YYYY-MM-DD_name")]
Sha256 = Annotated[str, Field(max_length=64), _matching(r"[0-9a-f]{64}", "64 hexadecimal digits, small letters")]
PublicKey = Sha256
Signature = Annotated[str, Field(max_length=128), _matching(r"[0-9a-f]{128}", "128 hexadecimal digits, small letters")]
# No user, no port, no address in numbers or other alphabets, nothing that ends an attribute of HTML.
HOST, REST = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}", r"(/[A-Za-z0-9._~/?#=&%+,:-]*)?"
Url = Annotated[str, Field(max_length=200), _matching(f"https://{HOST}{REST}", "an address that begins with https://")]
Package = Annotated[str, Field(max_length=40), _matching(r"[A-Za-z0-9._-]+", "the name of a package")]
Amount = Annotated[int, Field(ge=0, le=10**15)]
Seconds = Annotated[float, Field(ge=0.0, le=1e10)]
CurvePoint = Annotated[tuple[Amount, Annotated[float, Field(ge=-1e6, le=1e6)]], Field(strict=False)]
"""Environment steps and a score."""
