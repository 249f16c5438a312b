"""Raw results for others, in files of their own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from baselines.analysis.export import export
from baselines.commands.usage import UsageError, make_folder


@dataclass(frozen=True)
class Export:
    """Write what every run returned in every test episode, one packed file for each agent on each problem."""

    folders: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Folders with a result.json and the runs beside it, of one suite."""
    out: Path
    """Folder for the files."""

    def run(self, console: Console) -> int:
        if not self.folders:
            raise UsageError("DIR must be at least one folder of results, got none")
        make_folder("--out", self.out)
        try:
            written = export(self.folders, self.out)
        except ValueError as error:
            raise UsageError(str(error)) from error
        console.print(f"wrote {len(written)} files, {sum(path.stat().st_size for path in written) / 1e6:.1f} MB")
        return 0

    def kept(self) -> str:
        return "the results are untouched"
