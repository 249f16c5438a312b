"""The command line: `python -m baselines compare --help`."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console

from baselines.analysis.export import export
from baselines.commands.compare import UsageError, compare
from baselines.commands.list import list_everything
from baselines.commands.report import rebuild
from baselines.commands.train import run_recipe
from baselines.execution.scheduler import WorkerDiedError


@dataclass(frozen=True)
class Compare:
    """Train, test and probe agents; print tables; write result.json and report/index.html.

    Runs (one agent, one seed, one budget) that finished in an earlier run are found, not done again.
    Interrupt and start again as you like.
    """

    suite: str = "pocket"
    """Which comparison; see `python -m baselines list`."""
    out: Path | None = None
    """Folder for the results; None: results/SUITE."""
    seeds: int | None = None
    """Training seeds of every agent; None: as many as the suite says."""
    agents: tuple[str, ...] = ()
    """Who takes part, by name; nobody named: all of the suite. Handcrafted policies always do."""
    recipes: tuple[str, ...] = ()
    """By which recipes, by name; none named: all of the suite."""
    envs: tuple[str, ...] = ()
    """On which environments, by id; none named: all of the suite."""
    jobs: int = 2
    """Runs at once; each uses one thread."""
    shard: str | None = None
    """i/N: the i-th of N parts of the work, for N machines; `report` puts the folders together afterwards."""
    executor: Literal["processes", "ray", "slurm"] = "processes"
    """Where runs are executed: processes of this machine, the Ray cluster that RAY_ADDRESS names, or jobs of SLURM."""
    progress: Literal["auto", "bars", "lines", "quiet"] = "auto"
    """Bars and a line for each run, lines alone, or failures alone; auto: bars in a terminal, lines elsewhere."""
    device: str = "cpu"
    """Where tensors live, in torch's words: cpu, cuda, cuda:1."""

    def run(self, console: Console) -> int:
        """Run it; returns the exit code."""
        out = self._folder()
        result = compare(
            self.suite,
            out,
            console=console,
            agents=self.agents,
            recipes=self.recipes,
            environments=self.envs,
            seeds=self.seeds,
            shard=self.shard,
            executor=self.executor,
            jobs=self.jobs,
            device=self.device,
            progress=self.progress,
        )
        console.print(f"wrote {out / 'result.json'} and {out / 'report' / 'index.html'}")
        if any(agent.failures for agent in result.agents):
            console.print(f"[red]some runs failed; see failed.json in {out / 'runs'}[/red]")
            return 1
        return 0

    def kept(self) -> str:
        """What an interruption leaves."""
        return f"finished runs are kept in {self._folder() / 'runs'}"

    def _folder(self) -> Path:
        return self.out or Path("results") / self.suite


@dataclass(frozen=True)
class Report:
    """Put the results of several folders together, as shards or several machines left them, and write the report."""

    folders: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Folders with a result.json, of one suite."""
    out: Path | None = None
    """Folder for the report; None: the first of them."""

    def run(self, console: Console) -> int:
        """Run it; returns the exit code."""
        if not self.folders:
            raise UsageError("DIR must be at least one folder of results, got none")
        out = self.out or self.folders[0]
        try:
            rebuild(list(self.folders), out)
        except ValueError as error:
            raise UsageError(str(error)) from error
        console.print(f"wrote {out / 'result.json'} and {out / 'report' / 'index.html'}")
        return 0

    def kept(self) -> str:
        """What an interruption leaves."""
        return "the results are untouched"


@dataclass(frozen=True)
class Export:
    """Write what every run returned in every test episode, one packed file for each agent on each problem."""

    folders: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Folders with a result.json and the runs beside it, of one suite."""
    out: Path
    """Folder for the files."""

    def run(self, console: Console) -> int:
        """Run it; returns the exit code."""
        try:
            written = export(self.folders, self.out)
        except ValueError as error:
            raise UsageError(str(error)) from error
        console.print(f"wrote {len(written)} files, {sum(path.stat().st_size for path in written) / 1e6:.1f} MB")
        return 0

    def kept(self) -> str:
        """What an interruption leaves."""
        return "the results are untouched"


@dataclass(frozen=True)
class Train:
    """Train one agent by a recipe, test it on the test episodes, and keep it.

    What is interrupted goes on where it stopped when it is started again.
    """

    recipe: Annotated[str, tyro.conf.Positional]
    """Task, outer loop and settings; see `python -m baselines list`."""
    agent: str | None = None
    """Who is trained, by name; None: the first that the recipe was tried on."""
    seed: int = 0
    """Draws the weights and names the training episodes."""
    updates: int | None = None
    """Budget; None: as many as the recipe says."""
    out: Path = Path("results/train")
    """Folder for the result, the weights and the checkpoint."""
    device: str = "cpu"
    """Where tensors live, in torch's words: cpu, cuda, cuda:1."""
    tensorboard: Path | None = None
    """Folder for TensorBoard; None: no such log."""

    def run(self, console: Console) -> int:
        """Run it; returns the exit code."""
        return run_recipe(
            self.recipe,
            self.out,
            agent=self.agent,
            seed=self.seed,
            updates=self.updates,
            device=self.device,
            tensorboard=self.tensorboard,
            console=console,
        )

    def kept(self) -> str:
        """What an interruption leaves."""
        return f"the checkpoint is kept in {self.out}"


@dataclass(frozen=True)
class List:
    """Show the suites with about how long they take, the recipes, the agents and the probes."""

    def run(self, console: Console) -> int:
        """Run it; returns the exit code."""
        list_everything(console)
        return 0

    def kept(self) -> str:
        """What an interruption leaves."""
        return "nothing was begun"


Command = Compare | Report | Export | Train | List
COMMANDS: dict[str, Callable[..., Command]] = {
    "compare": Compare,
    "report": Report,
    "export": Export,
    "train": Train,
    "list": List,
}


def main() -> int:
    """Run a command; returns the exit code: 0, 1 where a run failed, 2 for bad usage, 130 when interrupted."""
    console = Console()
    if not console.is_terminal:  # a log: wide enough that no table is cut
        console = Console(width=120)
    command: Command = tyro.extras.subcommand_cli_from_dict(
        COMMANDS, prog="python -m baselines", description="Compare agents on equal footing."
    )
    try:
        return command.run(console)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        console.print(f"\ninterrupted; {command.kept()}, start again to go on")
        return 130
    except (WorkerDiedError, OSError) as error:
        print(f"error: {error}; {command.kept()}, start again to go on", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
