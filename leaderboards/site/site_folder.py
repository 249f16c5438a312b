"""The folder of a site: replaced whole, or not at all, and only where it is a site that was made here.

A list of its files lies in it. A folder with anything that is not in the list is somebody's, and left alone.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leaderboards.schema.locks import remove_leftovers

LIST = ".leaderboard-site.json"
"""The list of the files of a site."""
MADE_BY = "python -m leaderboards build"


def require_own(out: Path) -> None:
    """Refuse to replace what is no site that was made here.

    Raises:
        ValueError: `out` is a file, or a folder with something else in it.
    """
    if not os.path.lexists(out):
        return
    if out.is_symlink() or not out.is_dir():
        raise ValueError(f"out must be a folder, and no link, got {out}")
    found = _files(out)
    if not found:
        return
    listed = _listed(out)
    if listed is None:
        raise ValueError(f"out must be a new or empty folder, or a site that was built before, got {out}")
    if strange := sorted(found - listed - {LIST}):
        raise ValueError(f"out must hold nothing else than a site that was built before, got {strange[0]!r} in {out}")


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """A folder to write a site into, which takes the place of `out` at the end; where anything fails, `out` stays.

    What a build that was killed left beside it is removed.

    Raises:
        ValueError: as `require_own`.
    """
    require_own(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(out.parent, out.name)
    new, old = (out.with_name(f".{out.name}.{os.getpid()}.{kind}") for kind in ("new", "old"))
    try:
        new.mkdir()
        yield new
        content = {"made by": MADE_BY, "files": sorted(_files(new))}
        (new / LIST).write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")
        require_own(out)  # it may be another one by now
        if out.exists():
            out.rename(old)
        try:
            new.rename(out)
        except OSError:
            old.rename(out)
            raise
    finally:
        for folder in (new, old):
            shutil.rmtree(folder, ignore_errors=True)


def _files(folder: Path) -> set[str]:
    """All that is in a folder but folders, and folders with nothing in them, by their place in it."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_dir() or not any(path.iterdir()):
            found.add(path.relative_to(folder).as_posix())
    return found


def _listed(folder: Path) -> set[str] | None:
    try:
        content = json.loads((folder / LIST).read_text(encoding="utf-8"))
        return set(content["files"]) if content["made by"] == MADE_BY else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
