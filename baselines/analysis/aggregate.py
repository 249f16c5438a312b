"""All problems together, agent by agent: interquartile means and ranks, with their intervals."""

from dataclasses import dataclass

from badger_envs.statistics import FloatArray, Interval, RankInterval, rank_intervals, stratified_bootstrap
from baselines.analysis.failures import scores_with_failed
from baselines.analysis.table import Table
from baselines.analysis.tables import interval_in_words
from baselines.analysis.verdict import CUT
from baselines.experiments.families import MODULAR, MONOLITHIC
from baselines.results.comparison import ComparisonResult


@dataclass(frozen=True)
class Entrant:
    """An agent that was trained on all problems that count."""

    name: str
    label: str
    scores: list[FloatArray]
    """(runs,) for each problem; those that failed count as the worst, see `baselines.analysis.failures`."""
    score: Interval
    rank: RankInterval

    @property
    def runs(self) -> int:
        """On all problems together, those that failed too."""
        return sum(len(scores) for scores in self.scores)


@dataclass(frozen=True)
class Aggregate:
    """The entrants, best first, and the problems that count."""

    problems: list[str]
    """Titles; only problems on which two trained agents or more have runs count."""
    entrants: list[Entrant]
    left_out: list[str]
    """Labels of those who are not on all of these problems."""


def aggregate(result: ComparisonResult) -> Aggregate:
    """All agents that have runs on all problems that several agents have runs on."""
    scores: dict[str, dict[str, FloatArray]] = {}
    labels = {agent.agent: agent.label for agent in result.agents if not agent.handcrafted}
    finished = {agent.agent for agent in result.agents if agent.trained}
    for (problem, name), found in scores_with_failed(result.agents).items():
        if name in finished and len(found):
            scores.setdefault(name, {})[problem] = found
    problems = [each for each in result.problems if sum(each.name in found for found in scores.values()) > 1]
    firsts = {problem.first_agent for problem in problems}
    if len(firsts) > 1 and not {MONOLITHIC, CUT} & firsts:
        taken = {problem.name: scores.get(problem.first_agent, {}).get(problem.name) for problem in problems}
        scores[MODULAR] = {name: found for name, found in taken.items() if found is not None}
        labels[MODULAR] = "modular: the first agent of each problem"
    everywhere = [
        name for name, found in scores.items() if problems and all(problem.name in found for problem in problems)
    ]
    lists = [[scores[name][problem.name] for problem in problems] for name in everywhere]
    entrants = [
        Entrant(name, labels[name], found, stratified_bootstrap(found), rank)
        for name, found, rank in zip(everywhere, lists, rank_intervals(lists) if lists else (), strict=True)
    ]
    return Aggregate(
        [problem.title for problem in problems],
        sorted(entrants, key=lambda each: each.rank.rank),
        [label for name, label in labels.items() if name not in everywhere],
    )


def aggregate_table(found: Aggregate) -> Table:
    """Means, ranks and how many runs they rest on."""
    return Table(
        "All problems together",
        f"score: interquartile mean over all runs on {len(found.problems)} problems, 0 = blind chance, 1 = handcrafted "
        "reference. 95 %: bootstrap, runs drawn again problem by problem, expanded for few runs. A run that "
        "failed counts as the worst of its problem.",
        ("agent", "score", "95 %", "rank", "rank, 95 %", "runs"),
        tuple(
            (
                each.label,
                f"{each.score.estimate:.3f}",
                interval_in_words(each.score.low, each.score.high) if each.score.known else "",
                str(each.rank.rank),
                f"{each.rank.low}..{each.rank.high}" if each.rank.known else "",
                str(each.runs),
            )
            for each in found.entrants
        ),
    )
