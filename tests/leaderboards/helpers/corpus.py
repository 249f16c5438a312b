"""Bad submissions, each made from a good one by a small change; the helpers of all parts of the corpus."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leaderboards.schema.keys import public_of
from leaderboards.schema.submission import FILE, parse, result_sha256, signed, to_bytes
from tests.leaderboards.helpers.make_submission import KEY

RAW = "@raw@"


@dataclass(frozen=True)
class Bad:
    """A bad submission."""

    name: str
    change: Callable[[Path], Path | None]
    """Of the folder of a good one; returns where the bad one lies if that is somewhere else."""
    says: tuple[str, ...]
    """What one of the errors must say: file, field, reason."""


def bad(name: str, change: Callable[[Path], Path | None], *says: str) -> Bad:
    """What is wrong with it lies in `submission.json`."""
    return Bad(name, change, (FILE, *says))


def edit(folder: Path, change: Callable[[dict[str, Any]], Any], *, sealed: bool = True, raw: str = "") -> None:
    """Change what `submission.json` says, and seal its rows anew as a forger would, unless told otherwise.

    Args:
        folder: of the submission.
        change: of the plain data.
        sealed: whether rows are sealed anew.
        raw: JSON that goes where `RAW` stands.
    """
    content = json.loads((folder / FILE).read_text())
    change(content)
    if sealed:
        for row in content.get("rows", ()):
            about = (row.get(key) for key in ("problem", "size", "training_seed", "weights_sha256", "returns"))
            try:
                row["sha256"] = result_sha256(content["suite"], *about)
            except (TypeError, ValueError, KeyError, OverflowError):
                continue  # what no seal can be made of
    text = written(content)
    (folder / FILE).write_text(text.replace(f'"{RAW}"', raw) if raw else text)


def written(content: Any) -> str:
    """As `submit` would write it, signed anew if it was, or as plain JSON where there can be no such submission."""
    try:
        made = parse(content)
        return to_bytes(signed(made, KEY) if made.key == public_of(KEY) else made).decode()
    except (ValueError, TypeError):
        return json.dumps(content)


def put(content: Any, path: str, value: Any) -> None:
    """Set "rows.3.size" and the like; a key that is not there yet is added."""
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        content = content[part]
    content[last] = value


def setting(path: str, value: Any, *, sealed: bool = True) -> Callable[[Path], None]:
    """A change that sets one field."""
    return lambda folder: edit(folder, lambda content: put(content, path, value), sealed=sealed)


def raw(path: str, text: str) -> Callable[[Path], None]:
    """A change that sets one field to JSON as it is written."""
    return lambda folder: edit(folder, lambda content: put(content, path, RAW), raw=text)


def editing(change: Callable[[dict[str, Any]], Any], *, sealed: bool = True) -> Callable[[Path], None]:
    """A change of the plain data."""
    return lambda folder: edit(folder, change, sealed=sealed)


def text(old: str, new: str) -> Callable[[Path], None]:
    """A change of the text of the file."""

    def change(folder: Path) -> None:
        before = (folder / FILE).read_text()
        assert old in before
        (folder / FILE).write_text(before.replace(old, new, 1))

    return change


def renamed(**fields: str) -> Callable[[Path], Path]:
    """Another name or date, in the file and of the folder."""

    def change(folder: Path) -> Path:
        edit(folder, lambda content: content.update(fields))
        content = json.loads((folder / FILE).read_text())
        return folder.rename(folder.with_name(f"{content['date']}_{content['name']}"))

    return change
