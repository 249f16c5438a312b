"""Pictures of one problem: scores during training, and what happens at other sizes."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from badger_envs.registry import get_spec
from baselines.analysis.speed import HALF
from baselines.report.labels import direct_labels, round_ticks
from baselines.report.plotting import Spread, cut_off, labelled, plot_agent, plot_references, runs_each, set_limits
from baselines.report.style import FAINT, INK, Picture, Style, canvas, gid, save
from baselines.report.words import size_name, spelled
from baselines.results.comparison import AgentResult, Problem

SMOOTHED = 5
"""Points of a learning curve in a moving average; episodes of different lengths have different references, and a short
average hides that saw."""

KNOWN_DASHES = (":", "--", "-.", (0, (5, 1, 1, 1, 1, 1)))
"""Of the curves that are known of a problem, as matplotlib writes them."""


class Place(NamedTuple):
    """Where in the training a point of a learning curve lies, mean over runs."""

    update: float
    environment_steps: float
    cpu_seconds: float


Curve = Sequence[tuple[Place, Spread]]


def learning_curves(
    problem: Problem, agents: Sequence[AgentResult], styles: Mapping[str, Style], folder: Path
) -> list[Picture]:
    """Scores against environment steps, CPU-seconds and updates, with a ring where half of the reference is reached."""
    curves = [(agent, _curve(agent)) for agent in agents if agent.runs and all(run.curve for run in agent.runs)]
    if not curves:
        return []
    pictures = []
    for name, axis, title, xs in (
        (
            "steps", "environment steps, millions", "How much experience does it take?",
            [[place.environment_steps * 1e-6 for place, _ in curve] for _, curve in curves],
        ),
        (
            "cpu", "CPU-seconds of one core", "How much computing does it take?",
            [[place.cpu_seconds for place, _ in curve] for _, curve in curves],
        ),
        (
            "updates", "updates of the policy", "How many changes of the policy does it take?",
            [[place.update for place, _ in curve] for _, curve in curves],
        ),
    ):  # fmt: skip
        with canvas() as (figure, axes):
            for (agent, curve), own in zip(curves, xs, strict=True):
                plot_agent(axes, agent, styles[agent.agent], own, [spread for _, spread in curve])
                _ring(axes, agent, styles[agent.agent], own, [spread.mean for _, spread in curve])
            plot_references(axes)
            axes.set(xlabel=axis, ylabel="score on training episodes")
            set_limits(axes)
            round_ticks(axes.xaxis)
            round_ticks(axes.yaxis)
            direct_labels(axes)
        caption = (
            f"Lines: mean over {runs_each(agent for agent, _ in curves)}, each a "
            f"moving average of {SMOOTHED} points. Bands: lowest and highest run. "
            "Rings: half of the way from chance to the reference."
        )
        caption += cut_off(spread for _, curve in curves for _, spread in curve)
        rows = [
            labelled(problem, agent, **place._asdict(), **spread._asdict())
            for agent, curve in curves
            for place, spread in curve
        ]
        pictures.append(save(figure, folder, f"{problem.name}_{name}", title, caption, rows))
    return pictures


def _ring(axes: Axes, agent: AgentResult, style: Style, xs: Sequence[float], means: Sequence[float]) -> None:
    """Where the line of an agent first reaches half of the reference, if it does."""
    reached = next(((x, mean) for x, mean in zip(xs, means, strict=True) if mean >= HALF), None)
    if reached is not None:
        axes.plot(
            *reached, marker="o", markersize=9, markerfacecolor="none", markeredgecolor=style.color, linestyle="",
            gid=gid(agent.agent),
        )  # fmt: skip


def _curve(agent: AgentResult) -> Curve:
    """What is plotted of an agent, point by point; updates that not all of its runs have are left out."""
    runs = []
    for run in agent.runs:
        padded = np.pad([point.score for point in run.curve], SMOOTHED // 2, mode="edge")
        smooth = np.convolve(padded, np.ones(SMOOTHED) / SMOOTHED, mode="valid")
        points = zip(run.curve, smooth, strict=True)
        runs.append({point.update: (point.environment_steps, point.cpu_seconds, score) for point, score in points})
    shared = sorted(set(runs[0]).intersection(*runs[1:]))
    table = np.asarray([[run[update] for run in runs] for update in shared])  # (points, runs, 3)
    return [
        (Place(update, each[:, 0].mean(), each[:, 1].mean()), Spread.over(each[:, 2]))
        for update, each in zip(shared, table, strict=True)
    ]


def size_curves(
    problem: Problem, agents: Sequence[AgentResult], styles: Mapping[str, Style], folder: Path
) -> Picture | None:
    """The task's metric against size; None where everybody was tested at one size alone."""
    trained = [agent for agent in agents if agent.trained]
    if not any(len(agent.runs[0].metric_at_size) > 1 for agent in trained):
        return None
    rows, tested = [], set()
    with canvas() as (figure, axes):
        for agent in trained:
            at = [run.metric_at_size for run in agent.runs]
            sizes = sorted(at[0])
            points = [Spread.over([each[size] for each in at if size in each]) for size in sizes]
            plot_agent(axes, agent, styles[agent.agent], sizes, points, marker="o")
            rows += [
                labelled(problem, agent, size=s, **point._asdict()) for s, point in zip(sizes, points, strict=True)
            ]
            tested |= set(sizes)
        published = get_spec(problem.task).published_curves
        for (name, curve), dashes in zip(published.items(), cycle(KNOWN_DASHES), strict=False):
            near = {size: value for size, value in curve.items() if min(tested) <= size <= max(tested)}
            axes.plot(list(near), list(near.values()), color=INK, linestyle=dashes, linewidth=1.2, label=spelled(name))
            rows += [
                {"problem": problem.name, "agent": "", "label": name, "size": size}
                | {"mean": value, "low": "", "high": "", "n": ""}
                for size, value in near.items()
            ]
        first, last = trained_sizes(problem, trained)
        edge = 0.012 * (max(tested) - min(tested))
        axes.axvspan(first - edge, last + edge, color=FAINT, alpha=0.2, linewidth=0, zorder=0)
        # Beside the y-axis the word would run into its numbers.
        place, side = (first - edge, "left") if first == min(tested) else ((first + last) / 2, "center")
        axes.annotate("trained", (place, 1.0), xycoords=("data", "axes fraction"), ha=side, va="top", color=FAINT)
        axes.set(
            xlabel=f"{size_name(problem.size_argument)} at test", ylabel=f"{spelled(problem.metric)}, less is better"
        )
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        round_ticks(axes.yaxis)
        direct_labels(axes)
    caption = (
        f"Lines: {problem.metric} at the end of an episode, mean over {runs_each(trained)}. "
        "Bands: lowest and highest run. "
        "An agent with a single point works at no other size."
    )
    title = "Does it work at sizes it was never trained at?"
    return save(figure, folder, f"{problem.name}_sizes", title, caption, rows)


def trained_sizes(problem: Problem, agents: Sequence[AgentResult]) -> tuple[int, int]:
    """The smallest and the largest size that an agent trained at."""
    found = [size for agent in agents if agent.settings for size in agent.settings.trained_sizes]
    return (min(found), max(found)) if found else (problem.size, problem.size)
