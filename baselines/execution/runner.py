"""Executes one run: trains, tests, probes and stores it, or finds it stored.

A lock that the system takes back from dead processes keeps two processes from working on the same run.
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
from baselines.experiments.run import RunSpec, failure, find_result, probe_file, read_object
from baselines.outer_loops.policy import AgentPolicy
from baselines.outer_loops.trainer import train
from baselines.perturbations.probes import ask
from baselines.perturbations.subject import Subject

OnUpdate = Callable[[int, dict[str, float]], None]


def execute(
    run: RunSpec,
    root: Path,
    *,
    device: str = "cpu",
    on_update: OnUpdate | None = None,
    points: int = 100,
    patience: float = -1.0,
) -> dict[str, Any]:
    """Train, test, probe and store one run, or find it already stored.

    Files that are cut off are as good as not there; a checkpoint that can't be read is set aside.

    Args:
        run: the specification.
        root: folder of all runs.
        device: where tensors live.
        on_update: called now and then during training, as in `baselines.outer_loops.trainer.train`.
        points: length of the learning curve.
        patience: seconds to wait while another process works on this run; below 0 for as long as it takes.

    Returns:
        The result: plain numbers, lists and words. `failed` holds the traceback of a run that raised; such a result
        is stored as `failed.json` where that can be, is no score, and is tried again by the next run.

    Raises:
        filelock.Timeout: Another process works on this run.
    """
    folder = root / run.hash
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock", timeout=patience):
            found = find_result(run, root)
            if found is not None:
                return found
            for left_over in folder.glob("*.tmp"):  # by a process that was killed while it wrote
                left_over.unlink()
            result = _trained_before(run, folder)
            if result is None:
                result = _train_and_test(run, folder, device, on_update, points)
                write_json(folder / "run.json", result)
            result["probes"] = {name: _probed(run, folder, name, device) for name in run.probes}
            (folder / "failed.json").unlink(missing_ok=True)
            return result
    except Timeout:
        raise
    except Exception:  # whatever went wrong in one run, the others go on
        result = failure(run, traceback.format_exc())
        with contextlib.suppress(OSError):  # where not even this can be written, the run still tells of it
            write_json(folder / "failed.json", result)
        return result


def _trained_before(run: RunSpec, folder: Path) -> dict[str, Any] | None:
    """The stored result without its probes, if it is of this run and its agent can still be asked."""
    found = read_object(folder / "run.json")
    if found is None or found.get("specification") != run.specification():
        return None
    try:
        if run.kind is not None:
            load_agent(folder)
    except AgentFileError:
        return None
    return found


def _probed(run: RunSpec, folder: Path, name: str, device: str) -> dict[str, Any]:
    """A probe of a trained run, as it is stored or asked now."""
    path = folder / probe_file(run, name)
    found = read_object(path)
    if found is None:
        task = get_spec(run.task).make_task(**run.arguments)
        agent = load_agent(folder, device=device)
        found = ask(name, Subject(agent, run.task, task, run.bins, run.probe_episodes))
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


def _train_and_test(run: RunSpec, folder: Path, device: str, on_update: OnUpdate | None, points: int) -> dict[str, Any]:
    spec = get_spec(run.task)
    task = spec.make_task(**run.arguments)
    result: dict[str, Any] = {"hash": run.hash, "specification": run.specification(), "device": device}
    result["training_cpu_seconds"] = 0.0
    agent = None
    if run.outer_loop is not None:
        assert run.kind is not None
        assert run.config is not None
        torch.manual_seed(run.seed)
        agent = build_agent(run.kind, run.config).to(device)
        checkpoint = folder / "checkpoint.pt"
        _set_aside_if_damaged(checkpoint)
        trained = train(
            agent,
            run.task,
            run.arguments,
            run.outer_loop,
            seed=run.seed,
            on_update=on_update,
            points=points,
            checkpoint=checkpoint,
        )
        save_agent(agent, folder)
        checkpoint.unlink(missing_ok=True)
        result |= costs(agent, task)
        result["environment_steps"] = trained.environment_steps
        result["episodes"] = run.training_episodes
        result["curve"] = trained.curve
        result["training_cpu_seconds"] = trained.cpu_seconds

    tests, cannot = {}, []
    for size in sorted({getattr(task, spec.size_argument), *run.test_sizes}):
        sized = spec.make_task(**{**run.arguments, spec.size_argument: size})
        policy: Policy
        if agent is None:
            assert run.policy is not None
            policy = spec.policy(run.policy, sized)
        elif agent.accepts(sized.ports):
            policy = AgentPolicy(agent, sized.ports, bins=run.bins)
        else:
            cannot.append(size)
            continue
        test = evaluate(
            policy, run.task, episodes=run.episodes, episode_set=EpisodeSet[run.episode_set], **sized.arguments()
        )
        tests[str(size)] = test.as_json()
    result["tests"], result["cannot_have_size"] = tests, cannot
    return result
