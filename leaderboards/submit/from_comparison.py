"""An agent out of the folder that `python -m baselines compare --suite SUITE --out FOLDER` wrote."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from baselines.results.comparison import RESULT_FILE, RUNS, AgentResult, ComparisonResult
from baselines.results.run import AGENT_FILE, RUN_FILE, Costs, RunResult, SavedAgent
from leaderboards.check.weights import MAX_BYTES, MAX_CONFIG_BYTES
from leaderboards.schema.benchmark import Benchmark, BenchmarkProblem, current_arguments
from leaderboards.schema.files import read_bytes
from leaderboards.schema.submission import SeedResult, make_seed_result
from leaderboards.submit.draft import Draft, public_command, seeds_without_gap
from leaderboards.submit.who import results_of, titles

logger = logging.getLogger(__name__)

MAX_RESULT_BYTES = 256 * 2**20
MAX_POINTS = 50
"""Of a learning curve."""


@dataclass(frozen=True)
class TrainedRun:
    """A run that finished, with the agent that it trained."""

    result: RunResult
    costs: Costs
    agent: SavedAgent
    weights: bytes


Record = TypeVar("Record", ComparisonResult, RunResult, SavedAgent)
Runs = dict[str, dict[int, TrainedRun]]
"""By problem and training seed."""


def from_comparison(folder: Path, benchmark: Benchmark, agent: str | None) -> Draft:
    """All runs of an agent that finished on the problems of a benchmark.

    Args:
        folder: holds `result.json` and `runs/`.
        benchmark: what is submitted to.
        agent: its name, or that of a family: on each problem the member that validation episodes chose; may be None
            where only one was trained.

    Raises:
        ValueError: There is no such agent, nothing of it can be submitted, or `result.json` is damaged.
    """
    comparison = _read(ComparisonResult, folder / RESULT_FILE, MAX_RESULT_BYTES)
    found = results_of(comparison, agent)
    first, runs = found[0], Runs()
    for problem in benchmark.problems:
        result = _result_on(found, comparison, problem)
        if result is None:
            logger.warning(f"{problem.name}: {first.agent} was not trained on it")
            continue
        finished = _finished(folder, benchmark, problem, result)
        kept = seeds_without_gap(finished, problem.name)
        if len(kept) < benchmark.min_seeds:
            logger.warning(f"{problem.name}: {len(kept)} runs, where an entry needs {benchmark.min_seeds} to be ranked")
        if kept:
            runs[problem.name] = {seed: finished[seed] for seed in kept}
    if not runs:
        raise ValueError(f"source must hold finished runs of {first.agent}, got none on benchmark {benchmark.name}")
    return Draft(
        agent=agent or first.agent,
        fields={**titles(found, agent), "training": _training(comparison, runs)},
        rows=[row for name in runs for row in _rows(benchmark, benchmark.problem(name), runs[name])],
        weights=_weights(runs),
    )


def _read(record: type[Record], path: Path, largest: int) -> Record:
    return record.from_json(read_bytes(path, path.name, largest), path.name)


def _result_on(
    found: Sequence[AgentResult], comparison: ComparisonResult, problem: BenchmarkProblem
) -> AgentResult | None:
    """The result on a problem: of the same name if possible, since one task may be trained on twice."""
    wanted = (problem.id, problem.arguments)
    names = {each.name for each in comparison.problems if (each.task, each.arguments) == wanted}
    same = [result for result in found if result.problem in names]
    return next((result for result in same if result.problem == problem.name), same[0] if same else None)


def _finished(
    folder: Path, benchmark: Benchmark, problem: BenchmarkProblem, agent: AgentResult
) -> dict[int, TrainedRun]:
    """Runs that were tested as the benchmark asks, by training seed."""
    finished, failed = len(agent.runs), len(agent.failures)
    if failed or finished < agent.planned_runs:
        logger.warning(f"{problem.name}: {finished} of {agent.planned_runs} runs finished, {failed} runs failed")
    found = {}
    for summary in agent.runs:
        try:
            run = _read_run(folder / RUNS / Path(summary.hash).name)
            if not _is_tested(run, benchmark, problem, problem.train_size):
                raise ValueError(f"it was not tested on the episodes of benchmark {benchmark.name}")
            found[summary.seed] = run
        except ValueError as error:
            logger.warning(f"{problem.name}, training seed {summary.seed}: left out, {error}")
    return found


def _read_run(folder: Path) -> TrainedRun:
    result = _read(RunResult, folder / RUN_FILE, MAX_RESULT_BYTES)
    about = read_bytes(folder / AGENT_FILE, AGENT_FILE, MAX_CONFIG_BYTES)
    if result.agent_sha256 != hashlib.sha256(about).hexdigest():
        raise ValueError(f"{AGENT_FILE} is not the one that {RUN_FILE} is of")
    agent = SavedAgent.from_json(about, AGENT_FILE)
    weights = read_bytes(folder / "agent.safetensors", "agent.safetensors", MAX_BYTES)
    if agent.weights_sha256 != hashlib.sha256(weights).hexdigest():
        raise ValueError("its weights are not those that it was saved with")
    if result.costs is None:
        raise ValueError(f"{RUN_FILE}: costs: must be those of a trained agent")
    return TrainedRun(result, result.costs, agent, weights)


def _is_tested(run: TrainedRun, benchmark: Benchmark, problem: BenchmarkProblem, size: int) -> bool:
    """Whether a run was tested at a size on the episodes of the benchmark."""
    test, wanted = run.result.tests.get(size), problem.sizes[size]
    if test is None or (test.id, test.episode_set) != (problem.id, benchmark.episode_set):
        return False
    episodes = (test.first_episode, test.episodes) == (wanted.first_episode, wanted.episodes)
    return episodes and current_arguments(problem.id, test.arguments) == wanted.arguments


def _rows(benchmark: Benchmark, problem: BenchmarkProblem, runs: dict[int, TrainedRun]) -> list[SeedResult]:
    """Of all sizes at which every run was tested."""
    sizes = [size for size in problem.sizes if all(_is_tested(run, benchmark, problem, size) for run in runs.values())]
    left = sorted(set(problem.sizes) - set(sizes))
    if left:
        possible = not all(set(left) <= set(run.result.cannot_have_size) for run in runs.values())
        reason = "not tested on the episodes of the benchmark" if possible else "the agent cannot have them"
        logger.warning(f"{problem.name}: without {problem.size_name} {', '.join(map(str, left))}, {reason}")
    return [
        make_seed_result(
            benchmark.name, problem.name, size, seed, run.agent.weights_sha256, run.result.tests[size].returns
        )
        for seed, run in runs.items()
        for size in sizes
    ]


def _weights(runs: Runs) -> dict[str, tuple[bytes, Any]]:
    found: dict[str, tuple[bytes, Any]] = {}
    for run in (run for of_problem in runs.values() for run in of_problem.values()):
        sha, pair = run.agent.weights_sha256, (run.weights, run.agent.model_dump(mode="json"))
        if found.setdefault(sha, pair) != pair:
            raise ValueError(f"source must have one config for each set of weights, got two for {sha}")
    return found


def _training(comparison: ComparisonResult, runs: Runs) -> dict[str, Any]:
    """How everything came about, means over training seeds."""

    def means(value: Callable[[TrainedRun], float]) -> dict[str, float]:
        return {name: _mean([value(run) for run in of_problem.values()]) for name, of_problem in runs.items()}

    devices = sorted({run.result.device for of_problem in runs.values() for run in of_problem.values()})
    return {
        "commands": list(dict.fromkeys(public_command(made.command) for made in comparison.invocations)),
        "versions": {name: version for made in comparison.invocations for name, version in made.versions.items()},
        "environment_steps": {name: round(mean) for name, mean in means(lambda r: r.result.environment_steps).items()},
        "cpu_seconds": {name: round(mean, 3) for name, mean in means(lambda r: r.result.training_cpu_seconds).items()},
        "parameters": {name: round(mean) for name, mean in means(lambda run: run.costs.parameters).items()},
        "device": ", ".join(devices),
        "curves": {name: _curve(list(of_problem.values())) for name, of_problem in runs.items()},
    }


def _curve(runs: Sequence[TrainedRun]) -> list[tuple[int, float]]:
    """The learning curve, mean over training seeds at the same updates, of few enough points."""
    several = list(zip(*(run.result.curve for run in runs), strict=False))
    few = several[:: -(-len(several) // MAX_POINTS)] if several else []
    steps = [round(_mean([point.environment_steps for point in points])) for points in few]
    scores = [round(_mean([point.score for point in points]), 4) for points in few]
    return list(zip(steps, scores, strict=True))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
