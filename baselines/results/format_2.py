"""Reads `result.json` as it was before format 3, so that results that took hours can still be shown and merged."""

from collections.abc import Mapping
from typing import Any

from baselines.results.data import ResultFileError

Plain = Mapping[str, Any]
COSTS = ("parameters", "memory", "parameters_per_memory", "flops_per_step")
RENAMED = {
    "about": "description",
    "failed": "failures",
    "first": "first_agent",
    "iqm": "estimate",
    "levels": "reference_returns",
    "size_name": "size_argument",
    "wanted": "planned_runs",
}
DERIVED = ("n", "training_cpu_seconds")
"""Fields of an agent that follow from its runs."""


def from_format_2(content: Plain, file: str) -> dict[str, Any]:
    """What was said in format 2, as format 3 says it.

    Raises:
        ResultFileError: A field is missing or of another type.
    """
    try:
        return {
            **_renamed(content),
            "format": 3,
            "invocations": content["runs"],
            "problems": [_renamed(problem) for problem in content["problems"]],
            "agents": [_agent(agent) for agent in content["agents"]],
        }
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ResultFileError(f"{file}: must be a whole result of format 2, got {error!r}") from error


def _renamed(fields: Plain, without: tuple[str, ...] = ("runs",)) -> dict[str, Any]:
    return {RENAMED.get(name, name): value for name, value in fields.items() if name not in without}


def _agent(agent: Plain) -> dict[str, Any]:
    return {
        "settings": None,
        "episodes": 0,
        "environment_steps": 0,
        **_renamed(agent, (*COSTS, *DERIVED)),
        "costs": {name: agent[name] for name in COSTS} if agent.get("parameters") else None,
        "score": _score(agent) if agent["n"] else None,
        "runs": agent["runs"],
    }


def _score(agent: Plain) -> dict[str, Any]:
    """A single run has no interval."""
    return {**_renamed(agent["score"]), **({"low": None, "high": None} if agent["n"] == 1 else {})}
