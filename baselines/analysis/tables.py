"""The tables of a comparison as data, and how they look in a terminal; the report shows the same data as HTML."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from rich import box
from rich.table import Table as RichTable

from badger_envs.registry import get_spec
from baselines.analysis.verdict import CUT, MONOLITHIC, verdict

LARGEST_SHOWN_AS_ZERO = 5e-4
MOST_COLUMNS = 10


@dataclass(frozen=True)
class Table:
    """Rows of words."""

    title: str
    caption: str
    columns: tuple[str, ...]
    """The first one is of words, the others of numbers."""
    rows: tuple[tuple[str, ...], ...]
    problem: str = ""
    """Name of the recipe that it is about; none for what is about all of them."""


def as_rich(table: Table) -> RichTable:
    """For a terminal."""
    rich = RichTable(
        title=table.title,
        caption=table.caption,
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 0),  # the widest table fits 80 columns
    )
    for position, name in enumerate(table.columns):
        rich.add_column(name, justify="right" if position else "left", no_wrap=True)
    for row in table.rows:
        rich.add_row(*row)
    return rich


def make_tables(content: dict[str, Any]) -> list[Table]:
    """The tables of a comparison: the verdict, then problem by problem.

    Args:
        content: what is in `result.json`.
    """
    rows = verdict(content)
    return [*([verdict_table(rows)] if rows else []), *problem_tables(content)]


def problem_tables(content: dict[str, Any]) -> list[Table]:
    """Problem by problem: who did what on equal footing, and at other sizes.

    Args:
        content: what is in `result.json`.
    """
    tables = []
    for problem in content["problems"]:
        agents = [agent for agent in content["agents"] if agent["problem"] == problem["name"]]
        tables.append(_footing_table(problem, agents, content["search"]["trials"]))
        several = [agent for agent in agents if agent["n"] and len(agent["runs"][0]["metric_at_size"]) > 1]
        if any(not agent["handcrafted"] for agent in several):
            tables.append(_size_table(problem, [agent for agent in several if not agent["handcrafted"]]))
    return tables


RIVALS = {MONOLITHIC: "the monolithic network", CUT: "the same without messages"}
IN_SHORT = {MONOLITHIC: "monolithic", CUT: "no messages"}


def verdict_table(rows: list[dict[str, Any]]) -> Table:
    """Ability by ability who is better.

    Args:
        rows: of `baselines.analysis.verdict.verdict`, at least one.
    """
    lines = []
    for row in rows:
        chance = row["probability"]
        lines.append(
            (
                row["label"],
                IN_SHORT[row["rival"]],
                said(row),
                f"{chance['estimate']:.2f}" if chance else "",
                f"{chance['low']:.2f}..{chance['high']:.2f}" if chance else "",
                "" if row["p"] is None else f"{row['p']:.3f}".removeprefix("0") if row["p"] >= 0.001 else "<.001",
                str(len(row["problems"])),
            )
        )
    return Table(
        "Verdict: the modular agent of each problem against ...",
        "P: probability that a run of the modular agent beats a run of the other, mean over problems, with its 95 % "
        "bootstrap interval.\np: two-sided permutation test after Holm; decided below .05. on: problems.",
        ("ability", "against", "better", "P", "95 %", "p", "on"),
        tuple(lines),
    )


def said(row: dict[str, Any]) -> str:
    """Who is better, in a word or two."""
    if not row["problems"]:
        return "only modular can"
    return {"modular": "modular", "rival": "the other", None: "not decided"}[row["winner"]]


def _footing_table(problem: dict[str, Any], agents: list[dict[str, Any]], trials: int) -> Table:
    given = ", ".join(f"{name}={value}" for name, value in problem["arguments"].items())
    trained = [agent for agent in agents if agent["n"] and not agent["handcrafted"]]
    steps = sorted({agent["environment_steps"] for agent in trained})
    budget = " or ".join(f"{count:,}" for count in steps)
    tuning = f"Settings of each: the best of {trials} trials" if trials else "Settings: the recipe's"
    return Table(
        title=f"{problem['title']}: {problem['task']} ({given}), {problem['outer_loop']}",
        caption="score: 0 = blind chance, 1 = handcrafted reference; interquartile mean over n runs and 95 % bootstrap "
        f"interval (too narrow for few runs).\n{problem['metric']}: at the end of an episode, mean and worst of the "
        f"runs. {tuning}. Each run: {budget} environment steps. CPU s: of one run.",
        columns=("agent", "score", "95 %", "n", problem["metric"], "worst", "params", "lr", "CPU s"),
        rows=tuple(_footing_row(agent) for agent in agents),
        problem=problem["name"],
    )


def _footing_row(agent: dict[str, Any]) -> tuple[str, ...]:
    if not agent["n"]:
        return (agent["label"], "failed", *[""] * 7)
    score, values = agent["score"], [run["metric"] for run in agent["runs"]]
    found = (agent["label"], f"{score['iqm']:.3f}")
    if agent["handcrafted"]:
        return (*found, "", "", _number(np.mean(values)), "", "", "", "")
    count = str(agent["n"]) if agent["n"] == agent["wanted"] else f"{agent['n']} of {agent['wanted']}"
    return (
        *found,
        f"{score['low']:.3f}..{score['high']:.3f}",
        count,
        _number(np.mean(values)),
        _number(np.max(values)),
        f"{agent['parameters']:,}",
        f"{agent['settings']['learning_rate']:g}",
        f"{agent['training_cpu_seconds']:.0f}",
    )


def _size_table(problem: dict[str, Any], agents: list[dict[str, Any]]) -> Table:
    curves = get_spec(problem["task"]).published_curves
    sizes = sorted({int(size) for agent in agents for size in agent["runs"][0]["metric_at_size"]})
    if len(sizes) > MOST_COLUMNS:  # those that most is known of
        sizes = [size for size in sizes if all(size in curve for curve in curves.values())]
    rows = []
    for agent in agents:
        at = [run["metric_at_size"] for run in agent["runs"]]
        values = (_number(np.mean([each[str(size)] for each in at])) if str(size) in at[0] else "-" for size in sizes)
        rows.append((agent["label"], str(agent["n"]), *values))
    for name, curve in curves.items():
        rows.append((name, "", *(_number(curve[size]) if size in curve else "" for size in sizes)))
    caption = f"Columns: {problem['size_name']} at test; mean over n runs; - where an agent can't have that size."
    title = f"{problem['title']}: {problem['metric']} at other sizes"
    return Table(title, caption, (problem["size_name"], "n", *map(str, sizes)), tuple(rows), problem["name"])


def _number(value: Any) -> str:
    """Four characters at most: .012, 0.34 has no need of its 0, 1.03 has."""
    if abs(value) < LARGEST_SHOWN_AS_ZERO:
        return "0"
    return f"{value:.3f}".removeprefix("0") if 0.0 < value < 0.9995 else f"{value:.2f}"
