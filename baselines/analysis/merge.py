"""Results of several folders put together: shards of a suite, or parts of it that were run at different times."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from baselines.analysis.summary import interquartile_score
from baselines.results.comparison import RESULT_FILE, AgentResult, ComparisonResult, Problem


def read_results(folders: Iterable[Path]) -> dict[str, ComparisonResult]:
    """What is in `result.json` of each folder, by folder.

    Raises:
        ValueError: A folder without a `result.json`; or the same folder twice, or none at all.
        ResultFileError: A `result.json` that is damaged or of an unknown format.
    """
    found: dict[str, ComparisonResult] = {}
    for folder in folders:
        if str(folder) in found:
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
    and finished in another has finished. How the parts were made is listed part after part.

    Args:
        results: of each folder, by folder.

    Raises:
        ValueError: Two folders differ in suite, version of the suite, tuning, what a problem is, or the settings an
            agent was trained with.
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
            if before.runs and agent.runs:
                name = f"settings of {agent.agent} on {agent.problem}"
                _require_same(name, (before_folder, before.settings), (folder, agent.settings))
            agents[key] = (before_folder, _united(before, agent))
    place = {name: number for number, name in enumerate(problems)}

    def order(agent: AgentResult) -> tuple[Any, ...]:
        """Problem by problem: its first agent, the others, the handcrafted policies."""
        return place[agent.problem], agent.handcrafted, agent.agent != problems[agent.problem][1].first_agent

    return first.model_copy(
        update={
            "invocations": tuple(each for result in results.values() for each in result.invocations),
            "problems": tuple(problem for _, problem in problems.values()),
            "agents": tuple(sorted((agent for _, agent in agents.values()), key=order)),
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
            "score": interquartile_score(list(by_hash.values())),
        }
    )


def _require_same(name: str, one: tuple[str, Any], other: tuple[str, Any]) -> None:
    if one[1] != other[1]:
        raise ValueError(
            f"{name} must be the same in all folders, got {one[1]} in {one[0]} and {other[1]} in {other[0]}"
        )
