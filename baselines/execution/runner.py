"""Executes one run: trains, tests, probes and stores it, or finds it stored.

A lock that the system takes back from dead processes keeps two processes from working on the same run.
"""

import contextlib
import traceback
from pathlib import Path

from filelock import FileLock, Timeout

from agents import AgentFileError, load_agent
from badger_envs.core.checks import require_integer
from badger_envs.registry import get_spec
from baselines.execution.training import EARLIER, OnUpdate, earlier_folder, train_and_test
from baselines.experiments.run import RunSpec, failed
from baselines.experiments.stored import SetAside, find_result, load_trained, probe_file, read_probe, read_trained
from baselines.perturbations.probes import ask
from baselines.perturbations.subject import Subject
from baselines.results.data import ResultFileError
from baselines.results.run import AGENT_FILE, RUN_FILE, ProbeCurve, RunResult, StoredProbe

FAILED_FILE = "failed.json"


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

    Files that are damaged, or not what this run must give, are set aside as `NAME.damaged` and made again.

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
        ValueError: Fewer points than one.
        filelock.Timeout: Another process works on this run.
    """
    require_integer("points", points, 1)
    folder, set_aside = root / run.hash, SetAside()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock", timeout=patience):
            found = find_result(run, root)
            if found is not None:
                return found
            for left_over in folder.glob("*.tmp"):  # by a process that was killed while it wrote
                left_over.unlink()
            result = _trained_before(run, root, set_aside)
            if result is None:
                result = train_and_test(run, folder, device, on_update, points, set_aside)
                result.write(folder / RUN_FILE)
            probes = {name: _probe(run, root, name, device, set_aside) for name in run.probes}
            (folder / FAILED_FILE).unlink(missing_ok=True)
            return result.model_copy(update={"probes": probes, "set_aside": tuple(set_aside)})
    except Timeout:
        raise
    except Exception:  # whatever went wrong in one run, the others go on
        result = failed(run, traceback.format_exc())
        with contextlib.suppress(OSError):  # where not even this can be written, the comparison still shows it
            result.write(folder / FAILED_FILE)
        return result.model_copy(update={"set_aside": tuple(set_aside)})


def _trained_before(run: RunSpec, root: Path, set_aside: SetAside) -> RunResult | None:
    """The stored result without its probes, if its agent can still be probed."""
    folder = root / run.hash
    try:
        found = read_trained(run, root)
    except ResultFileError as error:
        set_aside.add(folder / RUN_FILE, error)
        return None
    try:
        if run.kind is not None:
            load_trained(folder, found)
    except AgentFileError as error:
        set_aside.add(folder / AGENT_FILE, error)
        return None
    return found


def _probe(run: RunSpec, root: Path, name: str, device: str, set_aside: SetAside) -> ProbeCurve:
    """A probe of a trained agent, stored or run now."""
    folder = root / run.hash
    path = folder / probe_file(run, name)
    try:
        return read_probe(run, root, name)
    except ResultFileError as error:
        set_aside.add(path, error)
    task = get_spec(run.task).make_task(**run.arguments)
    agent = load_agent(folder, device=device)
    earlier = {}
    for part in EARLIER:  # agents that were trained before have none
        with contextlib.suppress(AgentFileError):
            earlier[part] = load_agent(earlier_folder(folder, part), device=device)
    subject = Subject(agent, run.task, task, run.bins, run.probe_episodes, earlier)
    found = ProbeCurve.of(ask(name, subject))
    StoredProbe(**found.model_dump(), run=run.hash).write(path)
    return found
