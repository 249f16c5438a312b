"""Who writes beside a submission does so alone; and what was left behind by those who were killed."""

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

_LEFTOVER = re.compile(r"\.?(?P<name>.+)\.(?P<process>[0-9]{1,10})\.(tmp|new|old)")


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until nobody else writes into a folder; the lock is the system's, so it goes with the process that holds it.

    Raises:
        OSError: The folder is not there.
    """
    if sys.platform == "win32":  # where a folder can't be locked
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def remove_leftovers(folder: Path, name: str) -> None:
    """Remove what processes that are gone left of a file or folder that they were writing.

    Args:
        folder: where it lies.
        name: that it would have got; leftovers are called after it, with the number of the process.
    """
    for path in folder.iterdir():
        found = _LEFTOVER.fullmatch(path.name)
        if found is None or found["name"] != name or _is_alive(int(found["process"])):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    if process == os.getpid():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # of somebody else
    return True
