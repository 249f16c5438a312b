"""One agent trained by one recipe, with its progress shown."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from badger_envs.registry import get_spec
from baselines.commands.compare import UsageError, require_device
from baselines.execution.runner import FAILED_FILE, execute
from baselines.experiments.agents import AGENTS
from baselines.experiments.recipes import RECIPES
from baselines.experiments.run import RunSpec
from baselines.results import CurvePoint, RunResult


def plan_recipe(name: str, *, agent: str | None = None, seed: int = 0, updates: int | None = None) -> RunSpec:
    """The run of a recipe.

    Raises:
        UsageError: Unknown recipe or agent, or an agent that does not fit.
    """
    if name not in RECIPES:
        raise UsageError(f"recipe must be one of {', '.join(RECIPES)}, got {name!r}")
    recipe = RECIPES[name]
    agent = agent or recipe.agents[0]
    if agent not in AGENTS:
        raise UsageError(f"--agent must be one of {', '.join(AGENTS)}, got {agent!r}")
    agent_spec = AGENTS[agent]
    loop = recipe.loop(agent_spec)
    try:
        if updates is not None:
            loop = replace(loop, updates=updates)
        config = recipe.config(agent_spec)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return RunSpec(
        agent, recipe.task, recipe.arguments, seed, agent_spec.kind, config, outer_loop=loop,
        test_sizes=recipe.test_sizes, episodes=recipe.test_episodes,
    )  # fmt: skip


def run_recipe(
    name: str,
    out: Path,
    *,
    agent: str | None,
    seed: int,
    updates: int | None,
    device: str,
    tensorboard: Path | None,
    console: Console,
) -> int:
    """Train, test and store; print what came out. Returns the exit code: 0, or 1 where the training failed.

    Raises:
        UsageError: Unknown recipe or agent, a device that is not there, or no TensorBoard.
    """
    torch.set_num_threads(1)
    run = plan_recipe(name, agent=agent, seed=seed, updates=updates)
    require_device(device)
    began = time.monotonic()
    with _scalars(tensorboard, f"{name}_{run.agent}_{run.seed}") as log:

        def show(point: CurvePoint) -> None:
            for key, value in point:
                log(key, value, int(point.environment_steps))
            left = (time.monotonic() - began) / point.update * (run.updates - point.update)
            numbers = "  ".join(f"{key} {value:.3f}" for key, value in point if key not in _COUNTERS)
            progress = f"update {point.update:.0f}/{run.updates}  {numbers}  about {left:.0f} s left"
            console.print(progress, highlight=False)

        result = execute(run, out, device=device, on_update=show, points=20)
    if result.failure:
        console.print(f"[red]failed[/red]; see {out / run.hash / FAILED_FILE}\n{result.failure}", highlight=False)
        return 1
    console.print(_table(name, run, result))
    console.print(f"kept in {out / run.hash}")
    return 0


_COUNTERS = ("update", "environment_steps", "cpu_seconds")


def _table(name: str, run: RunSpec, result: RunResult) -> Table:
    title = f"{name}: {run.agent} on {run.task} by {run.outer_loop.kind if run.outer_loop else 'hand'}"
    table = Table(title=title, show_header=False, title_justify="left")
    score = result.tests[run.size].score
    table.add_row(f"score (0 chance, 1 reference), {run.episodes} test episodes", f"{score:.3f}")
    for size, other in result.tests.items():
        if size != run.size:
            table.add_row(f"score at {get_spec(run.task).size_argument}={size}", f"{other.score:.3f}")
    table.add_row("environment steps", f"{result.environment_steps:,}")
    for cost, value in result.costs or ():
        table.add_row(cost.replace("_", " "), f"{value:,.0f}")
    table.add_row("CPU-seconds of training", f"{result.training_cpu_seconds:.0f}")
    return table


@contextmanager
def _scalars(folder: Path | None, run: str) -> Iterator[Callable[[str, float, int], None]]:
    """What writes a number to TensorBoard, or does nothing without a folder."""
    if folder is None:
        yield lambda name, value, step: None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise UsageError("--tensorboard needs TensorBoard: pip install tensorboard") from error
    writer = SummaryWriter(str(folder / run))
    try:
        yield lambda name, value, step: writer.add_scalar(name, value, step)
    finally:
        writer.close()
