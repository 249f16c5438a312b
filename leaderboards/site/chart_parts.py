"""What all pictures with two axes are made of: lines, ticks, and names beside the lines in place of a legend."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from leaderboards.site.axis import Domain, as_text, round_numbers

WIDTH, HEIGHT = 360.0, 250.0
"""Of a picture, in its own units; the page never makes them smaller than a pixel each."""
LEFT, RIGHT, TOP, BOTTOM = 36.0, 12.0, 26.0, 42.0
"""Margins."""
NAMES = 126.0
"""The margin on the right where names stand beside the ends of their lines."""
LETTERS = 14
"""Of a name, at most."""
LINE_HEIGHT = 15.0
"""Between two names."""
COLORS = 8
"""Colours that the style sheet has."""
Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A label of an axis."""

    at: str
    label: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Line:
    """One entry in a picture."""

    name: str
    color: int
    """Number of its colour."""
    pieces: tuple[str, ...]
    """Points of its polylines; a gap where the entry has nothing."""
    bands: tuple[str, ...]
    """Points of the polygons of its intervals."""
    dots: tuple[tuple[str, str, str], ...]
    """x, y and a text for each."""
    label: tuple[str, str, str, str] | None = None
    """x, y, where the text is anchored, and the name as it is written there."""


@dataclass(frozen=True)
class Chart:
    """A picture with two axes."""

    id: str
    title: str
    across: str
    """What lies along the x axis."""
    upward: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    marked: str | None = None
    """x of a vertical line."""
    marked_label: str = ""
    right: float = WIDTH - RIGHT
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


@dataclass(frozen=True)
class Drawn:
    """A line before its numbers are written as text."""

    name: str
    pieces: Sequence[Sequence[Point]]
    bands: Sequence[Sequence[Point]] = field(default_factory=list)
    dots: tuple[tuple[str, str, str], ...] = ()


def named(lines: Sequence[Drawn], heights: Sequence[float]) -> tuple[Line, ...]:
    """Lines with their names beside them, if there are several, pushed apart so that none covers another.

    Args:
        lines: of a picture.
        heights: where each would have its name.
    """
    places: dict[int, float] = {}
    if len(lines) > 1:
        order, lowest = sorted(range(len(lines)), key=lambda number: heights[number]), HEIGHT - BOTTOM
        for count, number in enumerate(order):
            first = TOP + count * LINE_HEIGHT
            last = lowest - (len(order) - 1 - count) * LINE_HEIGHT
            after = places[order[count - 1]] + LINE_HEIGHT if count else first
            places[number] = max(min(max(heights[number], first), last), after)
    return tuple(
        Line(
            line.name,
            number % COLORS,
            tuple(map(points_as_text, line.pieces)),
            tuple(map(points_as_text, line.bands)),
            line.dots,
            _label(line.name, places.get(number)),
        )
        for number, line in enumerate(lines)
    )


def _label(name: str, y: float | None) -> tuple[str, str, str, str] | None:
    return None if y is None else (as_text(WIDTH - NAMES + 8.0), as_text(y), "start", shortened(name))


def shortened(name: str, letters: int = LETTERS) -> str:
    """A name that fits beside its line: both of its ends, since names often differ in the last word."""
    half = (letters - 1) // 2
    return name if len(name) <= letters else f"{name[: letters - 1 - half].rstrip()}…{name[-half:].lstrip()}"


def right_of(entries: Sequence[object]) -> float:
    """Where the x axis ends: earlier where names stand beside it."""
    return WIDTH - (NAMES if len(entries) > 1 else RIGHT)


def score_ticks(domain: Domain) -> tuple[Tick, ...]:
    """Round numbers beside the y axis."""
    return tuple(
        Tick(as_text(domain.place(value, HEIGHT - BOTTOM, TOP)), f"{value:g}") for value in round_numbers(domain)
    )


def points_as_text(points: Iterable[Point]) -> str:
    """As the attribute of a polyline."""
    return " ".join(f"{as_text(x)},{as_text(y)}" for x, y in points)
