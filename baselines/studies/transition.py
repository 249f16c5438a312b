"""From monolithic to modular: what agents are worth that split one memory among more and more experts, and others."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import fill
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from agents import Agent
from badger_envs.statistics import Interval, stratified_bootstrap
from baselines.experiments.agents import AGENTS
from baselines.experiments.transition import ARCHITECTURES
from baselines.perturbations.probes import ask
from baselines.perturbations.subject import Subject
from baselines.report.style import COLORS, FAINT, RC_PARAMS, Picture, save
from baselines.results.run import ProbeCurve, RunResult

TRAINED, LARGER, LIFE, MEMORY, EXPERTS, COST = (
    "as trained", "at larger sizes", "in 10 times the life", "half of the memory lost", "half of the experts lost",
    "CPU-seconds",
)  # fmt: skip
MEASURES = (TRAINED, LARGER, LIFE, MEMORY, EXPERTS, COST)
"""What is asked, in the order of the panels: scores, and seconds of one training."""
PROBES = {"life": (LIFE, 10.0), "forget": (MEMORY, 0.5), "newcomers": (EXPERTS, 0.5)}
"""Probes that answer, with the measure and the point of the curve."""
LOWEST = -0.25
"""Score at which panels end."""
FEW = 0.02
"""Of the height of a panel, where it says who can't be asked."""


class Measured(NamedTuple):
    """What the runs of one agent came to."""

    agent: str
    experts: int | None
    """That share one memory; None where it is no agent of that axis."""
    found: dict[str, Interval | None]
    """By measure: interquartile mean over the runs with its interval; None where it can't be asked."""

    @property
    def who(self) -> str:
        """As in pictures."""
        return AGENTS[self.agent].label if self.agent in AGENTS else self.agent


def measures(
    at_size: Mapping[int, float],
    trained: Iterable[int],
    probes: Mapping[str, ProbeCurve],
    cpu_seconds: float,
    experts: int | None,
) -> dict[str, float | None]:
    """What one run came to, by measure; None where it can't be asked.

    Args:
        at_size: scores by size of the task, of those that the agent can have.
        trained: sizes that it was trained at; larger ones are those above, but not twice the largest and more.
        probes: by name.
        cpu_seconds: of the training.
        experts: of the agent, where they are free: of one there is no half to lose.
    """
    inside = [at_size[size] for size in at_size if min(trained) <= size <= max(trained)]
    larger = [at_size[size] for size in at_size if max(trained) < size <= 2 * max(trained)]
    found: dict[str, float | None] = {
        TRAINED: float(np.mean(inside)),
        LARGER: float(np.mean(larger)) if larger else None,
        COST: cpu_seconds,
    }
    for name, (measure, place) in PROBES.items():
        curve = dict(zip(probes[name].x, probes[name].score, strict=True))
        found[measure] = None if name == "newcomers" and experts == 1 else curve.get(place)
    return {measure: found[measure] for measure in MEASURES}


def together(agent: str, experts: int | None, runs: Sequence[Mapping[str, float | None]]) -> Measured:
    """What the runs of one agent came to together."""
    found: dict[str, Interval | None] = {}
    for measure in MEASURES:
        values = [value for run in runs if (value := run[measure]) is not None]
        found[measure] = stratified_bootstrap(np.array(values)[:, None]) if len(values) == len(runs) else None
    return Measured(agent, experts, found)


def measure(read: Sequence[tuple[Agent, RunResult]], episodes: int) -> list[Measured]:
    """Ask runs, those of one agent together; the axis of experts first.

    Args:
        read: agents that were trained, and their runs.
        episodes: test episodes at each point of a probe.

    Raises:
        ValueError: Runs are of different tasks.
    """
    tasks = {str(result.specification.make_task()) for _, result in read}
    if len(tasks) != 1:
        raise ValueError(f"runs must be of one task, got {', '.join(sorted(tasks))}")
    runs: dict[tuple[str, int | None], list[dict[str, float | None]]] = {}
    for agent, result in read:
        said, task = result.specification, result.specification.make_task()
        subject = Subject(agent, said.task, task, said.bins, episodes)
        probes = {name: ProbeCurve.of(ask(name, subject)) for name in PROBES}
        at_size = {size: test.score for size, test in sorted(result.tests.items()) if test.score is not None}
        assert said.outer_loop is not None
        trained = said.outer_loop.trained_sizes or tuple(result.tests)[:1]
        config = said.config or {}
        one = measures(at_size, trained, probes, result.training_cpu_seconds, config.get("experts"))
        runs.setdefault((said.agent, split(config)), []).append(one)
    found = [together(*key, values) for key, values in runs.items()]
    order = [*ARCHITECTURES, *AGENTS]
    return sorted(found, key=lambda one: (one.experts is None, one.experts or order.index(one.agent)))


def split(config: Mapping[str, Any]) -> int | None:
    """Among how many experts an agent's config splits one memory; None where ports are not dealt to them."""
    return int(config["experts"]) if config.get("membrane") == "slots" else None


def draw(read: Sequence[tuple[Agent, RunResult]], episodes: int, folder: Path) -> Picture:
    """The picture of runs; raises as `measure` does."""
    return picture(measure(read, episodes), episodes, folder)


def picture(measured: Sequence[Measured], episodes: int, folder: Path) -> Picture:
    """The picture, a row of panels for each axis that there are agents of."""
    with_runs = [list(group) for _, group in groupby(measured, lambda one: one.experts is None)]  # axis by axis
    with mpl.rc_context(RC_PARAMS):
        figure = Figure(figsize=(14.5, 3.1 * len(with_runs)), layout="constrained")
        panels = figure.subplots(len(with_runs), len(MEASURES), sharey=False, squeeze=False)
        for row, group in zip(panels, with_runs, strict=True):
            for number, (panel, name) in enumerate(zip(row, MEASURES, strict=True)):
                color = COLORS[1] if name == COST else COLORS[0]
                if group[0].experts is None:
                    _names(panel, group, name, color, first=number == 0)
                else:
                    _line(panel, group, name, color, first=number == 0)
                    panel.set_title(fill(name, 14))
    caption = (
        f"Scores (blue): 0 is chance, 1 the reference; panels end at {LOWEST}. Above, one memory is split among 1 to "
        f"{max((one.experts or 1 for one in measured), default=1)} experts; below are other architectures. {episodes} "
        "test episodes for each lesion. Interquartile means over runs, 95 % intervals."
    )
    rows = [_row(one, name) for one in measured for name in MEASURES if one.found[name] is not None]
    return save(figure, folder, "transition", "Where is the transition from monolithic to modular?", caption, rows)


def _line(panel: Axes, group: Sequence[Measured], name: str, color: str, *, first: bool) -> None:
    known = [(one.experts or 1, value) for one in group if (value := one.found[name]) is not None]
    x, values = [experts for experts, _ in known], [value for _, value in known]
    panel.errorbar(x, [value.estimate for value in values], yerr=_whiskers(values), color=color, marker="o", capsize=2)
    for one in group:
        if one.found[name] is None:
            panel.text(one.experts or 1, FEW, "cannot", transform=panel.get_xaxis_transform(), rotation=90, color=FAINT)
    panel.set_xscale("log", base=2)
    everybody = [one.experts or 1 for one in group]
    panel.set_xticks(everybody, [str(experts) for experts in everybody], fontsize=9)
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set(
        xlabel="experts", ylabel="one memory, split" if first else "", xlim=(0.7 * min(everybody), 1.4 * max(everybody))
    )
    _scale(panel, name, "y")


def _names(panel: Axes, group: Sequence[Measured], name: str, color: str, *, first: bool) -> None:
    for place, one in enumerate(group):
        value = one.found[name]
        if value is None:
            panel.text(FEW, place, "cannot", transform=panel.get_yaxis_transform(), va="center", color=FAINT)
        else:
            panel.barh(place, value.estimate, xerr=_whiskers([value]), color=color, alpha=0.75, height=0.6, capsize=2)
    panel.set_axisbelow(True)
    panel.set_yticks(range(len(group)), [one.who if first else "" for one in group])
    panel.set(ylim=(len(group) - 0.5, -0.5), xlabel=fill(name, 14))
    _scale(panel, name, "x")


def _scale(panel: Axes, name: str, axis: str) -> None:
    """Scores have the same scale in all panels, seconds begin at 0."""
    low, high = (0.0, None) if name == COST else (LOWEST, 1.0)
    getattr(panel, f"set_{axis}lim")(low, high)


def _whiskers(values: Sequence[Interval]) -> Any:
    """Distances to both ends, (2, values); none of a single run."""
    return np.array([[value.estimate - value.low, value.high - value.estimate] if value.known else [np.nan] * 2
                     for value in values]).T  # fmt: skip


def _row(one: Measured, name: str) -> dict[str, Any]:
    value = one.found[name]
    assert value is not None
    return {"agent": one.agent, "experts": one.experts, "measure": name, **value._asdict()}
