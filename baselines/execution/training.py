"""One run without what is stored of it: an agent is trained from its checkpoint or anew, and tested at every size."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from agents import Agent, build_agent, save_agent
from badger_envs.registry import get_spec
from baselines.execution.costs import costs
from baselines.execution.evaluation import evaluate_grids, evaluate_sizes
from baselines.experiments.run import RunSpec
from baselines.experiments.stored import SetAside
from baselines.outer_loops.checkpoint import CheckpointError
from baselines.outer_loops.trainer import Trained, train
from baselines.results.run import AGENT_FILE, CurvePoint, RunResult, file_sha256

OnUpdate = Callable[[CurvePoint], None]
"""Gets the newest point of the learning curve."""
CHECKPOINT_FILE = "checkpoint"
EARLIER = (0.25, 0.5)
"""Parts of the training after which the agent is kept, for probes of what more updates are worth."""


def earlier_folder(folder: Path, part: float) -> Path:
    """Where the agent of a run is kept as it was after a part of its training; at the next point of its curve."""
    return folder / f"after_{part:g}"


def train_and_test(
    run: RunSpec, folder: Path, device: str, on_update: OnUpdate | None, points: int, set_aside: SetAside
) -> RunResult:
    """Train and test the agent of a run, which is saved into its folder; or test a handcrafted policy.

    Args:
        run: the specification.
        folder: of the run; a checkpoint in it is gone on from, if it is of this training.
        device: where tensors live.
        on_update: called now and then during training.
        points: length of the learning curve.
        set_aside: gets a checkpoint that can't be used.
    """
    trained = run.outer_loop is not None
    agent, training = _train(run, folder, device, on_update, points, set_aside) if trained else (None, {})
    tests, cannot_have = evaluate_sizes(run, agent)
    grids = () if agent is None else evaluate_grids(run, agent)
    return RunResult(
        hash=run.hash,
        specification=run.specification(),
        device=device,
        tests=tests,
        cannot_have_size=cannot_have,
        grids=grids,
        **training,
    )


def _train(
    run: RunSpec, folder: Path, device: str, on_update: OnUpdate | None, points: int, set_aside: SetAside
) -> tuple[Agent, dict[str, Any]]:
    """The agent, which is saved, and what its training adds to the result."""
    checkpoint = folder / CHECKPOINT_FILE

    def go_on() -> tuple[Agent, Trained]:
        assert run.outer_loop is not None
        assert run.kind is not None
        assert run.config is not None
        torch.manual_seed(run.seed)
        agent = build_agent(run.kind, run.config).to(device)

        def watch(updates: int, numbers: dict[str, float]) -> None:
            for part in EARLIER:
                path = earlier_folder(folder, part)
                if part * run.updates <= updates < run.updates and not (path / AGENT_FILE).exists():
                    save_agent(agent, path)
            if on_update:
                on_update(CurvePoint.model_validate(numbers))

        return agent, train(
            agent,
            run.task,
            run.arguments,
            run.outer_loop,
            seed=run.seed,
            on_update=watch,
            points=points,
            checkpoint=checkpoint,
        )

    try:
        agent, trained = go_on()
    except CheckpointError as error:
        set_aside.add(checkpoint, error)
        agent, trained = go_on()
    save_agent(agent, folder)
    checkpoint.unlink(missing_ok=True)
    return agent, {
        "costs": costs(agent, get_spec(run.task).make_task(**run.arguments)),
        "agent_sha256": file_sha256(folder / AGENT_FILE),
        "environment_steps": trained.environment_steps,
        "episodes": run.training_episodes,
        "curve": tuple(CurvePoint.model_validate(numbers) for numbers in trained.curve),
        "training_cpu_seconds": trained.cpu_seconds,
    }
