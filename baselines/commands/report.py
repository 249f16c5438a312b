"""The report of results that are there already, of one folder or of several."""

from collections.abc import Sequence
from pathlib import Path

from baselines.analysis.merge import merge, read_results
from baselines.report.page import write_report
from baselines.results import RESULT_FILE, ComparisonResult


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
    result = merge(read_results(folders))
    try:
        out.mkdir(parents=True, exist_ok=True)
        result.write(out / RESULT_FILE)
        write_report(result, out, folders=folders)
    except OSError as error:
        raise ValueError(f"out must be a folder that can be written, got {out} ({error.strerror})") from error
    return result
