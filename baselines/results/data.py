"""Plain data with types: frozen, read from JSON, checked field by field. A file is never trusted.

Pydantic checks it, since it says where in a file something is wrong and, when strict, converts nothing silently.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from badger_envs.core.files import write_whole


class ResultFileError(ValueError):
    """A file of results can't be read; the message names the file, the field and the value."""


class Data(BaseModel):
    """Plain data of known keys. Numbers are numbers: no NaN, no infinity, no "1.0", no true."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @classmethod
    def from_json(cls, content: str | bytes, file: str) -> Self:
        """What JSON says.

        Args:
            content: of the file.
            file: what messages call it.

        Raises:
            ResultFileError: It is no JSON, or a field is missing, unknown or of another type.
        """
        try:
            return cls.model_validate_json(content)
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
        return cls.model_validate_json(json.dumps(plain, allow_nan=False))

    def to_json(self) -> str:
        """What `from_json` reads."""
        return self.model_dump_json()

    def write(self, path: Path) -> None:
        """Write a file, whole or not at all."""
        write_whole(path, f"{self.to_json()}\n".encode())
