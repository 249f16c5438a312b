"""Families of agents, and who stands for a family on a problem: whoever does best there on validation episodes.

Every family has as many members, each member as many trials, and the same rule chooses for all, so that none is picked
after looking at a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from baselines.experiments.search import AS_GOOD


@dataclass(frozen=True)
class Family:
    """Agents of one kind of architecture, one of which is in the test of each problem."""

    name: str
    """As in results."""
    label: str
    """As in tables and pictures."""
    description: str
    """One sentence for people."""
    members: tuple[str, ...]
    """Agents by name; the first of those that are as good as each other is chosen."""


MODULAR, MULTI_AGENT, MONOLITHIC = "modular", "multi_agent", "monolithic"

FAMILIES = (
    Family(
        MODULAR, "modular", "many experts that run one shared policy, remember for themselves and talk to each other",
        ("badger", "badger_attention", "badger_free", "badger_pairs"),
    ),
    Family(
        MULTI_AGENT, "multi-agent",
        "one network that is shared by all ports, without messages or with those of multi-agent learning",
        ("shared", "commnet", "deep_sets", "transformer_over_ports"),
    ),
    Family(
        MONOLITHIC, "monolithic", "one network for all ports, padded where ports are fewer",
        ("monolithic_padded", "monolithic_shuffled", "hypernetwork", "transformer_over_time"),
    ),
)  # fmt: skip
"""The families that the verdict compares."""


def chosen_member(members: tuple[str, ...], scores: Mapping[str, float | None]) -> str | None:
    """Who stands for a family: the member with the best score on validation episodes, the first of those as good.

    Args:
        members: names, in the order of the family.
        scores: of the best settings that the trials of a member found; None where a training of each failed.

    Returns:
        Its name; None where nobody has a score.
    """
    known = {name: score for name in members if (score := scores.get(name)) is not None}
    if not known:
        return None
    best = max(known.values())
    return next(name for name, score in known.items() if score >= best - AS_GOOD)
