"""The verdict in words, ability by ability: who wins, how certain that is, and what is open."""

from collections.abc import Sequence
from dataclasses import dataclass

from baselines.analysis.abilities import Ability
from baselines.analysis.table import Table
from baselines.analysis.tables import IN_SHORT, RIVALS, failures_in_words
from baselines.analysis.verdict import Comparison
from baselines.experiments.families import MONOLITHIC

BADGES = {"rival": "{} wins", "modular": "modular wins", "open": "not decided", "only": "only modular can"}


@dataclass(frozen=True)
class AbilityText:
    """What the page says of one ability."""

    question: str
    badge: str
    """Against the monolithic network, in a word or two."""
    outcome: str
    """As in `Comparison`: how the badge looks."""
    sentences: list[str]
    table: Table
    """Problem by problem."""


def ability_texts(comparisons: Sequence[Comparison]) -> list[AbilityText]:
    """Ability by ability what came out.

    Args:
        comparisons: of `baselines.analysis.verdict.verdict`.
    """
    by_ability: dict[Ability, list[Comparison]] = {}
    for each in comparisons:
        by_ability.setdefault(each.ability, []).append(each)
    return [
        AbilityText(
            ability.question, _badge(mine[0]), mine[0].outcome, [_sentence(each) for each in mine], _by_problem(mine)
        )
        for ability, mine in by_ability.items()
    ]


def headline(comparisons: Sequence[Comparison]) -> str:
    """How many abilities each side wins; where the monolithic network wins is always named."""
    against = [each for each in comparisons if each.rival == MONOLITHIC]
    if not against:
        return "The monolithic network meets no modular agent in this result."
    outcomes = [each.outcome for each in against]
    lost = [each.ability.question for each in against if each.outcome == "rival"]
    return (
        f"{len(against)} abilities, modular against monolithic: {outcomes.count('modular')} won by the modular agent, "
        f"{outcomes.count('only')} that only the modular agent has, {outcomes.count('open')} not decided, {len(lost)} "
        f"won by the monolithic network{': ' + ' '.join(lost) if lost else '.'}" + failures_in_words(comparisons)
    )


def monolithic_ahead(comparisons: Sequence[Comparison]) -> list[str]:
    """Problems on which the monolithic network scores more; on a single problem nothing is tested."""
    return [
        f"{each.ability.question} {problem.title}: {problem.rival:.3f} against {problem.modular:.3f}"
        for each in comparisons
        if each.rival == MONOLITHIC
        for problem in each.problems
        if problem.rival > problem.modular
    ]


def _badge(row: Comparison) -> str:
    badge = BADGES[row.outcome].format(IN_SHORT[row.rival])
    return badge if row.rival == MONOLITHIC else f"{badge} (against {RIVALS[row.rival]})"


def _sentence(row: Comparison) -> str:
    rival, only = RIVALS[row.rival], ", ".join(row.only_modular)
    if row.probability is None or row.p is None:
        return f"Only the modular agent can: {rival} cannot (on {only}), so nothing is compared."
    estimate, low, high = row.probability
    start = {
        "modular": f"The modular agent wins against {rival}",
        "rival": f"{rival[0].upper()}{rival[1:]} wins",
        "open": f"Not decided against {rival}",
    }[row.outcome]
    p = "p < .001" if row.p < 0.001 else f"p = {row.p:.3f}"
    runs, failed = (" and ".join(map(str, counts)) for counts in (row.runs, row.failed))
    count = len(row.problems)
    interval = f"95 %: {low:.2f} to {high:.2f}" if row.probability.known else "no interval: one run alone"
    return (
        f"{start}: a modular run is the better one with probability {estimate:.2f} ({interval}; "
        f"{p} after Holm; {runs} runs on {count} {'problem' if count == 1 else 'problems'})."
        + (f" Of these {failed} failed and count as the worst." if any(row.failed) else "")
        + (f" On {only} only the modular agent can." if only else "")
    )


def _by_problem(rows: Sequence[Comparison]) -> Table:
    columns = ["problem", "modular", "n"]
    titles = [title for row in rows for title in (*(problem.title for problem in row.problems), *row.only_modular)]
    lines = {title: [title, "", ""] for title in titles}
    for row in rows:
        columns += [RIVALS[row.rival].removeprefix("the "), "n"]
        by_title = {problem.title: problem for problem in row.problems}
        for title, line in lines.items():
            problem = by_title.get(title)
            if problem is None:
                line += ["cannot" if title in row.only_modular else "", ""]
                continue
            modular, rival = (
                f"{runs}, {failed} failed" if failed else str(runs)
                for runs, failed in zip(problem.runs, problem.failed, strict=True)
            )
            line[1:3] = [f"{problem.modular:.3f}", modular]
            line += [f"{problem.rival:.3f}", rival]
    caption = (
        "Interquartile means of the score that the question is about, and how many runs there are. A run that failed "
        "counts as the worst of its problem."
    )
    return Table("Problem by problem", caption, tuple(columns), tuple(tuple(line) for line in lines.values()))
