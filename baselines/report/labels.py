"""Names at the ends of lines, in place of a legend, and ticks that leave each other room."""

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from baselines.report.style import LETTERS

CHARACTERS = 15
"""Of a name that stand in one row."""
MARGIN = 1.05
"""Where names begin, as a fraction of the width of the axes."""
LINE_HEIGHT = 1.25
"""Of a row of a name, in sizes of the letters."""
AXES = (200.0, 190.0)
"""Width and height of the axes of a picture of ordinary size in points, about: what its names and ticks leave of it."""
SEVERAL_POWERS = 30.0
"""Of ten: as a ratio of the ends of a logarithmic axis, from where on there are at least two ticks."""
POINTS = 72.0
"""Of an inch."""
CHARACTER_WIDTH = 0.62
"""Of a digit, in sizes of the letters."""


def direct_labels(axes: Axes) -> None:
    """Write the name of every line that has one to the right of its last point, and join the two.

    Called last, when the limits of the axes are what they will be. Where the names need more room than there is beside
    the axes the picture becomes higher.
    """
    lines = [line for line in axes.get_lines() if not str(line.get_label()).startswith("_")]
    texts = ["\n".join(textwrap.wrap(str(line.get_label()), CHARACTERS)) for line in lines]
    ends = [_end(axes, line) for line in lines]
    points = [LINE_HEIGHT * LETTERS * (text.count("\n") + 1) for text in texts]
    height = max(AXES[1], sum(points))
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.set_size_inches(figure.get_figwidth(), figure.get_figheight() + (height - AXES[1]) / POINTS)
    heights = [each / height for each in points]
    for line, text, (x, y), place in zip(lines, texts, ends, spread([y for _, y in ends], heights), strict=True):
        color, mark = line.get_color(), line.get_gid()
        joined = axes.annotate(
            text, (x, y), (MARGIN, place), xycoords="axes fraction", textcoords="axes fraction", va="center",
            annotation_clip=False, linespacing=1.05,
            arrowprops={
                "arrowstyle": "-", "color": color, "linewidth": 0.9, "linestyle": (0, (1, 3)), "shrinkA": 1,
                "shrinkB": 2,
            },
        )  # fmt: skip
        joined.set_gid(mark)
        if joined.arrow_patch is not None:
            joined.arrow_patch.set_gid(mark)


def _end(axes: Axes, line: Line2D) -> tuple[float, float]:
    """The last point of a line that is known, as fractions of the axes and inside them."""
    points = np.column_stack([np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)])
    known = points[np.isfinite(points).all(axis=1)]
    x, y = (axes.transScale + axes.transLimits).transform(known[-1])
    return float(np.clip(x, 0.0, 1.0)), float(np.clip(y, 0.0, 1.0))


def spread(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Places in the order of those that are wanted, each near to its own and so far apart that nothing overlaps.

    Args:
        wanted: places of the middles, from 0 to 1.
        heights: of what stands there; together at most about 1.

    Returns:
        Places of the middles, those that are alike in the order given from the top.
    """
    order = sorted(range(len(wanted)), key=lambda each: (-wanted[each], each))  # from the top
    places = dict[int, float]()
    ceiling = 1.0 + max(heights, default=0.0) / 2.0
    for each in order:
        places[each] = min(wanted[each], ceiling - heights[each] / 2.0)
        ceiling = places[each] - heights[each] / 2.0
    floor = -max(heights, default=0.0) / 2.0
    for each in reversed(order):  # what was pressed below the axes is lifted again
        places[each] = max(places[each], floor + heights[each] / 2.0)
        floor = places[each] + heights[each] / 2.0
    return [places[each] for each in range(len(wanted))]


def round_ticks(axis: Axis) -> None:
    """Few ticks, at multiples of 1, 2 or 5; on a logarithmic axis at powers of ten where it has several of them."""
    if axis.get_scale() != "log":
        axis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
        return
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1.0,) if high >= SEVERAL_POWERS * low else (1.0, 2.0, 5.0)))


def ticks_at(axes: Axes, places: Sequence[float]) -> None:
    """Ticks of the x-axis where something was measured, with numbers as far as they have room."""
    fractions = (axes.transScale + axes.transLimits).transform([(place, 0.0) for place in places])[:, 0]
    letter = CHARACTER_WIDTH * LETTERS / AXES[0]
    texts, taken = [], -np.inf
    for place, fraction in zip(places, fractions, strict=True):
        half = letter * len(f"{place:g}") / 2.0
        shown = fraction - half > taken
        texts.append(f"{place:g}" if shown else "")
        taken = fraction + half + letter if shown else taken
    axes.set_xticks(list(places), texts)
    axes.xaxis.set_minor_locator(NullLocator())
