"""One agent trained by one recipe, with its progress shown.

What needs torch is imported when the command runs, so that its help is quick.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.table import Table

from badger_envs.registry import get_spec
from baselines.commands.usage import UsageError, make_folder, require_device
from baselines.experiments.agents import AGENTS
from baselines.experiments.recipes import RECIPES
from baselines.experiments.run import RunSpec
from baselines.results.run import CurvePoint, RunResult


@dataclass(frozen=True)
class Train:
    """Train one agent by a recipe, test it on the test episodes, and save it.

    An interrupted training is resumed when the command is run again.
    """

    recipe: Annotated[str, tyro.conf.Positional]
    """Name of the recipe: task, outer loop and settings; see `python -m baselines list`."""
    agent: str | None = None
    """Name of the agent; the first that the recipe was tried on by default."""
    seed: int = 0
    """Seeds the weights and names the training episodes."""
    updates: int | None = None
    """Number of updates; that of the recipe by default."""
    out: Path = Path("results/train")
    """Folder for the result, the weights and the checkpoint."""
    device: str = "cpu"
    """Where tensors are, as torch names devices: cpu, cuda, cuda:1."""
    tensorboard: Path | None = None
    """Folder for TensorBoard's event files; none are written by default."""

    def run(self, console: Console) -> int:
        import torch

        from baselines.execution.runner import FAILED_FILE, execute

        torch.set_num_threads(1)
        run = plan_recipe(self.recipe, agent=self.agent, seed=self.seed, updates=self.updates)
        require_device(self.device)
        make_folder("--out", self.out)
        if self.tensorboard is not None:
            make_folder("--tensorboard", self.tensorboard)
        began, folder = time.monotonic(), self.out / run.hash
        with _scalars(self.tensorboard, f"{self.recipe}_{run.agent}_{run.seed}") as log:

            def show(point: CurvePoint) -> None:
                for key, value in point:
                    log(key, value, int(point.environment_steps))
                left = (time.monotonic() - began) / point.update * (run.updates - point.update)
                numbers = "  ".join(f"{key} {value:.3f}" for key, value in point if key not in _COUNTERS)
                progress = f"update {point.update:.0f}/{run.updates}  {numbers}  about {left:.0f} s left"
                console.print(progress, highlight=False)

            result = execute(run, self.out, device=self.device, on_update=show, points=20)
        for line in result.set_aside:
            console.print(line, highlight=False)
        if result.failure:
            console.print("failed", style="red", end="; ")
            console.print(f"see {folder / FAILED_FILE}\n{result.failure}", highlight=False)
            return 1
        console.print(_table(self.recipe, run, result))
        console.print(f"kept in {folder}")
        return 0

    def kept(self) -> str:
        return f"the checkpoint is kept in {self.out}"


def plan_recipe(name: str, *, agent: str | None = None, seed: int = 0, updates: int | None = None) -> RunSpec:
    """The run of a recipe.

    Raises:
        UsageError: Unknown recipe or agent, or an agent that does not fit.
    """
    if name not in RECIPES:
        raise UsageError(f"recipe must be one of {', '.join(RECIPES)}, got {name!r}")
    recipe = RECIPES[name]
    agent = recipe.agents[0] if agent is None else agent
    if agent not in AGENTS:
        raise UsageError(f"--agent must be one of {', '.join(AGENTS)}, got {agent!r}")
    agent_spec = AGENTS[agent]
    loop = recipe.loop(agent_spec)
    try:
        if updates is not None:
            loop = replace(loop, updates=updates)
        return RunSpec(
            agent, recipe.task, recipe.arguments, seed, agent_spec.kind, recipe.config(agent_spec), outer_loop=loop,
            test_sizes=recipe.test_sizes, episodes=recipe.test_episodes, grids=recipe.grids,
        )  # fmt: skip
    except ValueError as error:
        raise UsageError(f"--{error}" if str(error).startswith(("seed ", "updates ")) else str(error)) from error


_COUNTERS = ("update", "environment_steps", "cpu_seconds")


def _table(name: str, run: RunSpec, result: RunResult) -> Table:
    title = f"{name}: {run.agent} on {run.task} by {run.outer_loop.kind if run.outer_loop else 'hand'}"
    table = Table(title=title, show_header=False, title_justify="left")
    score = _in_words(result.tests[run.size].score)
    table.add_row(f"score (0 chance, 1 reference), {run.episodes} test episodes", score)
    for size, other in result.tests.items():
        if size != run.size:
            table.add_row(f"score at {get_spec(run.task).size_argument}={size}", _in_words(other.score))
    table.add_row("environment steps", f"{result.environment_steps:,}")
    for cost, value in result.costs or ():
        table.add_row(cost.replace("_", " "), f"{value:,.0f}")
    table.add_row("CPU-seconds of training", f"{result.training_cpu_seconds:.0f}")
    return table


def _in_words(score: float | None) -> str:
    return "none: the reference is no better than chance" if score is None else f"{score:.3f}"


@contextmanager
def _scalars(folder: Path | None, run: str) -> Iterator[Callable[[str, float, int], None]]:
    """What writes a number to TensorBoard, or does nothing without a folder."""
    if folder is None:
        yield lambda name, value, step: None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise UsageError(
            "--tensorboard needs TensorBoard: pip install -c constraints.txt -e '.[tensorboard]'"
        ) from error
    writer = SummaryWriter(str(folder / run))
    try:
        yield lambda name, value, step: writer.add_scalar(name, value, step)
    finally:
        writer.close()
