"""The tables of a comparison as data, and how they look in a terminal; the report shows the same data as HTML."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from rich import box
from rich.table import Table as RichTable

from badger_envs.registry import find_row

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
    """The tables of a comparison, for each task.

    Args:
        content: what is in `result.json`.
    """
    tables = []
    for task in sorted({agent["task"] for agent in content["agents"]}):
        agents = [agent for agent in content["agents"] if agent["task"] == task]
        finished = [agent for agent in agents if agent.get("n")]
        equal = [agent for agent in agents if agent["equal_footing"]]
        if equal:
            tables.append(_footing_table(task, equal))
        tables += [
            _size_table(f"{task}: {find_row(task).metric} at other sizes, {title}", task, group)
            for title, group in (
                ("trained at one size", [a for a in finished if a["equal_footing"] and not a["handcrafted"]]),
                ("trained for many sizes", [a for a in finished if not a["equal_footing"]]),
            )
            if any(len(agent["metric_at_size"]) > 1 for agent in group)
        ]
    return tables


def _footing_table(task: str, agents: list[dict[str, Any]]) -> Table:
    metric = find_row(task).metric
    given = ", ".join(f"{name}={value}" for name, value in agents[0]["arguments"].items())
    trained = {agent["episodes"] for agent in agents if agent.get("n") and not agent["handcrafted"]}
    budget = (
        f"Each run: {' or '.join(f'{count:,}' for count in sorted(trained))} training episodes. " if trained else ""
    )
    return Table(
        title=f"{task} ({given}): trained and tested at one size, on equal footing",
        caption="score: 0 = blind chance, 1 = handcrafted reference; interquartile mean over n runs and 95 % bootstrap "
        f"interval (too narrow for few runs).\n{metric}: at the end of an episode, mean and worst of the runs. "
        f"lr: chosen by everybody from the same trials. {budget}CPU s: of one training run.",
        columns=("agent", "score", "95 %", "n", metric, "worst", "params", "lr", "CPU s"),
        rows=tuple(_footing_row(agent) for agent in agents),
    )


def _footing_row(agent: dict[str, Any]) -> tuple[str, ...]:
    if not agent.get("n"):
        return (agent["label"], "failed", *[""] * 7)
    score, values = agent["score"], agent["metric"]
    found = (agent["label"], f"{score['iqm']:.3f}")
    if agent["handcrafted"]:
        return (*found, "", "", _number(np.mean(values)), "", "", "", "")
    return (
        *found,
        f"{score['low']:.3f}..{score['high']:.3f}",
        str(agent["n"]),
        _number(np.mean(values)),
        _number(np.max(values)),
        f"{agent['parameters']:,}",
        f"{agent['learning_rate']:g}",
        f"{agent['training_cpu_seconds']:.0f}",
    )


def _size_table(title: str, task: str, agents: list[dict[str, Any]]) -> Table:
    row = find_row(task)
    sizes = sorted({int(size) for agent in agents for size in agent["metric_at_size"]})
    if len(sizes) > MOST_COLUMNS:  # those that most is known of
        sizes = [size for size in sizes if all(size in curve for curve in row.known_curves.values())]
    rows = []
    for agent in agents:
        at = agent["metric_at_size"]
        values = (_number(np.mean(at[str(size)])) if str(size) in at else "-" for size in sizes)
        rows.append((agent["label"], str(agent["n"]), *values))
    for name, curve in row.known_curves.items():
        rows.append((name, "", *(_number(curve[size]) if size in curve else "" for size in sizes)))
    caption = f"Columns: {row.size} at test; mean over n runs; - where an agent can't have that size."
    return Table(title, caption, (row.size, "n", *map(str, sizes)), tuple(rows))


def _number(value: Any) -> str:
    """Four characters at most: .012, 0.34 has no need of its 0, 1.03 has."""
    if value < LARGEST_SHOWN_AS_ZERO:
        return "0"
    return f"{value:.3f}".removeprefix("0") if value < 0.9995 else f"{value:.2f}"
