"""The verdict in words, ability by ability, and as a picture: who wins, how certain that is, and what nobody knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baselines.analysis.tables import RIVALS, Table
from baselines.analysis.verdict import CUT, MONOLITHIC
from baselines.report.style import COLORS, FAINT, PAPER, Picture, canvas, legend, save

COLORS_OF_RIVALS = {MONOLITHIC: COLORS[0], CUT: COLORS[1]}


@dataclass(frozen=True)
class Said:
    """One ability."""

    question: str
    badge: str
    """Against the monolithic network, in a word or two."""
    kind: str
    """"modular", "rival", "open" or "only": how the badge looks."""
    sentences: list[str]
    table: Table
    """Problem by problem."""


def sentences(rows: Sequence[Mapping[str, Any]]) -> list[Said]:
    """Ability by ability what came out.

    Args:
        rows: of `baselines.analysis.verdict.verdict`.
    """
    abilities: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        abilities.setdefault(row["ability"], []).append(row)
    found = []
    for mine in abilities.values():
        first = mine[0]
        kind = (
            "only" if not first["problems"] else {"modular": "modular", "rival": "rival", None: "open"}[first["winner"]]
        )
        against = "" if first["rival"] == MONOLITHIC else f" (against {RIVALS[first['rival']]})"
        found.append(
            Said(first["question"], _badge(first) + against, kind, [_sentence(row) for row in mine], _by_problem(mine))
        )
    return found


def headline(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many abilities each side wins; where the monolithic network wins is always said."""
    asked = [row for row in rows if row["rival"] == MONOLITHIC]
    if not asked:
        return "The monolithic network meets no modular agent in this result."
    by_kind = {kind: [row for row in asked if _kind(row) == kind] for kind in ("modular", "rival", "only", "open")}
    lost = by_kind["rival"]
    return (
        f"{len(asked)} abilities, modular against monolithic: {len(by_kind['modular'])} won by the modular agent, "
        f"{len(by_kind['only'])} that only the modular agent has, {len(by_kind['open'])} not decided, {len(lost)} won "
        "by the monolithic network" + (f": {' '.join(row['question'] for row in lost)}" if lost else ".")
    )


def monolithic_ahead(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Problems on which the monolithic network scores more, by the look of it: on a single one nothing is tested."""
    return [
        f"{row['question']} {problem['title']}: {problem['rival']:.3f} against {problem['modular']:.3f}"
        for row in rows
        if row["rival"] == MONOLITHIC
        for problem in row["problems"]
        if problem["rival"] > problem["modular"]
    ]


def _kind(row: Mapping[str, Any]) -> str:
    return (row["winner"] or "open") if row["problems"] else "only"


def _badge(row: Mapping[str, Any]) -> str:
    rival = "monolithic" if row["rival"] == MONOLITHIC else "no messages"
    return {"rival": f"{rival} wins", "modular": "modular wins", "open": "not decided", "only": "only modular can"}[
        _kind(row)
    ]


def _sentence(row: Mapping[str, Any]) -> str:
    rival, problems, alone = RIVALS[row["rival"]], row["problems"], row["only"]
    if not problems:
        return f"Only the modular agent can: {rival} can't be asked (on {', '.join(alone)}), so nothing is compared."
    chance = row["probability"]
    runs = " and ".join(str(sum(problem["n"][side] for problem in problems)) for side in (0, 1))
    start = {
        "modular": f"The modular agent wins against {rival}",
        "rival": f"{rival[0].upper()}{rival[1:]} wins",
        None: f"Not decided against {rival}",
    }[row["winner"]]
    p = "p < .001" if row["p"] < 0.001 else f"p = {row['p']:.3f}"
    certainty = (
        f"a modular run is the better one with probability {chance['estimate']:.2f} (95 %: {chance['low']:.2f} to "
        f"{chance['high']:.2f}; {p} after Holm; {runs} "
        f"runs on {len(problems)} {'problem' if len(problems) == 1 else 'problems'})"
    )
    only = f" On {', '.join(alone)} only the modular agent can." if alone else ""
    return f"{start}: {certainty}.{only}"


def _by_problem(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = ["problem", "modular", "n"]
    titles = dict.fromkeys(title for row in rows for title in [*(p["title"] for p in row["problems"]), *row["only"]])
    lines = {title: [title, "", ""] for title in titles}
    for row in rows:
        columns += [RIVALS[row["rival"]].removeprefix("the "), "n"]
        by_title = {problem["title"]: problem for problem in row["problems"]}
        for title, line in lines.items():
            problem = by_title.get(title)
            if problem is None:
                line += ["can't" if title in row["only"] else "", ""]
                continue
            line[1:3] = [f"{problem['modular']:.3f}", str(problem["n"][0])]
            line += [f"{problem['rival']:.3f}", str(problem["n"][1])]
    caption = "Interquartile means of the score that the question is about, and how many runs have one."
    return Table("Problem by problem", caption, tuple(columns), tuple(tuple(line) for line in lines.values()))


def verdict_picture(rows: Sequence[Mapping[str, Any]], folder: Path) -> Picture | None:
    """Probabilities of improvement with their intervals, and the line between winning and losing."""
    compared = [row for row in rows if row["problems"]]
    if not compared:
        return None
    table = [
        {"ability": row["ability"], "rival": row["rival"], "probability": row["probability"]["estimate"]}
        | {"low": row["probability"]["low"], "high": row["probability"]["high"], "p": row["p"]}
        | {"problems": len(row["problems"])}
        | {
            f"n_{who}": sum(problem["n"][side] for problem in row["problems"])
            for side, who in enumerate(("modular", "rival"))
        }
        for row in compared
    ]
    abilities = list(dict.fromkeys(row["ability"] for row in compared))
    with canvas(height=0.9 + 0.24 * (len(compared) + len(abilities))) as (figure, axes):
        height = 0.0
        for ability in abilities:
            mine = [(row, line) for row, line in zip(compared, table, strict=True) if row["ability"] == ability]
            box: Any = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0}
            axes.annotate(mine[0][0]["question"], (-0.02, height), va="center", fontsize=8.5, bbox=box)
            for row, line in mine:
                height += 1.0
                color, chance = COLORS_OF_RIVALS[row["rival"]], row["probability"]
                axes.plot([chance["low"], chance["high"]], [height, height], color=color, linewidth=6, alpha=0.35)
                filled: Any = {} if row["winner"] else {"markerfacecolor": "none"}
                axes.plot([chance["estimate"]], [height], color=color, marker="o", markersize=8, **filled)
                runs = f"n = {line['n_modular']}, {line['n_rival']}"
                axes.annotate(runs, (1.05, height), va="center", fontsize=8, color=FAINT)
            height += 1.0
        for rival in dict.fromkeys(row["rival"] for row in compared):
            axes.plot([], [], color=COLORS_OF_RIVALS[rival], marker="o", linewidth=2, label=f"against {RIVALS[rival]}")
        axes.axvline(0.5, color=FAINT, linestyle="--", linewidth=1)
        axes.set_xlim(-0.03, 1.25)
        axes.set_ylim(height - 0.3, -0.8)
        axes.set_yticks([])
        axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0])
        axes.set_xlabel("probability that the modular run is the better one")
        legend(figure, axes)
    caption = (
        "Dots right of the middle: modular is better, left of it: the other is; filled where it is decided. Means over "
        "problems. Bars: 95 % bootstrap intervals. n: runs of each."
    )
    return save(figure, folder, "verdict", "How often does a modular run beat the other?", caption, table)
