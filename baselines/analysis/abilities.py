"""What is asked of every run: abilities, each a number of a run that is larger where the run is better."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from baselines.analysis.failures import worst
from baselines.analysis.speed import half_way
from baselines.results.comparison import AgentResult, Problem, RunSummary

Measure = Callable[[RunSummary, Problem], float | None]
"""The number of a run that answers a question; None where the run has none."""


@dataclass(frozen=True)
class Ability:
    """A question, and how a run answers it."""

    name: str
    label: str
    """In a word or two, for tables."""
    question: str
    measure: Measure
    is_score: bool = True
    """Whether the number is a score: 0 is blind chance, 1 the handcrafted reference."""
    unit: str = ""
    """What the number is where it is no score."""

    def values(self, agent: AgentResult, problem: Problem) -> list[float]:
        """Of the runs of an agent that finished and have one."""
        measured = (self.measure(run, problem) for run in agent.runs)
        return [value for value in measured if value is not None]

    def lowest(self, agents: Sequence[AgentResult], problem: Problem) -> float:
        """What a failed run counts as, given everybody on a problem."""
        trained = (agent for agent in agents if not agent.handcrafted)
        return worst(value for agent in trained for value in self.values(agent, problem))


def _score(run: RunSummary, problem: Problem) -> float | None:
    return run.score


def _at_sizes(run: RunSummary, sizes: set[int]) -> float | None:
    """Mean score at sizes; None where there are none, or where the run cannot have one of them."""
    if not sizes or sizes & set(run.cannot_have_size):
        return None
    scores = [score for size, score in run.score_at_size.items() if size in sizes]
    return float(np.mean(scores)) if scores else None


def _between(run: RunSummary, problem: Problem) -> float | None:
    return _at_sizes(run, set(problem.left_out))


def _beyond(run: RunSummary, problem: Problem) -> float | None:
    tested = {*run.score_at_size, *run.cannot_have_size}
    return _at_sizes(run, tested - set(problem.inside) - set(problem.left_out))


def _on_curve(probe: str, x: float) -> Measure:
    def measure(run: RunSummary, problem: Problem) -> float | None:
        curve = run.probes.get(probe)
        return None if curve is None or x not in curve.x else curve.score[curve.x.index(x)]

    return measure


def _most(probe: str) -> Measure:
    """Where most of something was tried, if that is more than in training."""

    def measure(run: RunSummary, problem: Problem) -> float | None:
        curve = run.probes.get(probe)
        if curve is None or curve.trained is None or not curve.x or max(curve.x) <= curve.trained:
            return None
        return curve.score[curve.x.index(max(curve.x))]

    return measure


def _speed(run: RunSummary, problem: Problem) -> float | None:
    """The part of the training that is left when half of the reference is reached; 0 where it never is."""
    if not run.curve:
        return None
    reached = half_way(run.curve)
    return 0.0 if reached is None else 1.0 - reached.update / run.curve[-1].update


ABILITIES = (
    Ability("score", "as trained", "Who is better at what was trained?", _score),
    Ability("speed", "learning fast", "Who learns from fewer episodes?", _speed, False, "part of training saved"),
    Ability("between", "sizes between", "Who works at sizes between those of the training?", _between),
    Ability("sizes", "sizes beyond", "Who works at sizes beyond those of the training?", _beyond),
    Ability("life", "ten times the life", "Who is better in a life ten times as long?", _on_curve("life", 10)),
    Ability("switch", "new hidden task", "Who learns again when what is hidden changes?", _on_curve("switch", 2.0)),
    Ability("again", "a third hidden task", "Who learns again when it changes once more?", _on_curve("switch", 3.0)),
    Ability("forget", "half memory lost", "Who is better after losing half of the memory?", _on_curve("forget", 0.5)),
    Ability("shocks", "lost three times", "Who is better after losing it three times?", _on_curve("shocks", 3.0)),
    Ability("losing", "half experts lost", "Who goes on when half of its experts die?", _on_curve("newcomers", 0.5)),
    Ability("experts", "more experts", "Who can use more experts than in training?", _most("experts")),
    Ability("rounds", "thinking longer", "Who can think for longer than in training?", _most("rounds")),
)
