"""The check of what strangers wrote, in a process of its own that may take so much memory and time and no more.

Files are refused by their counts before anything is made of them; these limits hold where that should not be enough.
They are those of the system, so nothing in a file can lift them. Systems without them (Windows) have the time alone.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from leaderboards.check.tree import check_among_siblings
from leaderboards.schema.benchmark import BENCHMARKS
from leaderboards.schema.errors import ErrorDetails

MEMORY = 2 * 2**30
"""Bytes."""
SECONDS = 120
"""CPU-seconds for each submission; as many more to read those that it is compared with."""
_ROOT = Path(__file__).resolve().parents[2]


def check_within_limits(
    folders: Sequence[Path],
    *,
    accepted: bool = False,
    benchmarks: Path = BENCHMARKS,
    memory: int = MEMORY,
    seconds: int = SECONDS,
) -> dict[Path, list[ErrorDetails]]:
    """The errors of submissions by folder, each checked among those beside it.

    Args:
        folders: of the submissions.
        accepted, benchmarks: as in `leaderboards.check.check.check`.
        memory: bytes that the process may have.
        seconds: CPU-seconds that a submission may take.
    """
    return {folder: _check_one(folder, accepted, benchmarks, memory, seconds) for folder in folders}


def _check_one(folder: Path, accepted: bool, benchmarks: Path, memory: int, seconds: int) -> list[ErrorDetails]:
    words = [str(memory), str(2 * seconds), str(int(accepted)), str(folder.absolute()), str(benchmarks.absolute())]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-P", "-m", __name__, *words]
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=8 * seconds, check=False
        )
    except subprocess.TimeoutExpired:
        done = None
    if done is not None and done.returncode and b"ModuleNotFoundError" in done.stderr:
        raise ModuleNotFoundError(done.stderr.decode(errors="replace").strip().splitlines()[-1])
    if done is None or done.returncode:
        reason = f"can't be checked with {memory / 2**20:.0f} MiB and in {seconds} CPU-seconds"
        return [ErrorDetails(".", "", reason)]
    return [ErrorDetails(*error) for error in json.loads(done.stdout)]


def _limit(memory: int, seconds: int) -> None:
    if sys.platform != "win32":
        import resource

        for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
            resource.setrlimit(what, (most, most))


def main() -> None:
    """Check the folder that the arguments name and write its errors as JSON."""
    memory, seconds, accepted, folder, benchmarks = sys.argv[1:]
    _limit(int(memory), int(seconds))
    errors = check_among_siblings(Path(folder), accepted=bool(int(accepted)), benchmarks=Path(benchmarks))
    print(json.dumps([[error.file, error.field, error.reason] for error in errors]))


if __name__ == "__main__":
    main()
