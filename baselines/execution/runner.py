"""Runs one cell: trains, tests, probes and stores it, or finds it stored.

A lock that the system takes back from dead processes keeps two runs from working on the same cell.
"""

import contextlib
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout

from agents import build_agent, load_agent, save_agent
from agents.storage import AgentFileError
from badger_envs.core.episodes import EpisodeSet
from badger_envs.core.files import write_json
from badger_envs.core.policy import Policy
from badger_envs.evaluation import evaluate
from badger_envs.registry import get_spec
from baselines.execution.costs import costs
from baselines.experiments.run import Cell, failure, find_result, probe_file, read_object
from baselines.outer_loops.policy import AgentPolicy
from baselines.outer_loops.trainer import train
from baselines.perturbations.probes import Subject, ask

OnUpdate = Callable[[int, dict[str, float]], None]


def run_cell(
    cell: Cell,
    root: Path,
    *,
    device: str = "cpu",
    on_update: OnUpdate | None = None,
    points: int = 100,
    patience: float = -1.0,
) -> dict[str, Any]:
    """Train, test, probe and store one cell, or find it already stored.

    Files that are cut off are as good as not there; a checkpoint that can't be read is set aside.

    Args:
        cell: the specification.
        root: folder of all cells.
        device: where tensors live.
        on_update: called now and then during training, as in `baselines.outer_loops.trainer.train`.
        points: length of the learning curve.
        patience: seconds to wait while another process works on this cell; below 0 for as long as it takes.

    Returns:
        The result: plain numbers, lists and words. `failed` holds the traceback of a cell that raised; such a result
        is stored as `failed.json` where that can be, is no score, and is tried again by the next run.

    Raises:
        filelock.Timeout: Another process works on this cell.
    """
    folder = root / cell.hash
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock", timeout=patience):
            found = find_result(cell, root)
            if found is not None:
                return found
            for left_over in folder.glob("*.tmp"):  # by a process that was killed while it wrote
                left_over.unlink()
            result = _trained_before(cell, folder)
            if result is None:
                result = _train_and_test(cell, folder, device, on_update, points)
                write_json(folder / "cell.json", result)
            result["probes"] = {name: _probed(cell, folder, name, device) for name in cell.probes}
            (folder / "failed.json").unlink(missing_ok=True)
            return result
    except Timeout:
        raise
    except Exception:  # whatever went wrong in one cell, the others go on
        result = failure(cell, traceback.format_exc())
        with contextlib.suppress(OSError):  # where not even this can be written, the run still tells of it
            write_json(folder / "failed.json", result)
        return result


def _trained_before(cell: Cell, folder: Path) -> dict[str, Any] | None:
    """The stored result without its probes, if it is of this cell and its agent can still be asked."""
    found = read_object(folder / "cell.json")
    if found is None or found.get("specification") != cell.specification():
        return None
    try:
        if cell.kind is not None:
            load_agent(folder)
    except AgentFileError:
        return None
    return found


def _probed(cell: Cell, folder: Path, name: str, device: str) -> dict[str, Any]:
    """A probe of a trained cell, as it is stored or asked now."""
    path = folder / probe_file(cell, name)
    found = read_object(path)
    if found is None:
        task, bins = get_spec(cell.task).make_task(**cell.arguments), getattr(cell.outer_loop, "bins", None)
        agent = load_agent(folder, device=device)
        found = ask(name, Subject(agent, cell.task, task, bins, cell.probe_episodes))
        write_json(path, found)
    return found


def _set_aside_if_damaged(checkpoint: Path) -> None:
    """Rename a checkpoint that can't be read, so that the training starts anew."""
    try:
        torch.load(checkpoint, weights_only=True, map_location="cpu")
    except FileNotFoundError:
        pass
    except Exception:  # torch says it in many ways
        checkpoint.replace(checkpoint.with_suffix(".damaged"))


def _train_and_test(cell: Cell, folder: Path, device: str, on_update: OnUpdate | None, points: int) -> dict[str, Any]:
    spec = get_spec(cell.task)
    task = spec.make_task(**cell.arguments)
    result: dict[str, Any] = {"hash": cell.hash, "specification": cell.specification(), "device": device}
    result["training_cpu_seconds"] = 0.0
    agent = None
    if cell.outer_loop is not None:
        assert cell.kind is not None
        assert cell.config is not None
        torch.manual_seed(cell.seed)
        agent = build_agent(cell.kind, cell.config).to(device)
        checkpoint = folder / "checkpoint.pt"
        _set_aside_if_damaged(checkpoint)
        trained = train(
            agent,
            cell.task,
            cell.arguments,
            cell.outer_loop,
            seed=cell.seed,
            on_update=on_update,
            points=points,
            checkpoint=checkpoint,
        )
        save_agent(agent, folder)
        checkpoint.unlink(missing_ok=True)
        result |= costs(agent, task)
        result["environment_steps"] = trained.environment_steps
        result["episodes"] = cell.training_episodes
        result["curve"] = trained.curve
        result["training_cpu_seconds"] = trained.cpu_seconds

    tests, cannot = {}, []
    for size in sorted({getattr(task, spec.size_argument), *cell.test_sizes}):
        sized = spec.make_task(**{**cell.arguments, spec.size_argument: size})
        policy: Policy
        if agent is None:
            assert cell.policy is not None
            policy = spec.policy(cell.policy, sized)
        elif agent.accepts(sized.ports):
            policy = AgentPolicy(agent, sized.ports, bins=getattr(cell.outer_loop, "bins", None))
        else:
            cannot.append(size)
            continue
        test = evaluate(
            policy, cell.task, episodes=cell.episodes, episode_set=EpisodeSet[cell.episode_set], **sized.arguments()
        )
        tests[str(size)] = test.as_json()
    result["tests"], result["cannot_have_size"] = tests, cannot
    return result
