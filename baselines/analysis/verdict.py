"""The verdict: ability by ability, who is better, a modular agent or a monolithic one, and with what certainty.

An ability is a number of every run. It is compared on all problems that both were trained on, task by task, by the
probability that a run of the one beats a run of the other; p-values are of a permutation test, after Holm's correction
for asking several questions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from badger_envs.statistics import holm, interquartile_mean, permutation_p, probability_of_improvement

SIGNIFICANT = 0.05
MONOLITHIC, CUT = "monolithic", "shared"
"""Who the modular agent is compared with: one network for everything, and itself without messages."""

Run = dict[str, Any]


@dataclass(frozen=True)
class Ability:
    """A question, and the number of a run that answers it."""

    name: str
    label: str
    """In a word or two, for tables."""
    question: str
    measure: Callable[[Run, dict[str, Any]], float | None]
    """Takes a run and its problem; None where the run says nothing about it."""


def _score(run: Run, problem: dict[str, Any]) -> float | None:
    return float(run["score"])


def _other_sizes(run: Run, problem: dict[str, Any]) -> float | None:
    if run["cannot_have_size"]:
        return None
    others = [score for size, score in run["score_at_size"].items() if int(size) != problem["size"]]
    return float(np.mean(others)) if others else None


def _on_curve(probe: str, x: float) -> Callable[[Run, dict[str, Any]], float | None]:
    def measure(run: Run, problem: dict[str, Any]) -> float | None:
        curve = run["probes"].get(probe)
        if not curve or x not in curve["x"]:
            return None
        return float(curve["score"][curve["x"].index(x)])

    return measure


ABILITIES = (
    Ability("score", "as trained", "Who is better at what was trained?", _score),
    Ability("life", "ten times the life", "Who is better in a life ten times as long?", _on_curve("life", 10)),
    Ability("switch", "new hidden task", "Who learns again when what is hidden changes?", _on_curve("switch", 2.0)),
    Ability("forget", "half memory lost", "Who is better after losing half of the memory?", _on_curve("forget", 0.5)),
    Ability("sizes", "other sizes", "Who works at sizes never seen?", _other_sizes),
)


def verdict(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The abilities, each with who wins, overall and problem by problem.

    Args:
        content: what is in `result.json`.

    Returns:
        For every ability and rival: name, label, question, rival, the problems counted with both scores, `probability`
        (estimate, low, high), `p` corrected, and `winner`: "modular", "rival", or None where it is not certain.
        Where no rival's run can be asked, as monolithic agents at other sizes, `only` is true and nothing is compared.
    """
    rows = []
    for ability in ABILITIES:
        for rival in (MONOLITHIC, CUT):
            row = _row(content, ability, rival)
            if row is not None:
                rows.append(row)
    tested = [row for row in rows if row["p"] is not None]
    for row, corrected in zip(tested, holm([row["p"] for row in tested]) if tested else [], strict=True):
        row["p"] = float(corrected)
        if row["p"] < SIGNIFICANT:
            row["winner"] = "modular" if row["probability"]["estimate"] > 0.5 else "rival"
    return rows


def _row(content: dict[str, Any], ability: Ability, rival: str) -> dict[str, Any] | None:
    ones, others, problems, alone = [], [], [], []
    for problem in content["problems"]:
        by_name = {agent["agent"]: agent for agent in content["agents"] if agent["problem"] == problem["name"]}
        if problem["first"] not in by_name or rival not in by_name or problem["first"] in (MONOLITHIC, CUT):
            continue
        mine, theirs = (_values(by_name[name], problem, ability) for name in (problem["first"], rival))
        if len(mine) and by_name[rival]["n"] and not len(theirs):
            alone.append(problem["title"])
        if not len(mine) or not len(theirs):
            continue
        ones.append(mine)
        others.append(theirs)
        problems.append(
            {
                "problem": problem["name"],
                "title": problem["title"],
                "modular": float(interquartile_mean(mine)),
                "rival": float(interquartile_mean(theirs)),
                "n": [len(mine), len(theirs)],
            }
        )
    row: dict[str, Any] = {
        "ability": ability.name, "label": ability.label, "question": ability.question, "rival": rival,
        "problems": problems, "only": alone, "probability": None, "p": None, "winner": None,
    }  # fmt: skip
    if not problems:
        return row if alone else None
    chance = probability_of_improvement(ones, others)
    row["probability"] = {"estimate": chance.estimate, "low": chance.low, "high": chance.high}
    row["p"] = permutation_p(ones, others)
    return row


def _values(agent: dict[str, Any], problem: dict[str, Any], ability: Ability) -> Any:
    measured = [ability.measure(run, problem) for run in agent["runs"]]
    return np.asarray([value for value in measured if value is not None], dtype=np.float64)  # (runs,)
