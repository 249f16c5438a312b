"""The command line: `python -m baselines compare --help`."""

import sys
from collections.abc import Callable

import tyro

from baselines.commands.compare import Compare
from baselines.commands.export import Export
from baselines.commands.list import List
from baselines.commands.report import Report
from baselines.commands.study import Study
from baselines.commands.train import Train
from baselines.commands.usage import Command, run_command

COMMANDS: dict[str, Callable[..., Command]] = {
    "compare": Compare,
    "report": Report,
    "export": Export,
    "train": Train,
    "study": Study,
    "list": List,
}


def main() -> int:
    """Run a command; returns the exit code, see `run_command`."""
    return run_command(
        tyro.extras.subcommand_cli_from_dict(
            COMMANDS, prog="python -m baselines", description="Compare agents on equal footing."
        )
    )


if __name__ == "__main__":
    sys.exit(main())
