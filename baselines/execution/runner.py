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

from agents import Agent, build_agent, load_agent, save_agent
from agents.storage import AgentFileError
from badger_envs.core.episodes import EpisodeSet
from badger_envs.core.policy import Policy
from badger_envs.evaluation import evaluate
from badger_envs.registry import get_spec
from baselines.execution.costs import costs
from baselines.experiments.run import RunSpec, failed, find_result, find_trained, probe_file
from baselines.outer_loops.policy import AgentPolicy
from baselines.outer_loops.trainer import train
from baselines.perturbations.probes import ask
from baselines.perturbations.subject import Subject
from baselines.results.run import RUN_FILE, CurvePoint, EvaluationResult, ProbeCurve, RunResult

OnUpdate = Callable[[CurvePoint], None]
"""Gets the newest point of the learning curve."""
FAILED_FILE, CHECKPOINT_FILE = "failed.json", "checkpoint.pt"


def execute(
    run: RunSpec,
    root: Path,
    *,
    device: str = "cpu",
    on_update: OnUpdate | None = None,
    points: int = 100,
    patience: float = -1.0,
) -> RunResult:
    """Train, test, probe and store one run, or find it already stored.

    Files that are cut off are as good as not there; a checkpoint that can't be read is set aside.

    Args:
        run: the specification.
        root: folder of all runs.
        device: where tensors live.
        on_update: called now and then during training.
        points: length of the learning curve.
        patience: seconds to wait while another process works on this run; below 0 for as long as it takes.

    Returns:
        The result. That of a run that raised holds the traceback as `failure`; it is stored as `failed.json` where
        possible, and tried again the next time.

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
            result = _trained_before(run, root)
            if result is None:
                result = _train_and_test(run, folder, device, on_update, points)
                result.write(folder / RUN_FILE)
            probes = {name: _probe(run, folder, name, device) for name in run.probes}
            (folder / FAILED_FILE).unlink(missing_ok=True)
            return result.model_copy(update={"probes": probes})
    except Timeout:
        raise
    except Exception:  # whatever went wrong in one run, the others go on
        result = failed(run, traceback.format_exc())
        with contextlib.suppress(OSError):  # where not even this can be written, the comparison still shows it
            result.write(folder / FAILED_FILE)
        return result


def _trained_before(run: RunSpec, root: Path) -> RunResult | None:
    """The stored result without its probes, if its agent can still be probed."""
    try:
        if run.kind is not None:
            load_agent(root / run.hash)
    except AgentFileError:
        return None
    return find_trained(run, root)


def _probe(run: RunSpec, folder: Path, name: str, device: str) -> ProbeCurve:
    """A probe of a trained agent, stored or run now."""
    path = folder / probe_file(run, name)
    found = ProbeCurve.find(path)
    if found is None:
        task = get_spec(run.task).make_task(**run.arguments)
        agent = load_agent(folder, device=device)
        found = ProbeCurve.of(ask(name, Subject(agent, run.task, task, run.bins, run.probe_episodes)))
        found.write(path)
    return found


def _set_aside_if_damaged(checkpoint: Path) -> None:
    """Rename a checkpoint that can't be read, so that the training starts anew."""
    try:
        torch.load(checkpoint, weights_only=True, map_location="cpu")
    except FileNotFoundError:
        pass
    except Exception:  # torch says it in many ways
        checkpoint.replace(checkpoint.with_suffix(".damaged"))


def _train_and_test(run: RunSpec, folder: Path, device: str, on_update: OnUpdate | None, points: int) -> RunResult:
    agent, training = (None, {}) if run.outer_loop is None else _train(run, folder, device, on_update, points)
    spec, tests, cannot_have = get_spec(run.task), {}, []
    for size in sorted({run.size, *run.test_sizes}):
        sized = spec.make_task(**{**run.arguments, spec.size_argument: size})
        policy: Policy
        if agent is None:
            assert run.policy is not None
            policy = spec.policy(run.policy, sized)
        elif agent.accepts(sized.ports):
            policy = AgentPolicy(agent, sized.ports, bins=run.bins)
        else:
            cannot_have.append(size)
            continue
        test = evaluate(
            policy, run.task, episodes=run.episodes, episode_set=EpisodeSet[run.episode_set], **sized.arguments()
        )
        tests[size] = EvaluationResult.of(test.as_json())
    return RunResult(
        hash=run.hash,
        specification=run.specification(),
        device=device,
        tests=tests,
        cannot_have_size=tuple(cannot_have),
        **training,
    )


def _train(
    run: RunSpec, folder: Path, device: str, on_update: OnUpdate | None, points: int
) -> tuple[Agent, dict[str, Any]]:
    """The agent, which is saved, and what its training adds to the result."""
    assert run.outer_loop is not None
    assert run.kind is not None
    assert run.config is not None
    torch.manual_seed(run.seed)
    agent = build_agent(run.kind, run.config).to(device)
    checkpoint = folder / CHECKPOINT_FILE
    _set_aside_if_damaged(checkpoint)
    trained = train(
        agent,
        run.task,
        run.arguments,
        run.outer_loop,
        seed=run.seed,
        on_update=on_update and (lambda updates, numbers: on_update(CurvePoint.model_validate(numbers))),
        points=points,
        checkpoint=checkpoint,
    )
    save_agent(agent, folder)
    checkpoint.unlink(missing_ok=True)
    return agent, {
        "costs": costs(agent, get_spec(run.task).make_task(**run.arguments)),
        "environment_steps": trained.environment_steps,
        "episodes": run.training_episodes,
        "curve": tuple(CurvePoint.model_validate(numbers) for numbers in trained.curve),
        "training_cpu_seconds": trained.cpu_seconds,
    }
