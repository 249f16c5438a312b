"""Whose results of a comparison are submitted: those of an agent, or of the members that stand for a family."""

from collections.abc import Sequence
from typing import Any

from baselines.results.comparison import AgentResult, ComparisonResult


def results_of(comparison: ComparisonResult, name: str | None) -> list[AgentResult]:
    """The results of an agent, or of who stands for a family, problem by problem."""
    members = [result for result in comparison.agents if result.family and result.family == name and result.chosen]
    if members:
        return members
    trained = list(dict.fromkeys(result.agent for result in comparison.agents if not result.handcrafted))
    if name is None and len(trained) == 1:
        name = trained[0]
    if name not in trained:
        raise ValueError(f"agent must be one of those trained, {', '.join(trained)}, got {name!r}")
    return [result for result in comparison.agents if result.agent == name]


def titles(found: Sequence[AgentResult], name: str | None) -> dict[str, Any]:
    """Who it is, in words."""
    first = found[0]
    title, about = first.label, first.description
    if name is not None and name == first.family != first.agent:
        members = ", ".join(dict.fromkeys(result.label for result in found))
        title = f"{name.replace('_', '-')} family"
        about = f"on each problem the member that did best on validation episodes: {members}"
    return {"title": title, "about": about, "agent": {"source": "badger", "description": about}}
