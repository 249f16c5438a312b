"""Pictures of one problem: scores during training, and what happens at other sizes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from badger_envs.registry import get_spec
from baselines.report.plotting import Agent, Row, cut_off, labelled, levels, limits, line, over
from baselines.report.style import FAINT, INK, Look, Picture, canvas, legend, save

SMOOTHED = 5
"""Points of a learning curve in a moving average; lifetimes of different lengths have different references, and a
short average hides that saw."""


def learning_curves(
    problem: Mapping[str, Any], agents: list[Agent], looks: Mapping[str, Look], folder: Path
) -> list[Picture]:
    """Scores against environment steps and against CPU-seconds."""
    trained = [agent for agent in agents if agent["n"] and all(run["curve"] for run in agent["runs"])]
    if not trained:
        return []
    rows = {agent["agent"]: _curve(agent) for agent in trained}
    pictures = []
    for name, x, axis, scale, title in (
        ("steps", "environment_steps", "environment steps, millions", 1e-6, "How much experience does it take?"),
        ("cpu", "cpu_seconds", "CPU-seconds of one core", 1.0, "How much computing does it take?"),
    ):
        with canvas() as (figure, axes):
            for agent in trained:
                points, look = rows[agent["agent"]], looks[agent["agent"]]
                xs = [point[x] * scale for point in points]
                line(axes, agent, look, xs, points)
            levels(axes, problem)
            axes.set(xlabel=axis, ylabel="score on training episodes")
            limits(axes)
            legend(figure, axes)
        caption = f"Lines: mean over n runs, each a moving average of {SMOOTHED} points. Bands: lowest and highest run."
        caption += cut_off([point for points in rows.values() for point in points])
        flat = [labelled(problem, agent, point) for agent in trained for point in rows[agent["agent"]]]
        pictures.append(save(figure, folder, f"{problem['name']}_{name}", title, caption, flat))
    return pictures


def _curve(agent: Agent) -> list[Row]:
    """What is plotted of an agent, point by point; updates that not all of its runs have are left out."""
    runs = []
    for run in agent["runs"]:
        points = run["curve"]
        padded = np.pad([point["score"] for point in points], SMOOTHED // 2, mode="edge")
        smooth = np.convolve(padded, np.ones(SMOOTHED) / SMOOTHED, mode="valid")
        runs.append(
            {
                point["update"]: (point["environment_steps"], point["cpu_seconds"], score)
                for point, score in zip(points, smooth, strict=True)
            }
        )
    shared = sorted(set(runs[0]).intersection(*runs[1:]))
    table = np.asarray([[run[update] for run in runs] for update in shared])  # (points, runs, 3)
    return [
        {
            "update": update,
            "environment_steps": each[:, 0].mean(),
            "cpu_seconds": each[:, 1].mean(),
            **over(each[:, 2]),
        }
        for update, each in zip(shared, table, strict=True)
    ]


def sizes(problem: Mapping[str, Any], agents: list[Agent], looks: Mapping[str, Look], folder: Path) -> Picture | None:
    """The task's metric against size."""
    trained = [agent for agent in agents if agent["n"] and not agent["handcrafted"]]
    if not any(len(agent["runs"][0]["metric_at_size"]) > 1 for agent in trained):
        return None
    known, rows = get_spec(problem["task"]).published_curves, []
    with canvas() as (figure, axes):
        for agent in trained:
            at = [run["metric_at_size"] for run in agent["runs"]]
            points = [
                {"size": size, **over([each[str(size)] for each in at if str(size) in each])}
                for size in sorted(map(int, at[0]))
            ]
            line(axes, agent, looks[agent["agent"]], [point["size"] for point in points], points, marker="o")
            rows += [labelled(problem, agent, point) for point in points]
        shown = {row["size"] for row in rows}
        for (name, curve), dashes in zip(known.items(), (":", "--", "-."), strict=False):
            near = {size: value for size, value in curve.items() if min(shown) <= size <= max(shown)}
            axes.plot(list(near), list(near.values()), color=INK, linestyle=dashes, linewidth=1.2, label=name)
            rows += [
                {"problem": problem["name"], "agent": "", "label": name, "size": size}
                | {"mean": value, "low": "", "high": "", "n": ""}
                for size, value in near.items()
            ]
        first, last = trained_sizes(problem, trained)
        edge = 0.012 * (max(shown) - min(shown))
        axes.axvspan(first - edge, last + edge, color=FAINT, alpha=0.2, linewidth=0, zorder=0)
        axes.annotate(
            "trained", ((first + last) / 2, 1.0), xycoords=("data", "axes fraction"), ha="center", va="top", color=FAINT
        )
        axes.set(xlabel=f"{problem['size_name']} at test", ylabel=f"{problem['metric']}, less is better")
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        legend(figure, axes)
    caption = (
        f"Lines: {problem['metric']} at the end of an episode, mean over n runs. Bands: lowest and highest run. "
        "Who has a single point can't have another size."
    )
    return save(
        figure, folder, f"{problem['name']}_sizes", "Does it work at sizes it was never trained at?", caption, rows
    )


def trained_sizes(problem: Mapping[str, Any], agents: list[Agent]) -> tuple[int, int]:
    """The smallest and the largest size that anybody trained at."""
    stages = [stage for agent in agents for stage in agent["settings"].get("stages", [])]
    found = [size for stage in stages for size in (stage.get("sizes") or [])]
    return (min(found), max(found)) if found else (problem["size"], problem["size"])
