"""The verdict: ability by ability, who is better, the modular family or another one, and with what certainty.

Who stands for a family on a problem was chosen on validation episodes, by the same rule for all
(`baselines.experiments.families`). Where a result has no families, the first agent of a problem's recipe meets the
monolithic network and itself without messages. An ability is compared on all problems that both were trained on, task
by task, by the probability that a run of the one beats a run of the other; p-values are of a permutation test, after
Holm's correction for asking several questions. A run that failed counts as the worst.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from badger_envs import statistics
from badger_envs.statistics import Interval
from baselines.analysis.abilities import ABILITIES, Ability
from baselines.analysis.failures import with_failed
from baselines.experiments.families import MODULAR, MONOLITHIC, MULTI_AGENT
from baselines.results.comparison import AgentResult, ComparisonResult, Problem

SIGNIFICANT = 0.05
CUT = "shared"
"""The agent that is Badger without messages, by name: a side of its own."""
OPPONENTS = (MONOLITHIC, MULTI_AGENT, CUT)
"""Who the modular side is compared with."""
FAILS = 0.1
"""A score up to here is no better than blind chance, for all that it is worth."""


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
    agents: tuple[str, str] = ("", "")
    """Labels of who stood for them."""


@dataclass(frozen=True)
class Comparison:
    """Who wins an ability, the modular agent of each problem or a rival."""

    ability: Ability
    rival: str
    """One of `OPPONENTS`."""
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
    def both_fail(self) -> bool:
        """Whether neither is better than chance in the mean over the problems, so that who is ahead means nothing."""
        if not self.problems or not self.ability.is_score:
            return False
        modular = sum(problem.modular for problem in self.problems)
        rival = sum(problem.rival for problem in self.problems)
        return max(modular, rival) / len(self.problems) <= FAILS

    @property
    def outcome(self) -> Literal["modular", "rival", "open", "only"]:
        """Who wins; "open" where it is not certain, "only" where the rival does not have the ability."""
        if self.probability is None or self.p is None:
            return "only"
        if self.p >= SIGNIFICANT:
            return "open"
        return "modular" if self.probability.estimate > 0.5 else "rival"


def sides(result: ComparisonResult, problem: Problem) -> dict[str, AgentResult]:
    """Who stands for which side on a problem; who is not in the result is missing, and everybody is where the modular
    one is an agent that it would be compared with."""
    agents = result.on(problem)
    by_name = {agent.agent: agent for agent in agents}
    if any(agent.family for agent in agents):
        found = {agent.family: agent for agent in agents if agent.family and agent.chosen}
    else:
        names = {MODULAR: problem.first_agent, MONOLITHIC: MONOLITHIC}
        found = {side: by_name[name] for side, name in names.items() if name in by_name}
    if CUT in by_name:
        found[CUT] = by_name[CUT]
    modular = found.get(MODULAR)
    return found if modular is not None and modular.agent not in (MONOLITHIC, CUT) else {}


def verdict(result: ComparisonResult) -> list[Comparison]:
    """The abilities, each against each side that the modular one meets, with p-values after Holm's correction."""
    by_problem = {problem.name: sides(result, problem) for problem in result.problems}
    found = [_compare(result, by_problem, ability, rival) for ability in ABILITIES for rival in OPPONENTS]
    comparisons = [each for each in found if each.problems or each.only_modular]
    tested = [each.p for each in comparisons if each.p is not None]
    corrected = iter(statistics.holm(tested) if tested else ())
    return [each if each.p is None else replace(each, p=float(next(corrected))) for each in comparisons]


def _compare(
    result: ComparisonResult, by_problem: Mapping[str, Mapping[str, AgentResult]], ability: Ability, rival: str
) -> Comparison:
    """With the p-value as it is without correction."""
    ones, others, problems, only = [], [], [], []
    for problem in result.problems:
        found = by_problem[problem.name]
        if MODULAR not in found or rival not in found:
            continue
        pair = (found[MODULAR], found[rival])
        values = [ability.values(each, problem) for each in pair]
        if values[0] and pair[1].runs and not values[1]:
            only.append(problem.title)
        if not any(values) or any(
            not mine and (each.runs or not each.failed_runs) for mine, each in zip(values, pair, strict=True)
        ):
            continue
        lowest = ability.lowest(result.on(problem), problem)
        mine, theirs = (with_failed(known, each.failed_runs, lowest) for known, each in zip(values, pair, strict=True))
        ones.append(mine)
        others.append(theirs)
        modular, other = (float(statistics.interquartile_mean(values)) for values in (mine, theirs))
        failed = (pair[0].failed_runs, pair[1].failed_runs)
        labels = (pair[0].label, pair[1].label)
        problems.append(ProblemScores(problem.title, modular, other, (len(mine), len(theirs)), failed, labels))
    compared = Comparison(ability, rival, tuple(problems), tuple(only))
    if not problems:
        return compared
    probability = statistics.probability_of_improvement(ones, others)
    return replace(compared, probability=probability, p=statistics.permutation_p(ones, others))
