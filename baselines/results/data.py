"""Plain data with types: frozen, read from JSON, checked field by field. A file is never trusted.

Pydantic checks it, since it says where in a file something is wrong and, when strict, converts nothing silently. A file
ends with its own hash, by which a bit that changed on a disk is noticed even where it makes another number.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from badger_envs.core.files import write_whole

HASH = re.compile(rb',"sha256":"([0-9a-f]{64})"}\s*$')
"""How a file ends: with the hash of all that stands before, and its closing brace."""


class ResultFileError(ValueError):
    """A file of results can't be read; the message names the file, the field and the value."""


def plain_number(value: Any) -> Any:
    """A number of numpy as Python's, for JSON.

    Raises:
        TypeError: It is none.
    """
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"value must be one that JSON has, got {value!r}")


def with_hash(text: str) -> str:
    """A JSON object that is not empty, with its own hash as the last field."""
    return f'{text[:-1]},"sha256":"{hashlib.sha256(text.encode()).hexdigest()}"}}'


def without_hash(content: bytes, file: str) -> bytes:
    """What was given to `with_hash`; what has no hash as it is.

    Raises:
        ResultFileError: It is not what was hashed.
    """
    found = HASH.search(content)
    if found is None:
        return content
    text = content[: found.start()] + b"}"
    digest = hashlib.sha256(text).hexdigest()
    if digest != found[1].decode():
        raise ResultFileError(
            f"{file}: sha256: must be that of what stands before it, {digest}, got {found[1].decode()}"
        )
    return text


Name = Annotated[str, Field(pattern=r"^\w[\w.-]*$")]
"""A name that may stand in the name of a file or folder."""


class Data(BaseModel):
    """Plain data of known keys. Numbers are numbers: no NaN, no infinity, no "1.0", no true."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    hash_needed: ClassVar[bool] = False
    """Whether a file without its own hash is refused. `result.json` had none before."""

    @classmethod
    def from_json(cls, content: str | bytes, file: str) -> Self:
        """What JSON says.

        Args:
            content: of the file.
            file: what messages call it.

        Raises:
            ResultFileError: It is no JSON, not what was hashed, or a field is missing, unknown or of another type.
        """
        content = content.encode() if isinstance(content, str) else content
        text = without_hash(content, file)
        if cls.hash_needed and text is content:
            raise ResultFileError(f"{file}: sha256: must be there, as the last field")
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(map(str, first["loc"]))
            reason = {"missing": "must be there", "extra_forbidden": "must be a known field"}.get(first["type"])
            got = "" if first["type"] in ("json_invalid", "missing", "value_error") else f", got {first['input']!r:.80}"
            parts = (file, field, (reason or first["msg"].removeprefix("Value error, ")) + got)
            raise ResultFileError(": ".join(part for part in parts if part)) from None

    @classmethod
    def read(cls, path: Path) -> Self:
        """What a file holds.

        Raises:
            ResultFileError: As `from_json`, or there is no file that can be read.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ResultFileError(f"{path}: must be a file that can be read, got: {error.strerror}") from error
        return cls.from_json(content, str(path))

    @classmethod
    def find(cls, path: Path) -> Self | None:
        """What a file holds; None where it is missing, cut off or something else."""
        try:
            return cls.read(path)
        except ResultFileError:
            return None

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """Plain numbers, lists and words as this type."""
        return cls.model_validate_json(json.dumps(plain, allow_nan=False, default=plain_number))

    def to_json(self) -> str:
        """What `from_json` reads."""
        return with_hash(self.model_dump_json())

    def write(self, path: Path) -> None:
        """Write a file, whole or not at all."""
        write_whole(path, f"{self.to_json()}\n".encode())
