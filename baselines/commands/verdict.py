"""The verdict of results that are there already: a page of tables that is the same to the byte whenever it is made."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from badger_envs.core.files import write_whole
from baselines.commands.usage import UsageError


@dataclass(frozen=True)
class Verdict:
    """Write the verdict as Markdown: who wins which ability, who stood for which family, and every score behind it."""

    folders: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Folders with a result.json, of one suite, as docs/results/standard/*."""
    out: Path = Path("results/verdict.md")
    """File to write."""

    def run(self, console: Console) -> int:
        from baselines.analysis.family_tables import family_tables
        from baselines.analysis.merge import merge, read_results
        from baselines.analysis.table import as_markdown, as_rich
        from baselines.analysis.tables import verdict_table
        from baselines.analysis.verdict import verdict

        if not self.folders:
            raise UsageError("DIR must be at least one folder of results, got none")
        try:
            result = merge(read_results(sorted(self.folders)))
        except ValueError as error:
            raise UsageError(str(error)) from error
        comparisons = verdict(result)
        tables = [*([verdict_table(comparisons)] if comparisons else []), *family_tables(result)]
        problems = ", ".join(problem.title for problem in result.problems)
        head = f"# Verdict of suite {result.suite}, version {result.suite_version}\n\nOn {problems}.\n"
        text = "\n".join([head, *(as_markdown(table) for table in tables)])
        try:
            self.out.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.out, text.encode())
        except OSError as error:
            raise UsageError(f"--out must be a file that can be written, got {self.out} ({error.strerror})") from error
        for table in tables[:1]:
            console.print(as_rich(table))
        console.print(f"wrote {self.out}", highlight=False)
        return 0

    def kept(self) -> str:
        return "the results are untouched"
