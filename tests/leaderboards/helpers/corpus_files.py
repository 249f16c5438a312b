"""Bad submissions by what lies in the folder and how it is written."""

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leaderboards.schema.submission import FILE
from tests.leaderboards.helpers.corpus import Bad, bad, text

Change = Callable[[Path], Path | None]


class Trap:
    """Makes a folder when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("trapped",)


def sha_of(folder: Path) -> str:
    """The weights of the first row."""
    return json.loads((folder / FILE).read_text())["rows"][0]["weights_sha256"]


def place(folder: Path, name: str) -> Path:
    """A file, where the name may have SHA for that of the first row."""
    return folder / name.replace("SHA", sha_of(folder))


def write(name: str, content: bytes) -> Change:
    """Write a file, or over one."""

    def change(folder: Path) -> None:
        path = place(folder, name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)

    return change


def gone(name: str) -> Change:
    """Take a file away."""
    return lambda folder: place(folder, name).unlink()


def large(name: str, size: int) -> Change:
    """Make a file as large as that, with zeros that take no space."""
    return lambda folder: os.truncate(place(folder, name), size)


def cut(name: str) -> Change:
    """Leave half a file."""
    return lambda folder: os.truncate(place(folder, name), place(folder, name).stat().st_size // 2)


def link(name: str, *, to: str = "") -> Change:
    """Put a link in the place of a file or folder, to what was there or to somewhere else."""

    def change(folder: Path) -> None:
        path = place(folder, name)
        aside = path.rename(folder.parent.parent / f"moved_{path.name}")
        path.symlink_to(to or aside)

    return change


def pipe(name: str) -> Change:
    """Put a pipe in the place of a file: whoever reads it waits for ever."""

    def change(folder: Path) -> None:
        path = place(folder, name)
        path.unlink()
        os.mkfifo(path)

    return change


W, C = ".safetensors", ".json"
FILES = [
    Bad("status.json brought along", write("status.json", b"{}"), ("status.json", "must not be there", "board alone")),
    Bad("a program", write("evil.py", b"import os"), ("evil.py", "must not be there")),
    Bad("a hidden file", write(".git", b""), (".git", "must not be there")),
    Bad("a folder", write("more/x", b""), ("more", "must not be there")),
    Bad("a file whose name turns text around", write("a\u202eb", b""), ("a\\u202eb", "must not be there")),
    Bad("a file whose name has a second line", write("a\nb: fine", b""), ("a\\nb: fine", "must not be there")),
    Bad("a pickle beside the weights", write("weights/x.pkl", pickle.dumps(Trap())), ("weights/x.pkl", "must not be")),
    Bad("weights of no row", write(f"weights/{'0' * 64}.safetensors", b""), ("weights/000", "no row has weights")),
    Bad("a folder among weights", write("weights/deep/x", b""), ("weights/deep", "must not be there")),
    bad("half a file", cut(FILE), "must be valid JSON"),
    bad("an empty file", write(FILE, b""), "must be valid JSON"),
    bad("a file too large", large(FILE, 2**40), "must have at most 16777216 bytes", "got 1099511627776"),
    bad("other bytes than UTF-8", write(FILE, b'{"title": "\xff"}'), "must be UTF-8"),
    bad("too deep", write(FILE, b"[" * 100_000), "must be nested less deeply"),
    bad("too deep in objects", write(FILE, b'{"a":' * 100_000), "must be nested less deeply"),
    bad("a deep row", text('"rows": [', '"rows": [' + "[" * 300 + "]" * 300 + ","), "rows[0]", "must be"),
    bad("a list", write(FILE, b"[1]"), "must be a valid dictionary", "list of 1"),
    bad("a number of many digits", write(FILE, b"1" * 10_000), "must be valid JSON", "limit"),
    bad("two documents", text('{\n "format"', '{}{\n "format"'), "must be valid JSON", "Extra data"),
    bad("a comment", text('{\n "format"', '// hi\n{\n "format"'), "must be valid JSON"),
    bad("no submission.json", gone(FILE), "must be a file that can be read"),
    bad("a link to the file", link(FILE), "must be a file, got a link"),
    bad("a link to secrets", link(FILE, to="/etc/passwd"), "must be a file, got a link"),
    bad("a link to nowhere", link(FILE, to="nowhere"), "must be a file, got a link"),
    bad("a link to a device", link(FILE, to="/dev/zero"), "must be a file, got a link"),
    Bad("a link to the weights' folder", link("weights"), ("weights", "must be a folder, and no link")),
    Bad("a link to weights", link(f"weights/SHA{W}"), ("weights/", W, "must be a file, got a link")),
    Bad("a link to a config", link(f"weights/SHA{C}"), ("weights/", C, "must be a file, got a link")),
    bad("a pipe as file", pipe(FILE), "must be a regular file"),
    Bad("a pipe as weights", pipe(f"weights/SHA{W}"), ("weights/", W, "must be a regular file")),
    bad("a folder as file", lambda f: ((f / FILE).unlink(), (f / FILE).mkdir())[1], "must be a file, and no"),
    bad("another folder name", lambda f: f.rename(f.with_name("2026-01-02_other")), "name", "must fit the folder"),
    Bad("a folder that is not there", lambda f: f.with_name("nowhere"), (".", "must be a folder that is there")),
    Bad("a file in its place", lambda f: f / FILE, (".", "must be a folder that is there")),
    Bad(
        "a link to the folder", lambda f: (f.rename(f.parent / "moved"), f.symlink_to("moved"), f)[2], (".", "no link")
    ),
]
