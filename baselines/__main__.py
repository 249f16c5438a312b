"""The command line: `python -m baselines compare --help`."""

import sys
from collections.abc import Callable

from badger_envs.core.extras import needs_extra

try:
    with needs_extra("baselines", "python -m baselines"):
        import tyro

        from baselines.commands.compare import Compare
        from baselines.commands.export import Export
        from baselines.commands.list import List
        from baselines.commands.report import Report
        from baselines.commands.study import Study
        from baselines.commands.third_party import ThirdParty
        from baselines.commands.train import Train
        from baselines.commands.usage import Command, run_command
        from baselines.commands.verdict import Verdict
except ModuleNotFoundError as error:
    sys.exit(f"error: {error}")

COMMANDS: dict[str, Callable[..., Command]] = {
    "compare": Compare,
    "report": Report,
    "verdict": Verdict,
    "export": Export,
    "train": Train,
    "study": Study,
    "third-party": ThirdParty,
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
