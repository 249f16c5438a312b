"""The report of a comparison: pictures as PNG and SVG, and one HTML page that opens from a file."""

import io
from pathlib import Path
from typing import Any

import jinja2
import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from badger_envs.files import write_whole
from badger_envs.registry import find_row
from baselines.comparison.tables import make_tables

COLORS = ("#2e82d6", "#d65c38", "#148a6a", "#8a5bc4", "#c79a1e", "#5a6470")
INK, FAINT = "#222831", "#82888f"
STYLE: Any = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "grid.color": "#e6e8ea",
    "svg.hashsalt": "badger",  # the same ids in every build
    "svg.fonttype": "none",
}


def write_report(content: dict[str, Any], out: Path) -> None:
    """Write `index.html` and the pictures.

    Args:
        content: what is in `result.json`.
        out: an existing folder.
    """
    pictures = []
    for number, task in enumerate(sorted({agent["task"] for agent in content["agents"]})):
        agents = [agent for agent in content["agents"] if agent["task"] == task and agent.get("n")]
        suffix = f"_{number}" if number else ""
        trained = [agent["agent"] for agent in agents if not agent["handcrafted"]]
        colors = {name: COLORS[position % len(COLORS)] for position, name in enumerate(trained)}
        for name, caption, figure in (
            (
                "learning_curves",
                "Score during training; lines are means over runs, bands their range.",
                _curves(agents, colors),
            ),
            (
                "sizes",
                "What happens at sizes that were never trained; points are means over runs.",
                _sizes(task, agents, colors),
            ),
        ):
            if figure is not None:
                pictures.append(
                    {
                        "name": name + suffix,
                        "caption": f"{task}: {caption}",
                        "svg": _save(figure, out / (name + suffix)),
                    }
                )
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html").render(
        content=content, tables=make_tables(content), pictures=pictures
    )
    write_whole(out / "index.html", page.encode())


def _curves(agents: list[dict[str, Any]], colors: dict[str, str]) -> Figure | None:
    """Score against environment steps, one line for each agent on equal footing."""
    trained = [agent for agent in agents if agent["equal_footing"] and not agent["handcrafted"]]
    if not trained:
        return None
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.4), layout="constrained")
        axes = figure.subplots()
        for agent in trained:
            color = colors[agent["agent"]]
            steps = [point["environment_steps"] / 1e6 for point in agent["runs"][0]["curve"]]
            scores = np.asarray([[point["score"] for point in run["curve"]] for run in agent["runs"]])  # (runs, points)
            # Lifetimes of different lengths have different references; a short average hides that saw.
            smooth = np.stack([np.convolve(_padded(run), np.ones(5) / 5, mode="valid") for run in scores])
            axes.plot(steps, smooth.mean(axis=0), color=color, linewidth=2, label=f"{agent['label']} (n={agent['n']})")
            axes.fill_between(steps, smooth.min(axis=0), smooth.max(axis=0), color=color, alpha=0.15, linewidth=0)
        for level, name in ((0.0, "blind chance"), (1.0, "handcrafted reference")):
            axes.axhline(level, color=FAINT, linestyle="--", linewidth=1)
            axes.annotate(name, (1.0, level), xycoords=("axes fraction", "data"), ha="right", va="bottom", color=FAINT)
        axes.set(
            xlabel="environment steps, millions", ylabel="normalised score on training episodes", ylim=(-0.12, 1.12)
        )
        _legend_above(axes)
    return figure


def _sizes(task: str, agents: list[dict[str, Any]], colors: dict[str, str]) -> Figure | None:
    """The task's metric against size."""
    row = find_row(task)
    several = [agent for agent in agents if len(agent["metric_at_size"]) > 1 and not agent["handcrafted"]]
    if not several:
        return None
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.4), layout="constrained")
        axes = figure.subplots()
        # Agents that were made for this stand out; the others show what happens without.
        for agent in sorted(several, key=lambda agent: agent["equal_footing"]):
            sizes = sorted(map(int, agent["metric_at_size"]))
            means = [np.mean(agent["metric_at_size"][str(size)]) for size in sizes]
            prominent = not agent["equal_footing"]
            own_size = row.make_task(**agent["arguments"]).arguments()[row.size]
            label = agent["label"] if prominent else f"{agent['label']}, trained at {own_size}"
            weight: Any = {"markersize": 5, "linewidth": 2.5} if prominent else {"markersize": 3, "linewidth": 1.0}
            axes.plot(
                sizes, means, color=colors[agent["agent"]], marker="o", label=f"{label} (n={agent['n']})", **weight
            )
        for (name, curve), line in zip(row.known_curves.items(), (":", "--", "-."), strict=False):
            axes.plot(list(curve), list(curve.values()), color=INK, linestyle=line, linewidth=1.3, label=name)
        axes.set(xlabel=f"{row.size} at test", ylabel=f"{row.metric} at the end of an episode")
        axes.set_ylim(bottom=-0.03)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _legend_above(axes)
    return figure


def _legend_above(axes: Axes) -> None:
    axes.legend(frameon=False, fontsize=9, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _padded(values: Any) -> Any:
    return np.pad(values, 2, mode="edge")


def _save(figure: Figure, path: Path) -> str:
    """Write PNG and SVG and return the SVG as text to put into a page."""
    with mpl.rc_context(STYLE):
        png, svg = io.BytesIO(), io.StringIO()
        figure.savefig(png, format="png", dpi=150, metadata={"Software": None})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    write_whole(path.with_suffix(".png"), png.getvalue())
    write_whole(path.with_suffix(".svg"), svg.getvalue().encode())
    text = svg.getvalue()
    return text[text.index("<svg") :]
