"""The rule that changes synapses, as the outer loop found it: its few numbers, run by run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from agents import Agent, Badger
from agents.parts.synapses import Plastic
from baselines.report.style import COLORS, FAINT, Picture, canvas, legend, save
from baselines.results.run import RunResult


def rules_of(agent: Agent) -> list[dict[str, float]]:
    """The numbers of each rule of an agent, by name: one rule, or one for each kind of synapse.

    "A x shown f" is what the product of pre and post takes of the f-th number that a port shows; B, C and D are the
    other terms, 0 where the rule has none; "birth" is the sum of a port's weights at first, "kept" what a step leaves.

    Raises:
        ValueError: Its experts are no plastic synapses, or take more than one action.
    """
    experts: list[Any] = []
    if isinstance(agent, Badger):
        experts = [part for part in agent.expert.modules() if isinstance(part, Plastic)]
    if not experts or experts[0].hidden_size > 1:
        raise ValueError(f"runs must be of agents of plastic synapses with one action, got {agent}")
    found = []
    for expert in experts:
        terms = torch.zeros(3) if expert.rule is None else expert.rule.detach()
        numbers = {f"A x shown {place}": float(part) for place, part in enumerate(expert.post.weight.detach()[0])}
        numbers |= dict(zip("BCD", terms.tolist(), strict=True))
        found.append(numbers | {"birth": expert.birth.item(), "kept": torch.sigmoid(expert.kept).item()})
    return found


def draw(read: Sequence[tuple[Agent, RunResult]], episodes: int, folder: Path) -> Picture:
    """All numbers of all rules, a dot each, and their means in words.

    Raises:
        ValueError: As `rules_of`, or ports show different numbers of things.
    """
    found: dict[str, list[dict[str, float]]] = {}
    for agent, result in read:
        found.setdefault(result.specification.agent, []).extend(rules_of(agent))
    names = list(next(iter(found.values()))[0])
    if any(list(rule) != names for rules in found.values() for rule in rules):
        raise ValueError("runs must be of tasks whose ports show as many numbers")
    rows, lines = [], []
    with canvas() as (figure, axes):
        for place, ((who, rules), color) in enumerate(zip(found.items(), COLORS, strict=False)):
            values = np.asarray([[rule[name] for name in names] for rule in rules])  # (rules, numbers)
            shift = 0.8 * (place + 0.5) / len(found) - 0.4
            for number, name in enumerate(names):
                label = f"{who}, {len(rules)} rules" if number == 0 else None
                x = np.full(len(rules), number + shift)
                axes.plot(x, values[:, number], "o", color=color, markersize=3, alpha=0.6, label=label)
                mean, low, high = (float(part) for part in (values[:, number].mean(), *_ends(values[:, number])))
                rows.append({"who": who, "number": name, "mean": mean, "low": low, "high": high, "n": len(rules)})
            said = ", ".join(f"{name} {value:.2f}" for name, value in zip(names, values.mean(axis=0), strict=True))
            lines.append(f"{who}: {said}; largest spread {np.ptp(values, axis=0).max():.3f}.")
        axes.axhline(0.0, color=FAINT, linewidth=1)
        axes.set_xticks(range(len(names)), [name.replace(" x ", "\n").replace("shown ", "shown\n") for name in names])
        axes.set(ylabel="value")
        legend(figure, axes)
    caption = "Means over runs and rules.\n" + "\n".join(lines)
    return save(figure, folder, "rules", "Which rule was found?", caption, rows)


def _ends(values: Any) -> tuple[float, float]:
    return float(values.min()), float(values.max())
