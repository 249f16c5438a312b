"""The picture of the first screen, as data: a dot with its interval for each ability, and both scores beside it.

A win never hides a failure: where neither side scores more than `FAILS` nobody gets the colour of a winner, and where
that is so on some of the problems the row says on how many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from badger_envs.statistics import Interval, interquartile_mean
from baselines.analysis.abilities import Ability
from baselines.analysis.failures import with_failed
from baselines.analysis.tables import IN_SHORT, RIVALS
from baselines.analysis.verdict import FAILS, OPPONENTS, Comparison, ProblemScores, sides
from baselines.experiments.families import MODULAR
from baselines.report.words import capital
from baselines.results.comparison import ComparisonResult

Outcome = Literal["modular", "rival", "open", "only", "fail"]
WORDS = {
    "modular": "modular wins", "rival": "{} wins", "open": "not decided", "only": "only modular",
    "fail": "both fail",
}  # fmt: skip
"""What a row says; in place of the braces stands the rival."""
TITLES = {
    "score": "The task as trained", "between": "Sizes in between", "sizes": "Sizes beyond training",
    "switch": "A new hidden task", "forget": "Half the memory lost", "shocks": "Memory lost 3 times",
    "losing": "Half the experts lost",
}  # fmt: skip
"""Of abilities whose label in tables is too short to be understood alone."""


@dataclass(frozen=True)
class Dot:
    """A row of the picture."""

    ability: Ability
    outcome: Outcome
    words: str
    """The outcome as the row says it."""
    probability: Interval | None
    """That a modular run is the better one; None where the rival does not have the ability."""
    modular: float | None
    """Mean over the problems of the number that is compared, mostly the score."""
    rival: float | None
    note: str
    """On how many problems both fail; empty where on none, or on all."""

    @property
    def label(self) -> str:
        """The ability as a title."""
        return title_of(self.ability)

    @property
    def share(self) -> str:
        """The probability in words, for those who cannot see the picture."""
        if self.probability is None:
            return "nothing to compare"
        said = f"modular is better in {self.probability.estimate:.0%} of pairs of runs"
        if not self.probability.known:
            return said
        return f"{said}, 95 % interval {self.probability.low:.0%} to {self.probability.high:.0%}"


@dataclass(frozen=True)
class Panel:
    """The modular side against one rival."""

    rival: str
    """As in sentences."""
    short: str
    """As at the end of the axis."""
    dots: tuple[Dot, ...]

    @property
    def line(self) -> str:
        """What came out, for those who leave it folded."""
        won, lost = (sum(dot.outcome == side for dot in self.dots) for side in ("modular", "rival"))
        return f"of {len(self.dots)} abilities modular wins {won or 'none'} and loses {lost or 'none'}"


def panels(result: ComparisonResult, comparisons: Sequence[Comparison]) -> list[Panel]:
    """A panel for each rival that is compared with, the main one first.

    Args:
        result: what was compared.
        comparisons: of `baselines.analysis.verdict.verdict`.
    """
    found = {rival: [each for each in comparisons if each.rival == rival] for rival in OPPONENTS}
    return [
        Panel(RIVALS[rival], IN_SHORT[rival], tuple(_dot(result, each) for each in mine))
        for rival, mine in found.items()
        if mine
    ]


def title_of(ability: Ability) -> str:
    """What an ability is called where nothing explains it."""
    return TITLES.get(ability.name, capital(ability.label))


def fails(problem: ProblemScores, ability: Ability) -> bool:
    """Whether neither side is better than chance on a problem."""
    return ability.is_score and max(problem.modular, problem.rival) <= FAILS


def outcome_of(comparison: Comparison) -> Outcome:
    """As `Comparison.outcome`, but nobody wins where both fail."""
    return "fail" if comparison.both_fail else comparison.outcome


def _dot(result: ComparisonResult, comparison: Comparison) -> Dot:
    outcome = outcome_of(comparison)
    words = WORDS[outcome].format(IN_SHORT[comparison.rival])
    if comparison.probability is None:
        alone = scores_alone(result, comparison)
        failed = sum(score <= FAILS for score in alone) if comparison.ability.is_score else 0
        mean = float(np.mean(alone)) if alone else None
        if failed and failed == len(alone):
            return Dot(comparison.ability, "fail", "only modular, fails", None, mean, None, "")
        note = f"fails on {failed} of {len(alone)}" if failed else ""
        return Dot(comparison.ability, outcome, words, None, mean, None, note)
    problems = comparison.problems
    failed = sum(fails(problem, comparison.ability) for problem in problems)
    note = f"both fail on {failed} of {len(problems)}" if 0 < failed < len(problems) else ""
    modular, rival = (float(np.mean(scores)) for scores in zip(*((p.modular, p.rival) for p in problems), strict=True))
    return Dot(comparison.ability, outcome, words, comparison.probability, modular, rival, note)


def scores_alone(result: ComparisonResult, comparison: Comparison) -> list[float]:
    """Interquartile means of the modular side on the problems on which only it has the ability."""
    means = []
    for problem in result.problems:
        if problem.title not in comparison.only_modular:
            continue
        agent, ability = sides(result, problem)[MODULAR], comparison.ability
        values, lowest = ability.values(agent, problem), ability.lowest(result.on(problem), problem)
        means.append(float(interquartile_mean(with_failed(values, agent.failed_runs, lowest))))
    return means
