"""The report of results that are there already, of one folder or of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from baselines.commands.usage import UsageError
from baselines.results.comparison import RESULT_FILE, ComparisonResult


@dataclass(frozen=True)
class Report:
    """Merge the results of several folders, as shards or several machines left them, and write the report."""

    folders: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Folders with a result.json, of one suite."""
    out: Path | None = None
    """Folder for the report; the first of them by default."""

    def run(self, console: Console) -> int:
        if not self.folders:
            raise UsageError("DIR must be at least one folder of results, got none")
        out = self.out or self.folders[0]
        try:
            rebuild(self.folders, out)
        except ValueError as error:
            raise UsageError(str(error)) from error
        console.print(f"wrote {out / RESULT_FILE} and {out / 'report' / 'index.html'}")
        return 0

    def kept(self) -> str:
        return "the results are untouched"


def rebuild(folders: Sequence[Path], out: Path) -> ComparisonResult:
    """Put the results of several folders together, or of one, and write `result.json` and the report.

    Args:
        folders: each with a `result.json`; where `runs/` lie there too, there are videos of trained agents.
        out: made where it is missing.

    Returns:
        What is in `result.json` now.

    Raises:
        ValueError: See `read_results` and `merge`; or `out` can't be written.
    """
    # When the command runs, since they need matplotlib, and its help does not.
    from baselines.analysis.merge import merge, read_results
    from baselines.report import write_report

    result = merge(read_results(folders))  # before anything is made
    try:
        out.mkdir(parents=True, exist_ok=True)
        result.write(out / RESULT_FILE)
        write_report(result, out, folders=folders)
    except OSError as error:
        raise ValueError(f"out must be a folder that can be written, got {out} ({error.strerror})") from error
    return result
