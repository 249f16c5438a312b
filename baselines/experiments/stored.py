"""Results of runs that are stored: found, and believed only where they are all that the run must give.

A result is stored in a folder named by the hash of the specification, so a second run finds it and does nothing. The
file `run.json` is written last: a folder without it is a run that did not finish. Probes have a file each, so that a
later probe asks agents that were trained before it was there.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from agents import Agent, AgentFileError, load_agent
from badger_envs.registry import get_spec, reference_returns
from baselines.experiments.run import RunSpec
from baselines.perturbations.probes import PROBES
from baselines.results.data import ResultFileError
from baselines.results.run import (
    AGENT_FILE,
    RUN_FILE,
    EvaluationResult,
    ProbeCurve,
    RunResult,
    StoredProbe,
    file_sha256,
)

TOLERANCE = 1e-6
"""Of a score beside that of the returns, which are stored with nine digits, and of what was measured elsewhere."""


def read_trained(run: RunSpec, root: Path) -> RunResult:
    """The stored result of a run without its probes.

    Raises:
        ResultFileError: It is not there, damaged, of another run, or lacks what the run must give.
    """
    path = root / run.hash / RUN_FILE
    found = RunResult.read(path)
    for complaint in _complaints(run, found):
        raise ResultFileError(f"{path}: {complaint}")
    return found


def read_probe(run: RunSpec, root: Path, name: str) -> ProbeCurve:
    """A stored probe of a run.

    Raises:
        ResultFileError: It is not there, damaged or of another run.
    """
    path = root / run.hash / probe_file(run, name)
    found = StoredProbe.read(path)
    if found.run not in (None, run.hash):
        raise ResultFileError(f"{path}: run: must be {run.hash}, got {found.run!r:.80}")
    return ProbeCurve.of(found.model_dump(exclude={"run"}))


def load_trained(folder: Path, result: RunResult, *, device: str = "cpu") -> Agent:
    """The agent that a result is of, from the folder of the run.

    Raises:
        AgentFileError: It is not there, damaged or another one.
    """
    agent = load_agent(folder, device=device)
    if file_sha256(folder / AGENT_FILE) != result.agent_sha256:
        raise AgentFileError(f"{folder / AGENT_FILE}: must be the agent that {RUN_FILE} is of")
    return agent


def find_result(run: RunSpec, root: Path) -> RunResult | None:
    """The stored result of a run with all its probes, or None where something is not there or is not as it must be."""
    try:
        found = read_trained(run, root)
        return found.model_copy(update={"probes": {name: read_probe(run, root, name) for name in run.probes}})
    except ResultFileError:
        return None


def probe_file(run: RunSpec, name: str) -> str:
    """Name of the file of a probe, in the folder of its run."""
    return f"probe_{name}_v{PROBES[name].version}_{run.probe_episodes}.json"


class SetAside(list[str]):
    """Files that could not be used: renamed, with a line for each."""

    def add(self, path: Path, error: Exception) -> None:
        """Rename a file that is not as it must be, if it is there at all."""
        if path.exists():
            path.replace(path.with_name(f"{path.name}.damaged"))
            self.append(f"{path.name} was set aside and is made again: {error}")


def _complaints(run: RunSpec, found: RunResult) -> Iterator[str]:
    """What a result lacks, or says of another run."""
    if found.hash != run.hash or found.specification != run.specification():
        yield f"specification: must be that of run {run.hash}"
    if found.failure is not None:
        yield f"failure: must not be there, got {found.failure.splitlines()[-1:]}"
    sizes = sorted({run.size, *run.test_sizes})
    if sorted([*found.tests, *found.cannot_have_size]) != sizes or run.size not in found.tests:
        yield f"tests: must be of the sizes {sizes}, of which an agent can lack others than {run.size}"
    elif found.tests[run.size].score is None:
        yield f"tests.{run.size}.score: must be there at the size that was trained"
    for size, test in found.tests.items():
        for complaint in _complaints_of_test(run, size, test):
            yield f"tests.{size}.{complaint}"
    wanted = [(grid.axis, grid.values, grid.episodes) for grid in run.grids]
    given = [(grid.axis, grid.points[1], grid.episodes) for grid in found.grids]
    if any(grid not in wanted for grid in given):
        yield f"grids: must be out of {wanted}, got {given}"
    if run.outer_loop is not None:
        if found.costs is None or found.agent_sha256 is None:
            yield "costs, agent_sha256: must be those of the trained agent"
        updates = [point.update for point in found.curve]
        if not updates or updates != sorted(set(updates)) or updates[-1] != run.updates:
            yield f"curve: must rise to update {run.updates}"


def _complaints_of_test(run: RunSpec, size: int, test: EvaluationResult) -> Iterator[str]:
    spec = get_spec(run.task)
    task = spec.make_task(**{**run.arguments, spec.size_argument: size})
    played = (run.task, run.episode_set, 0, run.episodes)
    if (test.id, test.episode_set, test.first_episode, test.episodes) != played:
        yield f"episodes: must be id, set, first and number {played}"
    if test.arguments != task.arguments():
        yield f"arguments: must be {task.arguments()}, got {test.arguments}"
    if spec.metric not in test.metrics:
        yield f"metrics: must have {spec.metric}"
    known = reference_returns(task)
    for name, level in (("chance", known.chance), ("reference", known.reference)):
        if not np.isclose(getattr(test, name), level, rtol=TOLERANCE, atol=TOLERANCE):
            yield f"{name}: must be {level}, got {getattr(test, name)}"
    span = test.reference - test.chance
    score = (float(np.mean(test.returns)) - test.chance) / span if span > 0.0 else None
    if score is None or test.score is None:
        fits = score == test.score
    else:
        fits = abs(score - test.score) <= TOLERANCE * max(1.0, abs(test.score))
    if not fits:
        yield f"score: must be that of the returns, {score}, got {test.score}"
