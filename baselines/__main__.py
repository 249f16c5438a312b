"""The command line: `python -m baselines compare --help`."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.table import Table

from baselines.comparison.compare import UsageError, compare
from baselines.comparison.grid import WorkerDiedError
from baselines.comparison.suites import SUITES
from baselines.contestants import TRAINED, Contestant
from baselines.recipes import RECIPES
from baselines.single import run_recipe


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


@dataclass(frozen=True)
class List:
    """Show the suites, the recipes and who takes part."""


def main() -> int:
    """Run a command; returns the exit code: 0, 1 where a cell failed, 2 for bad usage, 130 when interrupted."""
    console = Console()
    if not console.is_terminal:  # a log: wide enough that no table is cut
        console = Console(width=120)
    command = tyro.extras.subcommand_cli_from_dict(
        {"compare": Compare, "train": Train, "list": List},
        prog="python -m baselines",
        description="Compare agents on equal footing.",
    )
    if isinstance(command, List):
        list_suites(console)
        list_recipes(console)
        return 0
    if isinstance(command, Train):
        return train_one(command, console)
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


def train_one(command: Train, console: Console) -> int:
    """Run the train command; returns the exit code."""
    try:
        return run_recipe(
            command.recipe,
            command.out,
            agent=command.agent,
            seed=command.seed,
            updates=command.updates,
            device=command.device,
            tensorboard=command.tensorboard,
            console=console,
        )
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        console.print(f"\ninterrupted; the checkpoint is kept in {command.out}, start again to go on")
        return 130


def list_recipes(console: Console) -> None:
    """Print the recipes and the agents."""
    table = Table(title="recipes, for python -m baselines train", title_justify="left")
    for column in ("recipe", "task", "arguments", "outer loop", "tried on"):
        table.add_column(column)
    for recipe in RECIPES.values():
        arguments = " ".join(f"{name}={value}" for name, value in recipe.arguments.items())
        table.add_row(recipe.name, recipe.task, arguments, recipe.outer_loop.kind, " ".join(recipe.agents))
    console.print(table)
    console.print(table_of("agents", TRAINED.values()))


def list_suites(console: Console) -> None:
    """Print what there is to compare."""
    for suite in SUITES.values():
        console.print(table_of(f"{suite.name}: {suite.about}", suite.contestants))


def table_of(title: str, contestants: Iterable[Contestant]) -> Table:
    """Who they are, a line each."""
    table = Table(title=title, title_justify="left")
    for column in ("agent", "what it is"):
        table.add_column(column)
    for contestant in contestants:
        table.add_row(contestant.name, contestant.about)
    return table


if __name__ == "__main__":
    sys.exit(main())
