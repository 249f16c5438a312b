"""Running an outer loop: the learning curve, checkpoints, and what happens when it is interrupted."""

import contextlib
import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from agents import Agent
from badger_envs.core.checks import require_integer
from badger_envs.core.episodes import SEED_BITS
from baselines.outer_loops.base import OuterLoop
from baselines.outer_loops.checkpoint import CheckpointError, read_checkpoint, write_checkpoint
from baselines.outer_loops.learner import Learner

SECONDS_BETWEEN_COPIES, SECONDS_BETWEEN_CHECKPOINTS = 1.0, 30.0
"""Of memory, for when an update is interrupted half way; and of files, for when the process is killed."""


@dataclass
class Trained:
    """What the outer loop did, besides changing the agent."""

    environment_steps: int = 0
    """Steps of all training episodes."""
    curve: list[dict[str, float]] = field(default_factory=list)
    """Points of the learning curve: update, environment_steps, score and final metrics of the batch, cpu_seconds."""
    cpu_seconds: float = 0.0
    """Of this process and of those before it that the training was interrupted in."""


def train(
    agent: Agent,
    task_id: str,
    arguments: dict[str, Any],
    settings: OuterLoop,
    *,
    seed: int,
    on_update: Callable[[int, dict[str, float]], None] | None = None,
    points: int = 100,
    checkpoint: Path | None = None,
) -> Trained:
    """Train `agent`, so that its returns grow.

    Args:
        agent: the policy; changed in place, wherever its weights are.
        task_id: an id of the registry.
        arguments: of the task.
        settings: of the outer loop.
        seed: names the training episodes and seeds all generators.
        on_update: called now and then with the number of updates done and the newest point of the curve.
        points: length of the learning curve.
        checkpoint: a file that is written now and then, and when the training is interrupted or fails. Where it
            exists, the training goes on from it and ends as if it had never stopped, bit for bit on one machine.

    Raises:
        ValueError: A seed or a number of points out of range, or settings that do not fit the task or the agent.
        NotFiniteError: An update was not finite; the agent is as it was a second before.
        CheckpointError: The checkpoint is damaged or of another training; the agent may have changed.
    """
    seed = require_integer("seed", seed, 0, (1 << SEED_BITS) - 1)
    require_integer("points", points, 1)
    module, _, name = settings.learner.partition(":")
    learner: Learner[Any] = getattr(import_module(module), name)(agent, task_id, arguments, settings, seed=seed)
    trained = Trained()
    description = f"{task_id} {arguments} {settings} seed {seed} {agent}"
    if checkpoint is not None and checkpoint.exists():
        _restore(checkpoint, learner, trained, description)
    every = max(settings.updates // points, 1)
    began = time.process_time() - trained.cpu_seconds
    kept, kept_at = _keep(learner, trained, description), time.monotonic()
    saved_at = kept_at
    try:
        while learner.num_updates < settings.updates:
            point = learner.update()
            trained.cpu_seconds = time.process_time() - began
            if learner.num_updates % every == 0 or learner.num_updates == settings.updates:
                point["cpu_seconds"] = trained.cpu_seconds
                trained.curve.append(point)
                if on_update is not None:
                    on_update(learner.num_updates, point)
            now = time.monotonic()
            if now - kept_at > SECONDS_BETWEEN_COPIES:
                kept, kept_at = _keep(learner, trained, description), now
                if checkpoint is not None and now - saved_at > SECONDS_BETWEEN_CHECKPOINTS:
                    with contextlib.suppress(OSError):  # a full disk: nothing is lost as long as the training goes on
                        write_checkpoint(checkpoint, kept)
                    saved_at = now
    except BaseException:  # Ctrl-C too; it may have come in the middle of an update
        try:
            if checkpoint is not None:
                write_checkpoint(checkpoint, kept)
        finally:
            learner.load_state_dict(kept)
        raise
    trained.environment_steps = learner.environment_steps
    return trained


def _keep(learner: Learner[Any], trained: Trained, description: str) -> dict[str, Any]:
    """A copy of everything, as it is between two updates."""
    so_far = {"description": description, "curve": trained.curve, "cpu_seconds": trained.cpu_seconds}
    return copy.deepcopy({**so_far, **learner.state_dict()})


def _restore(path: Path, learner: Learner[Any], trained: Trained, description: str) -> None:
    snapshot = read_checkpoint(path, device=learner.agent.device)
    if snapshot.get("description") != description:
        raise CheckpointError(
            f"checkpoint must be of this training ({description}), "
            f"got {path} of {snapshot.get('description')}; remove it to begin anew"
        )
    try:
        require_integer("num_updates", snapshot["num_updates"], 0, learner.settings.updates)
        learner.load_state_dict(snapshot)
        trained.curve, trained.cpu_seconds = snapshot["curve"], snapshot["cpu_seconds"]
    except Exception as error:  # torch says in many ways what does not fit
        raise CheckpointError(f"checkpoint must hold what {learner.settings.kind} needs, got {error!r}") from error
