"""Recall in Memory: how much of what was shown is still known, by how many are lost, how much there is, and how often.

Axis letters as in `badger_envs.core.task`; C cycles, N pairs of a cycle.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from badger_envs import EpisodeSet, Memory, ReferenceReturns, episode_keys
from badger_envs.core.policy import Policy
from badger_envs.core.rollout import rollout
from badger_envs.registry import get_spec, reference_returns
from baselines.report.style import COLORS, FAINT, HEIGHT, RC_PARAMS, WIDTH, Picture, save

ID = "Badger/Memory-v0"
LEVELS = ("no_messages", "values_alone", "one_copy", "two_copies", "reference")
DASHES: tuple[Any, ...] = (":", (0, (1, 4)), "-.", "--", "-")
"""Of the levels."""
SHOCKS = 3
"""Cycles in which the same ports are lost."""
LOADS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Pairs for each port."""
BY_LOST, BY_LOAD, ROUGH, CALM = "ports lost", "pairs for each port", "cycle, rough youth", "cycle, calm youth"
"""What recall is measured by. With a rough youth the same ports are lost in every cycle, with a calm one in the last
alone."""

Curve = dict[float, float]
"""Recall by something."""


def points_of(task: Memory) -> dict[str, dict[float, Memory]]:
    """The tasks that recall is measured on, by what it is measured by and its value; cycles are one task's."""
    pairs = {load: max(1, round(load * task.ports)) for load in LOADS}
    return {
        BY_LOST: {float(lost): replace(task, lost=lost) for lost in range(task.ports)},
        BY_LOAD: {load: replace(task, pairs=count) for load, count in pairs.items()},
    }


def shocked(task: Memory, calm: int) -> Memory:
    """The task with the same ports lost three times, or in the last cycles alone."""
    return replace(task, cycles=SHOCKS, fragile=True, calm=calm)


def recall_curves(play: Callable[[Memory], Policy], task: Memory, episodes: int) -> dict[str, Curve]:
    """Mean payoff of a question, on test episodes, the same for all.

    Args:
        play: makes the policy for a task.
        task: as it was trained.
        episodes: at each point.

    Returns:
        By what it is measured by, and its value.
    """
    found = {
        by: {value: float(recalled(play(one), one, episodes).mean()) for value, one in tasks.items()}
        for by, tasks in points_of(task).items()
    }
    for by, calm in ((ROUGH, 0), (CALM, SHOCKS - 1)):
        one = shocked(task, calm)
        by_cycle = recalled(play(one), one, episodes).mean(axis=1)  # (C,)
        found[by] = {float(cycle + 1): float(value) for cycle, value in enumerate(by_cycle)}
    return found


def recalled(policy: Policy, task: Memory, episodes: int) -> npt.NDArray[np.float64]:
    """Mean payoff of the questions by cycle, (C, N)."""
    rewards = rollout(task, policy, episode_keys(0, np.arange(episodes), EpisodeSet.TEST)).rewards  # (T, B)
    asked = rewards.mean(axis=1).reshape(task.cycles, -1)[:, task.load + 1 :]  # (C, steps of questions)
    counted: npt.NDArray[np.float64] = asked.reshape(task.cycles, task.load, -1)[:, :, -1]  # (C, N)
    return counted


def levels_of(task: Memory) -> dict[str, dict[str, Curve]]:
    """What is known of recall by formula, by the name of the level; what it is measured by and its value."""
    found: dict[str, dict[str, Curve]] = {name: {} for name in LEVELS}
    for by, tasks in points_of(task).items():
        for value, one in tasks.items():
            known, asked = reference_returns(one), one.load * one.cycles
            for name in LEVELS:
                found[name].setdefault(by, {})[value] = _level(known, name) / asked
    return found


def handcrafted(level: str) -> Callable[[Memory], Policy]:
    """The policy of a level, to be measured as agents are."""
    return lambda task: get_spec(ID).policy(level, task)


def _level(known: ReferenceReturns, name: str) -> float:
    """A level, or the reference where nothing tells it from that."""
    return known.local_optima.get(name, known.reference)


def recall_picture(runs: Sequence[dict[str, Curve]], moved: dict[str, Curve], task: Memory, folder: Path) -> Picture:
    """Three pictures beside each other: recall by ports lost, by pairs for each port, and by cycle.

    Args:
        runs: of `recall_curves`, one for each training seed.
        moved: the same of a copy that is moved away from ports that were lost.
        task: as it was trained.
        folder: for PNG, SVG and CSV.
    """
    levels, rows = levels_of(task), []
    with mpl.rc_context(RC_PARAMS):
        figure = Figure(figsize=(1.9 * WIDTH, HEIGHT), layout="constrained")
        left, middle, right = figure.subplots(1, 3, sharey=True)
        drawn = [(left, BY_LOST, COLORS[0], BY_LOST), (middle, BY_LOAD, COLORS[0], BY_LOAD)]
        drawn += [(right, ROUGH, COLORS[0], "rough youth"), (right, CALM, COLORS[1], "calm youth")]
        for axes, by, color, words in drawn:
            values = np.asarray([list(run[by].values()) for run in runs])  # (runs, points)
            x = list(runs[0][by])
            label = "agent" if axes is not right else f"agent, {words}"
            axes.plot(x, values.mean(axis=0), color=color, marker="o", markersize=4, label=label)
            axes.fill_between(x, values.min(axis=0), values.max(axis=0), color=color, alpha=0.12, linewidth=0)
            rows += [_row("agent", by, value, values[:, place]) for place, value in enumerate(x)]
        for axes, by in ((left, BY_LOST), (middle, BY_LOAD)):
            for name, dashes in zip(LEVELS, DASHES, strict=True):
                curve = levels[name][by]
                words = name.replace("_", " ")
                axes.plot(list(curve), list(curve.values()), color=FAINT, linestyle=dashes, linewidth=1, label=words)
                rows += [_row(words, by, value, [level]) for value, level in curve.items()]
        for by, dashes in ((ROUGH, "-"), (CALM, "--")):
            words = f"moved copy, {by.split(', ')[1]}"
            right.plot(
                list(moved[by]), list(moved[by].values()), color=FAINT, linestyle=dashes, linewidth=1, label=words
            )
            rows += [_row("moved copy", by, value, [level]) for value, level in moved[by].items()]
        middle.set_xscale("log", base=2)
        middle.set_xticks(list(LOADS), [f"{load:g}" for load in LOADS])
        for axes, words in ((left, BY_LOST), (middle, BY_LOAD), (right, "cycle")):
            axes.set(xlabel=words)
            axes.legend(frameon=False, fontsize=7.5)
        for axes in (left, right):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        left.set(ylabel="recall: mean payoff of a question", ylim=(-0.05, 1.05))
    caption = (
        f"{task}. Mean over {len(runs)} runs; bands: lowest and highest. Grey: what can be had. Right: the same "
        "ports are lost in each of three cycles (rough youth), or in the last alone (calm youth)."
    )
    return save(figure, folder, "recall", "What is still known when some are lost?", caption, rows)


def _row(who: str, by: str, value: float, recalls: Sequence[float] | npt.NDArray[np.float64]) -> dict[str, Any]:
    ends = {"recall": float(np.mean(recalls)), "low": float(min(recalls)), "high": float(max(recalls))}
    return {"who": who, "by": by, "value": value, **ends, "n": len(recalls)}
