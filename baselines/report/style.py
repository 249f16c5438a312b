"""How pictures look, and how they are kept: PNG and SVG, and the plotted numbers as CSV; the same in every build."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from badger_envs.core.files import write_whole
from baselines.results.comparison import ComparisonResult

INK, FAINT, LINE, PAPER = "#222831", "#646b74", "#e6e8ea", "#ffffff"
COLORS = (
    "#2e82d6", "#d65c38", "#148a6a", "#8a5bc4", "#c79a1e", "#5a6470",
    "#c2528b", "#1f9bb0", "#7b8f2b", "#a0643c",
)  # fmt: skip
DASHES = ("-", "--", "-.")
"""Agents beyond the colours get the next one."""
LETTERS = 12.0
"""In points. On a page a picture is never narrower than it is drawn, so that these are 12 pixels or more."""
RC_PARAMS: Any = {
    "font.size": LETTERS,
    "text.color": INK,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "axes.titlesize": LETTERS,
    "axes.labelsize": LETTERS,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.grid": True,
    "grid.color": LINE,
    "figure.facecolor": PAPER,
    "svg.fonttype": "none",
    "svg.hashsalt": "badger",  # the same ids in every build
}
WIDTH, HEIGHT = 4.9, 3.4
"""In inches: 353 points, as many as there are pixels on a phone."""
ROW_OF_LEGEND = 0.25
"""Height of a row of the legend, in inches."""
LONGEST_IN_TWO_COLUMNS = 20
"""Characters of an entry of a legend that fit half of the width."""
IN_PAGE = {INK: "var(--ink)", FAINT: "var(--faint)", LINE: "var(--line)", PAPER: "var(--paper)"} | {
    color: f"var(--color-{number})" for number, color in enumerate(COLORS)
}
"""What colours become inside a page, which may be light or dark."""


@dataclass(frozen=True)
class Style:
    """How an agent is drawn, the same in all pictures of a report."""

    color: str
    dashes: str

    @property
    def variable(self) -> str:
        """The colour in a page."""
        return IN_PAGE[self.color]


@dataclass(frozen=True)
class Picture:
    """A picture of the page, and the files that it is kept in."""

    name: str
    """Of its files, without their ending."""
    title: str
    caption: str
    svg: str
    """To be put into a page."""


def agent_styles(result: ComparisonResult) -> dict[str, Style]:
    """The style of every trained agent of a result, by name."""
    names = dict.fromkeys(agent.agent for agent in result.agents if not agent.handcrafted)
    return {
        name: Style(COLORS[number % len(COLORS)], DASHES[number // len(COLORS) % len(DASHES)])
        for number, name in enumerate(names)
    }


@contextmanager
def canvas(height: float = HEIGHT) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one pair of axes, so many inches high without its legend."""
    with mpl.rc_context(RC_PARAMS):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        yield figure, figure.subplots()


def logarithmic(axis: Axis) -> None:
    """A logarithmic axis, its powers of ten written as plain numbers (what stands between dollars is not parsed)."""
    name = axis.axis_name  # type: ignore[attr-defined]
    getattr(axis.axes, f"set_{name}scale")("log")
    axis.set_major_formatter(FuncFormatter(lambda value, place: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def legend(figure: Figure, axes: Axes) -> None:
    """Above the picture, which grows by it; entries of agents can be hidden with their lines."""
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    columns = 2 if max(map(len, labels)) <= LONGEST_IN_TWO_COLUMNS else 1
    figure.set_size_inches(WIDTH, figure.get_figheight() + ROW_OF_LEGEND * -(-len(labels) // columns))
    box = figure.legend(handles, labels, frameon=False, loc="outside upper left", ncols=columns)
    for handle, line, text in zip(handles, box.legend_handles, box.texts, strict=True):
        mark = getattr(handle, "get_gid", lambda: None)()
        if mark and line is not None:
            line.set_gid(mark)
            text.set_gid(mark)


def gid(agent: str) -> str:
    """The mark by which the page finds what belongs to an agent."""
    return f"agent:{agent}"


def file_name(text: str) -> str:
    """A name of a problem as it can stand in the name of a file."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", text)


def save(
    figure: Figure, folder: Path, name: str, title: str, caption: str, rows: Sequence[Mapping[str, Any]]
) -> Picture:
    """Write PNG, SVG and CSV.

    Args:
        figure: what is drawn.
        folder: where to.
        name: of the files, without their ending.
        title: above the picture in a page.
        caption: below it.
        rows: the plotted numbers, all with the keys of the first.
    """
    name = file_name(name)
    with mpl.rc_context(RC_PARAMS):
        png, svg = io.BytesIO(), io.StringIO()
        figure.savefig(png, format="png", dpi=160, metadata={"Software": None})
        figure.set_layout_engine("none")  # it is laid out, and that takes a while
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    write_whole(folder / f"{name}.png", png.getvalue())
    write_whole(folder / f"{name}.svg", svg.getvalue().encode())
    write_whole(folder / f"{name}.csv", as_csv(rows).encode())
    return Picture(name, title, caption, for_page(svg.getvalue(), name))


RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet takes for a formula."""


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as text, every number with all its digits; words that a spreadsheet would run begin with an apostrophe."""
    rows, text = list(rows), io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _inert(cell) for name, cell in row.items()} for row in rows)
    return text.getvalue()


def _inert(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RUN_BY_SPREADSHEETS) else cell


def _attributes(style: re.Match[str]) -> str:
    """A style as attributes of its own, since the policy of a page forbids styles inside elements; without the fonts
    of this machine, in whose place the page has its own."""
    found = dict(each.strip().split(": ", 1) for each in style[1].split(";") if each.strip())
    found.pop("font-family", None)
    return "".join(f' {name}="{value}"' for name, value in found.items())


def for_page(svg: str, name: str) -> str:
    """An SVG file as an element of a page: ids that no other picture has, colours that follow light and dark."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r' id="agent:([^"]*)"', r' data-agent="\1"', svg)
    svg = re.sub(r' id="', f' id="{name}-', svg)
    svg = re.sub(r'(url\(|href=")#', rf"\1#{name}-", svg)
    svg = re.sub(r"<(metadata|style)\b.*?</\1>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' style="([^"]*)"', _attributes, svg)
    for color, variable in IN_PAGE.items():
        svg = svg.replace(color, variable)
    return svg
