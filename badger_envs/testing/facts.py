"""Rules about what a task says of itself: its arguments, its description, its reference returns."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.policy import Policy
from badger_envs.core.rollout import rollout
from badger_envs.core.spec import ReferenceReturns
from badger_envs.core.task import Task
from badger_envs.testing.rules import in_words, require

HEADINGS = ("Observation", "Action", "Reward", "Episode end", "Reference returns", "Arguments", "Version history")
ROUNDING = 1e-5
"""Share of the range of returns by which float32 sums may leave it."""


def check_arguments(task: Task[Any]) -> None:
    """A frozen dataclass that prints, hashes and is made anew from its arguments; sizes and bounds that make sense."""
    rule = "arguments"
    require(isinstance(task, Task), rule, "the task must be a badger_envs.Task", type(task).__name__)
    frozen = is_dataclass(task) and type(task).__dataclass_params__.frozen
    require(frozen, rule, "the task must be a frozen dataclass", f"{type(task).__name__}, which is not one")
    with in_words(rule):
        again = type(task)(**task.arguments())
        hashes = hash(task), hash(again)
    require(again == task, rule, "the task made anew from its arguments must equal the task", f"{again} for {task}")
    require(hashes[0] == hashes[1], rule, "equal tasks must have equal hashes", hashes)
    for name in ("horizon", "ports", "port_actions"):
        value = getattr(task, name)
        whole = isinstance(value, int | np.integer) and value >= 1
        require(whole, rule, f"{name} must be an integer at least 1", repr(value))
    for name in ("port_bounds", "privileged_bounds"):
        low, high = getattr(task, name)
        fits = low.dtype == high.dtype == np.float32 and low.ndim == 1 and low.shape == high.shape
        seen = f"{low.dtype} {low.shape} and {high.dtype} {high.shape}"
        require(fits, rule, f"{name} must be two float32 vectors of one length", seen)
        require((low <= high).all(), rule, f"{name} must have low <= high", f"{low} and {high}")


def check_docstring(task: Task[Any]) -> None:
    """The headings of a page, in order, and every argument described."""
    text = inspect.getdoc(type(task)) or ""
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    require(headings == list(HEADINGS), "docstring", f"headings must be {', '.join(HEADINGS)}", headings)
    missing = [name for name in task.arguments() if f"`{name}`" not in text]
    require(not missing, "docstring", "every argument must be described, its name in backticks", f"none of {missing}")


def check_reference(
    task: Task[Any], known: ReferenceReturns, policies: Mapping[str, Callable[[Any], Policy]], episodes: int
) -> None:
    """Every level is what its policy returns, on test episodes, to four standard errors; no return leaves the range."""
    rule, levels = "reference returns", {"chance": known.chance, "reference": known.reference, **known.local_optima}
    require(set(policies) >= set(levels), rule, f"there must be policies for {sorted(levels)}", sorted(policies))
    ordered = known.lowest <= known.chance <= known.reference <= known.highest + ROUNDING * abs(known.highest)
    require(ordered, rule, "lowest <= chance <= reference <= highest must hold", known)
    for level, expected in levels.items():
        with in_words(f"{rule}, {level}"):
            returns = rollout(
                task, policies[level](task), episode_keys(0, np.arange(episodes), EpisodeSet.TEST)
            ).returns
        mean, tolerance = returns.mean(), 4.0 * returns.std() / np.sqrt(episodes) + 1e-6
        seen = f"{mean:.6g} with a tolerance of {tolerance:.2g}"
        require(abs(mean - expected) <= tolerance, rule, f"{level} must return {expected:.6g} in the mean", seen)
        in_range = returns.min() >= known.lowest and returns.max() <= known.highest
        seen = f"{returns.min():.6g}..{returns.max():.6g} by {level}"
        require(in_range, rule, f"returns must lie in [{known.lowest:.6g}, {known.highest:.6g}]", seen)
