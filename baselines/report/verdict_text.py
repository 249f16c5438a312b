"""The verdict in words, ability by ability: who wins, how certain that is, and what is open."""

from collections.abc import Sequence
from dataclasses import dataclass

from baselines.analysis.abilities import Ability
from baselines.analysis.table import Table
from baselines.analysis.tables import IN_SHORT, RIVALS
from baselines.analysis.verdict import FAILS, Comparison
from baselines.experiments.families import MONOLITHIC, MULTI_AGENT
from baselines.report.dots import WORDS, Panel, fails, outcome_of, title_of


@dataclass(frozen=True)
class AbilityText:
    """What the page says of one ability."""

    name: str
    question: str
    badge: str
    """Against the main rival, in a word or two."""
    outcome: str
    """As in `Dot`: how the badge looks."""
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
            ability.name, ability.question, _badge(mine[0]), outcome_of(mine[0]), [_sentence(each) for each in mine],
            _by_problem(mine),
        )
        for ability, mine in by_ability.items()
    ]  # fmt: skip


def headline(shown: Sequence[Panel]) -> str:
    """The outcome in a sentence; the abilities that the main rival wins are always named, and so is another family.

    Args:
        shown: against the main rival, and against others; empty where nobody is compared.
    """
    if not shown:
        return "In this result no modular agent meets a rival."
    also = [panel for panel in shown[1:] if panel.rival == RIVALS[MULTI_AGENT]]
    return " ".join([_against(shown[0]), *(f"Against {panel.rival}, {panel.line}." for panel in also)])


def _against(panel: Panel) -> str:
    outcomes: list[str] = [dot.outcome for dot in panel.dots]
    lost = [dot.label.lower() for dot in panel.dots if dot.outcome == "rival"]
    count = len(outcomes)
    said = (
        f"Modular agents beat {panel.rival} in {outcomes.count('modular') or 'none'} of "
        f"{count} {'ability' if count == 1 else 'abilities'} and lose in {len(lost) or 'none'}"
        + (f" ({', '.join(lost)})" if lost else "")
    )
    others = [
        text.format(number, "is" if number == 1 else "are")
        for outcome, text in (("open", "{} {} not decided"), ("only", "{} only they have"), ("fail", "in {} both fail"))
        if (number := outcomes.count(outcome))
    ]
    if not others:
        return f"{said}."
    return f"{said}; {', '.join([*others[:-2], ' and '.join(others[-2:])])}."


def monolithic_ahead(comparisons: Sequence[Comparison]) -> list[str]:
    """Problems on which the monolithic network scores more; on a single problem nothing is tested."""
    return [
        f"{title_of(each.ability)}, {problem.title}: {problem.rival:.3f} against "
        f"{problem.modular:.3f}{', both fail' if fails(problem, each.ability) else ''}"
        for each in comparisons
        if each.rival == MONOLITHIC
        for problem in each.problems
        if problem.rival > problem.modular
    ]


def _badge(row: Comparison) -> str:
    badge = WORDS[outcome_of(row)].format(IN_SHORT[row.rival])
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
    p = "p < 0.001" if row.p < 0.001 else f"p = {row.p:.3f}"
    runs, failed = (" and ".join(map(str, counts)) for counts in (row.runs, row.failed))
    count = len(row.problems)
    interval = f"95 %: {low:.2f} to {high:.2f}" if row.probability.known else "no interval: one run alone"
    return (
        f"{start}: a modular run is the better one with probability {estimate:.2f} ({interval}; "
        f"{p} after Holm; {runs} runs on {count} {'problem' if count == 1 else 'problems'})."
        + (f" Of these {failed} failed and count as the worst." if any(row.failed) else "")
        + (f" Neither is better than chance: both scores are at most {FAILS}." if row.both_fail else "")
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
            line += [f"{problem.rival:.3f}{', both fail' if fails(problem, row.ability) else ''}", rival]
    caption = (
        "Interquartile means of the score that the question is about, and how many runs there are. A run that failed "
        f"counts as the worst of its problem. Both fail: neither score is more than {FAILS}."
    )
    return Table("Problem by problem", caption, tuple(columns), tuple(tuple(line) for line in lines.values()))
