"""Trainers of others: do they still run on these environments?"""

from dataclasses import dataclass
from typing import Annotated

import tyro
from rich.console import Console

from badger_envs.core.files import write_whole
from baselines.commands.usage import UsageError
from baselines.results.data import ResultFileError
from baselines.third_party.environment import run_trainer
from baselines.third_party.page import PAGE, make_page
from baselines.third_party.record import TRAINED, trainers


@dataclass(frozen=True)
class ThirdParty:
    """Run trainers of others from the built wheel, each in a clean virtual environment of its own; writes their
    records and docs/trainers.md. Installs packages: up to some GB, in a folder for temporary files."""

    names: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Folders of baselines/third_party; none, to write the page alone."""

    def run(self, console: Console) -> int:
        for name in self.names:
            if name not in trainers():
                raise UsageError(f"NAMES must be among {', '.join(trainers())}, got {name!r}")
        failed = 0
        for name in dict.fromkeys(self.names):
            try:
                record = run_trainer(name)
            except (RuntimeError, ValueError) as error:
                console.print(f"{name}: {error}", highlight=False)
                failed += 1
                continue
            for run in record.runs:
                line = f"{name}: {run.name} on {run.id}: {run.outcome}, {run.steps} steps, {run.seconds:.1f} s"
                console.print(line, highlight=False)
                failed += run.outcome != TRAINED
        try:
            write_whole(PAGE, make_page().encode())
        except (ResultFileError, ValueError) as error:
            raise UsageError(f"every trainer must have been run before: {error}") from error
        console.print(f"wrote {PAGE}", highlight=False)
        return 1 if failed else 0

    def kept(self) -> str:
        return "the records of the trainers that ran are kept"
