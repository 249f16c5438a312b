"""The command line: `python -m baselines compare --help`."""

import sys
from dataclasses import dataclass
from pathlib import Path

import tyro
from rich.console import Console
from rich.table import Table

from baselines.compare import UsageError, compare
from baselines.grid import WorkerDiedError
from baselines.suites import SUITES


@dataclass(frozen=True)
class Compare:
    """Train and compare agents; print tables; write result.json, learning curves and index.html.

    Cells (one agent, one seed, one budget) that finished in an earlier run are found, not done again.
    Interrupt and start again as you like.
    """

    suite: str = "pocket"
    """Which comparison; see `python -m baselines list`."""
    out: Path | None = None
    """Folder for the results; None: results/SUITE."""
    seeds: int | None = None
    """Training seeds of every agent; None: as many as the suite says."""
    agents: tuple[str, ...] = ()
    """Who takes part, by name; nobody named: all of the suite."""
    envs: tuple[str, ...] = ()
    """On which environments, by id; none named: all of the suite."""
    jobs: int = 2
    """Worker processes; each uses one thread."""
    device: str = "cpu"
    """Where tensors live, in torch's words: cpu, cuda, cuda:1."""


@dataclass(frozen=True)
class List:
    """Show the suites and who takes part."""


def main() -> int:
    """Run a command; returns the exit code: 0, 1 where a cell failed, 2 for bad usage, 130 when interrupted."""
    console = Console()
    if not console.is_terminal:  # a log: wide enough that no table is cut
        console = Console(width=120)
    command = tyro.extras.subcommand_cli_from_dict(
        {"compare": Compare, "list": List}, prog="python -m baselines", description="Compare agents on equal footing."
    )
    if isinstance(command, List):
        list_suites(console)
        return 0
    out = command.out or Path("results") / command.suite
    try:
        content = compare(
            command.suite,
            out,
            agents=command.agents,
            environments=command.envs,
            seeds=command.seeds,
            jobs=command.jobs,
            device=command.device,
            console=console,
        )
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        console.print(f"\ninterrupted; finished cells are kept in {out / 'cells'}, start again to go on")
        return 130
    except WorkerDiedError as error:
        print(f"error: {error}; finished cells are kept in {out / 'cells'}, start again to go on", file=sys.stderr)
        return 1
    console.print(f"wrote {out / 'result.json'} and {out / 'index.html'}")
    if any(agent["failed"] for agent in content["agents"]):
        console.print(f"[red]some cells failed; see failed.json in {out / 'cells'}[/red]")
        return 1
    return 0


def list_suites(console: Console) -> None:
    """Print what there is to compare."""
    for suite in SUITES.values():
        table = Table(title=f"{suite.name}: {suite.about}", title_justify="left")
        for column in ("agent", "what it is"):
            table.add_column(column)
        for contestant in suite.contestants:
            table.add_row(contestant.name, contestant.about)
        console.print(table)


if __name__ == "__main__":
    sys.exit(main())
