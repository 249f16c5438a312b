"""The report of results that are there already, of one folder or of several."""

from collections.abc import Sequence
from pathlib import Path

from badger_envs.core.files import write_json
from baselines.analysis.merge import Content, merge, read_results
from baselines.report.page import write_report


def rebuild(folders: Sequence[Path], out: Path) -> Content:
    """Put the results of several folders together, or of one, and write `result.json` and the report.

    Args:
        folders: each with a `result.json`; where `runs/` lie there too, trained agents are filmed.
        out: made where it is missing.

    Returns:
        What is in `result.json` now.

    Raises:
        ValueError: See `read_results` and `merge`; or `out` can't be written.
    """
    content = merge(read_results(folders))
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_json(out / "result.json", content)
        write_report(content, out, folders=folders)
    except OSError as error:
        raise ValueError(f"out must be a folder that can be written, got {out} ({error.strerror})") from error
    return content
