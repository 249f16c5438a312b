"""Files that are whole or not there."""

import json
import os
from pathlib import Path
from typing import Any


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write next to `path`, then rename, so that no reader ever finds half a file."""
    final = Path(path)
    temporary = final.with_name(f"{final.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, final)
    except BaseException:  # a full disk: half a file must not stay
        temporary.unlink(missing_ok=True)
        raise


def write_json(path: str | os.PathLike[str], content: Any) -> None:
    """Write JSON, whole or not at all.

    Raises:
        ValueError: There is NaN or infinity in it, which JSON cannot represent.
    """
    write_whole(path, (json.dumps(content, allow_nan=False) + "\n").encode())
