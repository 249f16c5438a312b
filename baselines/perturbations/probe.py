"""What a probe is and what it finds. Needs no torch: functions are named by entry points and loaded when they run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agents.parts import load_part

if TYPE_CHECKING:
    from baselines.perturbations.subject import Subject

FRACTIONS = (0.0, 0.25, 0.5, 0.75, 1.0)
OWN = float("nan")
"""In place of the x at which all agents were trained: each has one of its own."""
Curve = list[tuple[float, float]]
"""Points (what was done, score)."""


@dataclass(frozen=True)
class Finding:
    """What a probe found about an agent; without points where the question makes no sense for it."""

    curve: Sequence[tuple[float, float]]
    """Points (what was done, score or what else the row says that y is)."""
    others: dict[str, list[float]] = field(default_factory=dict)
    """Other lines at the same x, by name."""
    facts: dict[str, float] = field(default_factory=dict)
    """Single numbers by name, as the caption says them."""
    words: str = ""
    """What it comes to in a few words, where the probe has some."""
    trained: float | None = None
    """The x at which this agent was trained, where agents differ in it."""


@dataclass(frozen=True)
class Probe:
    """A row: what is done, and how what comes out reads."""

    name: str
    title: str
    """Of the picture, the question it answers."""
    axis: str
    """What x is."""
    trained: float
    """The x at which agents were trained; `OWN` where it is the agent's own."""
    entry_point: str
    """Of the function, "module:name": it takes the subject, and returns a curve or a finding."""
    meaning: str = ""
    """One sentence below the picture: what it means when a line is high, low, or falls."""
    y: str = "score"
    """What y is; scores are drawn between chance and reference."""
    line: str = ""
    """What the first line is, where there are others."""
    version: int = 1
    """Raise it when the same agent gives another curve than before."""

    def ask(self, subject: Subject) -> Finding:
        """Run the probe."""
        found: Curve | Finding = load_part(self.entry_point)(subject)
        return found if isinstance(found, Finding) else Finding(found)

    def plain(self, subject: Subject) -> dict[str, Any]:
        """Run the probe: what it found as plain numbers, and where on its curve the agent was trained."""
        found = self.ask(subject)
        trained = self.trained
        if trained != trained:  # the agent's own
            trained = found.trained or getattr(subject.agent.config, self.name, None) or OWN
        return {
            "x": [x for x, _ in found.curve],
            "score": [y for _, y in found.curve],
            "trained": trained if found.curve and trained == trained else None,
            "others": found.others,
            "facts": found.facts,
            "words": found.words,
        }
