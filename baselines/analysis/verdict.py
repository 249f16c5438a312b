"""The verdict: ability by ability, who is better, a modular agent or a monolithic one, and with what certainty.

An ability is a number of every run. It is compared on all problems that both were trained on, task by task, by the
probability that a run of the one beats a run of the other; p-values are of a permutation test, after Holm's correction
for asking several questions. A run that failed counts as the worst.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from badger_envs import statistics
from badger_envs.statistics import Interval
from baselines.analysis.failures import with_failed, worst
from baselines.results.comparison import AgentResult, ComparisonResult, Problem, RunSummary

SIGNIFICANT = 0.05
MONOLITHIC, CUT = "monolithic", "shared"
"""Agents that the modular one is compared with: one network for everything, and itself without messages."""

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


def _score(run: RunSummary, problem: Problem) -> float | None:
    return run.score


def _other_sizes(run: RunSummary, problem: Problem) -> float | None:
    if run.cannot_have_size:
        return None
    others = [score for size, score in run.score_at_size.items() if size != problem.size]
    return float(np.mean(others)) if others else None


def _on_curve(probe: str, x: float) -> Measure:
    def measure(run: RunSummary, problem: Problem) -> float | None:
        curve = run.probes.get(probe)
        return None if curve is None or x not in curve.x else curve.score[curve.x.index(x)]

    return measure


ABILITIES = (
    Ability("score", "as trained", "Who is better at what was trained?", _score),
    Ability("life", "ten times the life", "Who is better in a life ten times as long?", _on_curve("life", 10)),
    Ability("switch", "new hidden task", "Who learns again when what is hidden changes?", _on_curve("switch", 2.0)),
    Ability("forget", "half memory lost", "Who is better after losing half of the memory?", _on_curve("forget", 0.5)),
    Ability("sizes", "other sizes", "Who works at sizes never seen?", _other_sizes),
)


@dataclass(frozen=True)
class ProblemScores:
    """Interquartile means of an ability on a problem."""

    title: str
    modular: float
    rival: float
    runs: tuple[int, int]
    """Of the modular agent and of its rival, those that failed too."""
    failed: tuple[int, int]
    """How many of them failed; each counts as the worst run of anybody, see `baselines.analysis.failures`."""


@dataclass(frozen=True)
class Comparison:
    """Who wins an ability, the modular agent of each problem or a rival."""

    ability: Ability
    rival: str
    """Its name: `MONOLITHIC` or `CUT`."""
    problems: tuple[ProblemScores, ...]
    """Those compared on; none where the rival has the ability nowhere."""
    only_modular: tuple[str, ...]
    """Titles of the problems on which the rival does not have the ability, as monolithic agents at other sizes."""
    probability: Interval | None = None
    """That a run of the modular agent beats one of the rival; None where nothing is compared."""
    p: float | None = None
    """Corrected."""

    @property
    def runs(self) -> tuple[int, int]:
        """Of the modular agent and of its rival on all problems, those that failed too."""
        return self._both(lambda problem: problem.runs)

    @property
    def failed(self) -> tuple[int, int]:
        """How many of the runs failed."""
        return self._both(lambda problem: problem.failed)

    def _both(self, count: Callable[[ProblemScores], tuple[int, int]]) -> tuple[int, int]:
        modular, rival = (sum(count(problem)[side] for problem in self.problems) for side in (0, 1))
        return modular, rival

    @property
    def outcome(self) -> Literal["modular", "rival", "open", "only"]:
        """Who wins; "open" where it is not certain, "only" where the rival does not have the ability."""
        if self.probability is None or self.p is None:
            return "only"
        if self.p >= SIGNIFICANT:
            return "open"
        return "modular" if self.probability.estimate > 0.5 else "rival"


def verdict(result: ComparisonResult) -> list[Comparison]:
    """The abilities, each against each rival that a modular agent meets, with p-values after Holm's correction."""
    found = [_compare(result, ability, rival) for ability in ABILITIES for rival in (MONOLITHIC, CUT)]
    comparisons = [each for each in found if each.problems or each.only_modular]
    tested = [each.p for each in comparisons if each.p is not None]
    corrected = iter(statistics.holm(tested) if tested else ())
    return [each if each.p is None else replace(each, p=float(next(corrected))) for each in comparisons]


def _compare(result: ComparisonResult, ability: Ability, rival: str) -> Comparison:
    """With the p-value as it is without correction."""
    ones, others, problems, only = [], [], [], []
    for problem in result.problems:
        by_name = {agent.agent: agent for agent in result.on(problem)}
        first = problem.first_agent
        if first not in by_name or rival not in by_name or first in (MONOLITHIC, CUT):
            continue
        measured = {name: _values(agent, problem, ability) for name, agent in by_name.items() if not agent.handcrafted}
        pair = [by_name[first], by_name[rival]]
        if measured[first] and by_name[rival].runs and not measured[rival]:
            only.append(problem.title)
        if not any(measured[each.agent] for each in pair) or any(
            not measured[each.agent] and (each.runs or not each.failed_runs) for each in pair
        ):
            continue
        lowest = worst(value for values in measured.values() for value in values)
        mine, theirs = (with_failed(measured[each.agent], each.failed_runs, lowest) for each in pair)
        ones.append(mine)
        others.append(theirs)
        modular, other = (float(statistics.interquartile_mean(values)) for values in (mine, theirs))
        failed = (pair[0].failed_runs, pair[1].failed_runs)
        problems.append(ProblemScores(problem.title, modular, other, (len(mine), len(theirs)), failed))
    compared = Comparison(ability, rival, tuple(problems), tuple(only))
    if not problems:
        return compared
    probability = statistics.probability_of_improvement(ones, others)
    return replace(compared, probability=probability, p=statistics.permutation_p(ones, others))


def _values(agent: AgentResult, problem: Problem, ability: Ability) -> list[float]:
    """Of the runs that finished and have one."""
    measured = [ability.measure(run, problem) for run in agent.runs]
    return [value for value in measured if value is not None]
