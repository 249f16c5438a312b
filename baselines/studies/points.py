"""Points in the exercise: what trained agents rank, beside people, best members and handcrafted policies.

Axis letters as in `badger_envs.core.task`; I items.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from badger_envs import EpisodeSet, Ranking, episode_keys
from badger_envs.core.rollout import rollout
from badger_envs.envs.ranking.points import PEOPLE, points
from badger_envs.envs.ranking.policies import ranks
from badger_envs.registry import get_spec
from baselines.experiments.agents import AGENTS
from baselines.report.style import COLORS, FAINT, INK, Picture, canvas, legend, save
from baselines.results.run import RunResult

ID = "Badger/Ranking-v0"
NAMES = {
    "alone": "Bayes, alone", "vote": "vote", "mean_belief": "mean of what members believe", "reference": "Bayes, all",
}  # fmt: skip
"""Handcrafted policies that are drawn, and what they are called."""
BETWEEN_WORDS = 2.2
"""Least distance between words beside lines, in points of the exercise."""


class Measured(NamedTuple):
    """What agents of one kind reached."""

    agent: str
    rounds: int
    """Steps to talk."""
    message_size: int | None
    """Numbers in a message (M); None where there are no messages."""
    points: tuple[float, ...]
    """Of each run, a mean over test episodes."""

    @property
    def who(self) -> str:
        """As in pictures."""
        label = AGENTS[self.agent].label if self.agent in AGENTS else self.agent
        return f"{label}, {self.rounds} {'round' if self.rounds == 1 else 'rounds'}"

    @property
    def mean(self) -> float:
        """Of the runs."""
        return float(np.mean(self.points))


def lines_of(task: Ranking, episodes: int) -> dict[str, float]:
    """Mean points that agents are held against, by name, on test episodes; those of people with 15 items alone."""
    keys = episode_keys(0, np.arange(episodes), EpisodeSet.TEST)
    found = dict(PEOPLE) if task.items == 15 else {}
    for level, name in NAMES.items():
        state = rollout(task, get_spec(ID).policy(level, task), keys).state
        found[name] = float(points(state.positions, state.target).mean())
    state = task.initial(keys)
    raw = np.stack([points(own[:, None], state.target) for own in ranks(state.opinions).swapaxes(0, 1)])  # (P, B)
    return found | {"raw opinions, alone": float(raw.mean()), "best member, in hindsight": float(raw.min(0).mean())}


def measured(results: Sequence[RunResult]) -> list[Measured]:
    """Runs by what they differ in besides their seed, agents with messages first.

    Raises:
        ValueError: They are of another task, or of groups or items that differ.
    """
    groups: dict[tuple[str, int, int | None], list[float]] = {}
    sizes = set()
    for result in results:
        said = result.specification
        if said.task != ID:
            raise ValueError(f"runs must be of {ID}, got {said.agent} on {said.task}")
        task = said.make_task()
        assert isinstance(task, Ranking)
        sizes.add((task.members, task.items, task.confidence, task.knows, task.shared))
        config = said.config or {}
        silent = config.get("messages") in (None, "none")
        key = (said.agent, task.rounds, None if silent else int(config["message_size"]))
        groups.setdefault(key, []).append(result.tests[task.members].mean("points"))
    if len(sizes) > 1:
        raise ValueError(f"runs must be of the same members, items, confidence, knows and shared, got {sorted(sizes)}")
    found = [Measured(*key, tuple(values)) for key, values in groups.items()]
    return sorted(found, key=lambda one: (one.message_size is None, one.agent, one.rounds, one.message_size or 0))


def points_picture(found: Sequence[Measured], lines: dict[str, float], caption: str, folder: Path) -> Picture:
    """Points by the numbers in a message, a curve for each agent and number of steps to talk.

    Args:
        found: what agents reached.
        lines: what they are held against.
        caption: begins what is said below it.
        folder: for PNG, SVG and CSV.
    """
    curves: dict[str, list[Measured]] = {}
    for one in found:
        if one.message_size is not None:
            curves.setdefault(one.who, []).append(one)
    sizes = sorted({one.message_size for one in found if one.message_size is not None})
    beside = {name: (value, FAINT) for name, value in lines.items()}
    beside |= {one.who: (one.mean, INK) for one in found if one.message_size is None}
    top = 1.03 * max([value for value, _ in beside.values()] + [max(one.points) for one in found])
    with canvas() as (figure, axes):
        for (who, curve), color in zip(curves.items(), COLORS, strict=False):
            x = [float(one.message_size or 0) for one in curve]
            axes.plot(x, [one.mean for one in curve], color=color, marker="o", markersize=4, label=who)
            low, high = ([end(one.points) for one in curve] for end in (min, max))
            axes.fill_between(x, low, high, color=color, alpha=0.12, linewidth=0)
        axes.set_xscale("log", base=2)
        axes.set_xticks([float(size) for size in sizes], [str(size) for size in sizes])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set(xlabel="numbers in a message", ylabel="points, less is better", ylim=(0, top))
        _beside(axes, beside)
        legend(figure, axes)
    said = f"{caption} Means over runs; bands: lowest and highest. Lines: people, handcrafted policies, other agents."
    rows = [_row(one.who, one.message_size, one.points) for one in found]
    rows += [_row(name, None, (value,)) for name, value in lines.items()]
    return save(figure, folder, "points", "How well does a group rank?", said, rows)


def _row(who: str, message_size: int | None, values: Sequence[float]) -> dict[str, Any]:
    ends = {"points": float(np.mean(values)), "low": min(values), "high": max(values), "n": len(values)}
    return {"who": who, "message_size": message_size, **ends}


def _beside(axes: Axes, lines: dict[str, tuple[float, str]]) -> None:
    """Lines with their names at the right end, none over another."""
    place = -BETWEEN_WORDS
    for name, (value, color) in sorted(lines.items(), key=lambda line: line[1][0]):
        axes.axhline(value, color=color, linestyle=":", linewidth=1)
        place = max(value, place + BETWEEN_WORDS)
        words = f"{name}: {value:.1f}"
        axes.text(1.01, place, words, transform=axes.get_yaxis_transform(), va="center", fontsize=7.5, color=color)
