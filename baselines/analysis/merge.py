"""Results of several folders put together: shards of a suite, or parts of it that were run at different times."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from baselines.analysis.summary import aggregate
from baselines.experiments.run import read_object

Content = dict[str, Any]
ONE_OF_A_KIND = ("format", "suite", "suite_version", "search")
"""What must be the same in all folders."""


def read_results(folders: Iterable[Path]) -> dict[str, Content]:
    """What is in `result.json` of each folder, by folder.

    Raises:
        ValueError: A folder without a `result.json` that can be read; or the same folder twice, or none at all.
    """
    found: dict[str, Content] = {}
    for folder in folders:
        if str(folder) in found:
            raise ValueError(f"folders must differ, got {folder} twice")
        content = read_object(folder / "result.json")
        if content is None:
            raise ValueError(f"folders must hold a result.json, got {folder}, where there is none that can be read")
        found[str(folder)] = content
    if not found:
        raise ValueError("folders must name at least one, got none")
    return found


def merge(contents: Mapping[str, Content]) -> Content:
    """One result out of several of the same suite.

    Runs of an agent are united by their hash, and what follows from them is computed anew; what failed in one folder
    and finished in another has finished. How the parts were made is listed part after part.

    Args:
        contents: what is in the `result.json` of each folder, by folder.

    Raises:
        ValueError: Two folders differ in format, suite, version of the suite, tuning, what a problem is, or the
            settings an agent was trained with.
    """
    (first_folder, first), *others = contents.items()
    for name in ONE_OF_A_KIND:
        for folder, content in others:
            _require_same(name, (first_folder, first.get(name)), (folder, content.get(name)))
    problems: dict[str, tuple[str, Any]] = {}
    agents: dict[tuple[str, str], tuple[str, Any]] = {}
    for folder, content in contents.items():
        for problem in content["problems"]:
            known = problems.setdefault(problem["name"], (folder, problem))
            _require_same(f"problem {problem['name']}", known, (folder, problem))
        for agent in content["agents"]:
            key = (agent["problem"], agent["agent"])
            if key not in agents:
                agents[key] = (folder, agent)
                continue
            before_folder, before = agents[key]
            if before["n"] and agent["n"]:
                about = f"settings of {agent['agent']} on {agent['problem']}"
                _require_same(about, (before_folder, before["settings"]), (folder, agent["settings"]))
            agents[key] = (before_folder, _united(before, agent))
    place = {name: number for number, name in enumerate(problems)}
    in_order = sorted((agent for _, agent in agents.values()), key=lambda agent: _order(agent, place, problems))
    return {
        **first,
        "runs": [run for content in contents.values() for run in content["runs"]],
        "problems": [problem for _, problem in problems.values()],
        "agents": in_order,
    }


def _united(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The same agent on the same problem in two folders."""
    runs = {run["hash"]: run for run in (*one["runs"], *other["runs"])}
    failed = {failure["hash"]: failure for failure in (*one["failed"], *other["failed"])}
    full = one if one["n"] else other
    return {
        **full,
        "failed": [failure for hash, failure in failed.items() if hash not in runs],
        "wanted": max(one["wanted"], other["wanted"], len(runs)),
        "trials": one["trials"] or other["trials"],
        "runs": sorted(runs.values(), key=lambda run: (run["seed"], run["hash"])),
        **aggregate(list(runs.values())),
    }


def _order(agent: dict[str, Any], place: dict[str, int], problems: dict[str, tuple[str, Any]]) -> tuple[Any, ...]:
    """Problem by problem: its first agent, the others, the handcrafted policies."""
    first = problems[agent["problem"]][1]["first"]
    return place[agent["problem"]], agent["handcrafted"], agent["agent"] != first


def _require_same(name: str, one: tuple[str, Any], other: tuple[str, Any]) -> None:
    if one[1] != other[1]:
        raise ValueError(
            f"{name} must be the same in all folders, got {one[1]} in {one[0]} and {other[1]} in {other[0]}"
        )
