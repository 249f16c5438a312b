"""A table as data, and how it looks in a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.table import Table as RichTable

from badger_envs.registry import get_spec
from baselines.results.comparison import Problem

LARGEST_SHOWN_AS_ZERO = 5e-4
MAX_COLUMNS = 10


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


def as_markdown(table: Table) -> str:
    """For a page: the title as a heading, the table, the caption below it."""
    lines = [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
        for row in (table.columns, ("---",) * len(table.columns), *table.rows)
    ]
    caption = " ".join(table.caption.split())
    return f"## {table.title}\n\n" + "\n".join(lines) + f"\n\n{caption}\n"


def columns(problem: Problem, sizes: Sequence[int]) -> list[int]:
    """Of so many sizes, those that most is known of."""
    curves = get_spec(problem.task).published_curves.values()
    return [size for size in sizes if len(sizes) <= MAX_COLUMNS or all(size in curve for curve in curves)]


def number(value: Any) -> str:
    """Four characters at most: .012, 0.34 has no need of its 0, 1.03 has."""
    if abs(value) < LARGEST_SHOWN_AS_ZERO:
        return "0"
    return f"{value:.3f}".removeprefix("0") if 0.0 < value < 0.9995 else f"{value:.2f}"
