"""Results of several folders put together: shards of a suite, or parts of it that were run at different times."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from baselines.analysis.failures import with_scores
from baselines.results.comparison import (
    RESULT_FILE,
    AgentResult,
    ComparisonResult,
    Problem,
    RunSummary,
    TrialResult,
)


def read_results(folders: Iterable[Path]) -> dict[str, ComparisonResult]:
    """What is in `result.json` of each folder, by folder.

    Raises:
        ValueError: A folder without a `result.json`; or the same folder twice, or none at all.
        ResultFileError: A `result.json` that is damaged or of an unknown format.
    """
    found: dict[str, ComparisonResult] = {}
    for folder in folders:
        if any(folder.resolve() == Path(other).resolve() for other in found):
            raise ValueError(f"folders must differ, got {folder} twice")
        if not (folder / RESULT_FILE).is_file():
            raise ValueError(f"folders must hold a {RESULT_FILE}, got {folder}, where there is none")
        found[str(folder)] = ComparisonResult.read(folder / RESULT_FILE)
    if not found:
        raise ValueError("folders must name at least one, got none")
    return found


def merge(results: Mapping[str, ComparisonResult]) -> ComparisonResult:
    """One result out of several of the same suite.

    Runs of an agent are united by their hash, and what follows from them is computed anew; what failed in one folder
    and finished in another has finished. How the parts were made is listed part after part. Where folders contradict
    each other nothing is chosen between them.

    Args:
        results: of each folder, by folder.

    Raises:
        ValueError: Two folders differ in suite, version of the suite, tuning, what a problem is, what an agent is, the
            settings it was trained with, or what the same run or trial gave, times aside; or they have different runs
            of an agent for the same seed.
    """
    (first_folder, first), *others = results.items()
    for name in ("suite", "suite_version", "search"):
        for folder, result in others:
            _require_same(name, (first_folder, getattr(first, name)), (folder, getattr(result, name)))
    problems: dict[str, tuple[str, Problem]] = {}
    agents: dict[tuple[str, str], tuple[str, AgentResult]] = {}
    for folder, result in results.items():
        for problem in result.problems:
            known = problems.setdefault(problem.name, (folder, problem))
            _require_same(f"problem {problem.name}", known, (folder, problem))
        for agent in result.agents:
            key = (agent.problem, agent.agent)
            before_folder, before = agents.setdefault(key, (folder, agent))
            if before is agent:
                continue
            for name, one, other in _told_twice(before, agent):
                _require_same(name, (before_folder, one), (folder, other))
            agents[key] = (before_folder, _united(before, agent))
    place = {name: number for number, name in enumerate(problems)}

    def order(agent: AgentResult) -> tuple[Any, ...]:
        """Problem by problem: its first agent, the others, the handcrafted policies."""
        return place[agent.problem], agent.handcrafted, agent.agent != problems[agent.problem][1].first_agent

    return first.model_copy(
        update={
            "invocations": tuple(each for result in results.values() for each in result.invocations),
            "problems": tuple(problem for _, problem in problems.values()),
            "agents": tuple(sorted(with_scores([agent for _, agent in agents.values()]), key=order)),
        }
    )


def _united(one: AgentResult, other: AgentResult) -> AgentResult:
    """The same agent on the same problem in two folders."""
    by_hash = {run.hash: run for run in (*one.runs, *other.runs)}
    failures = {failure.hash: failure for failure in (*one.failures, *other.failures)}
    runs = tuple(sorted(by_hash.values(), key=lambda run: (run.seed, run.hash)))
    return (one if one.runs else other).model_copy(
        update={
            "failures": tuple(failure for hash, failure in failures.items() if hash not in by_hash),
            "planned_runs": max(one.planned_runs, other.planned_runs, len(runs)),
            "trials": one.trials or other.trials,
            "runs": runs,
            # What the runs of all folders give is computed when they are all there; until then a placeholder.
            "score": one.score or other.score,
        }
    )


def _told_twice(one: AgentResult, other: AgentResult) -> Iterator[tuple[str, Any, Any]]:
    """What two folders say of the same agent on the same problem, and what it is."""
    name = f"{one.agent} on {one.problem}"
    yield f"description of {name}", (one.label, one.description), (other.label, other.description)
    if one.runs and other.runs:
        yield f"settings of {name}", one.settings, other.settings
        yield f"costs of {name}", one.costs, other.costs
        for field in ("episodes", "environment_steps"):
            yield f"{field} of {name}", getattr(one, field), getattr(other, field)
        for what, tested in (("sizes", lambda run: sorted(run.metric_at_size)), ("grids", _points)):
            yield f"{what} of {name}", tested(one.runs[0]), tested(other.runs[0])
    if one.trials and other.trials:
        mine, theirs = ([_without_times(trial) for trial in each.trials] for each in (one, other))
        yield f"trials of {name}", mine, theirs
    by_seed = {run.seed: run for run in one.runs}
    for run in other.runs:
        before = by_seed.get(run.seed, run)
        yield f"run of {name}, seed {run.seed}", before.hash, run.hash
        yield f"score of {name}, seed {run.seed}", before.score, run.score
        yield f"result of {name}, seed {run.seed}", _without_times(before), _without_times(run)


def _points(run: RunSummary) -> list[Any]:
    return [grid.points for grid in run.grids]


def _without_times(result: RunSummary | TrialResult) -> dict[str, Any]:
    """What is the same wherever a run is executed."""
    return result.model_dump(exclude={"training_cpu_seconds": True, "curve": {"__all__": {"cpu_seconds"}}})


def _require_same(name: str, one: tuple[str, Any], other: tuple[str, Any]) -> None:
    if one[1] != other[1]:
        raise ValueError(
            f"{name} must be the same in all folders, "
            f"got {one[1]!s:.300} in {one[0]} and {other[1]!s:.300} in {other[0]}"
        )
