"""Random search: the same tuning effort for everybody, over a space that is declared beforehand.

Everybody tries the same draws, so that nobody is luckier than another; the draws are stratified (McKay et al. 1979,
Latin hypercube), so that few of them still cover the space.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from badger_envs.core.checks import hold_plain_numbers, require_fraction, require_integer
from baselines.outer_loops.base import OuterLoop


@dataclass(frozen=True)
class Search:
    """How often is tried, and how long."""

    trials: int = 4
    """How many draws; 0 for no search: everybody trains with the settings as they are."""
    seeds: int = 1
    """Trainings of each draw."""
    fraction: float = 0.5
    """Of the updates of a run that counts, how many a trial has."""

    def __post_init__(self) -> None:
        hold_plain_numbers(self)
        require_integer("trials", self.trials, 0)
        require_integer("seeds", self.seeds, 1)
        require_fraction("fraction", self.fraction)

    @property
    def cost(self) -> float:
        """Of the whole search, in runs that count."""
        return self.trials * self.seeds * self.fraction

    def draws(self, outer_loop: OuterLoop) -> list[dict[str, float]]:
        """The settings that are tried for an outer loop, three digits each; always the same ones."""
        rng = np.random.default_rng(self.trials)
        columns = {}
        for name, values in outer_loop.space.items():
            place = (rng.permutation(self.trials) + rng.random(self.trials)) / max(self.trials, 1)  # (trials,)
            columns[name] = values.low * (values.high / values.low) ** place  # (trials,)
        return [
            {name: float(f"{column[trial]:.3g}") for name, column in columns.items()} for trial in range(self.trials)
        ]


AS_GOOD = 0.01
"""Scores that differ by less are as good as each other: which is the larger one is chance."""


def mean_scores(
    tried: list[tuple[dict[str, float], float | None]],
) -> dict[tuple[tuple[str, float], ...], float]:
    """Mean score of the trainings of each draw, by its settings; minus infinity where one of them failed."""
    scores: dict[tuple[tuple[str, float], ...], list[float]] = {}
    for settings, score in tried:
        scores.setdefault(tuple(settings.items()), []).append(-np.inf if score is None else score)
    return {settings: float(np.mean(found)) for settings, found in scores.items()}


def best_score(tried: list[tuple[dict[str, float], float | None]]) -> float | None:
    """Of the draw that is best on validation episodes; None where a training of each draw failed."""
    best = max(mean_scores(tried).values(), default=-np.inf)
    return best if np.isfinite(best) else None


def chosen(tried: list[tuple[dict[str, float], float | None]]) -> dict[str, Any]:
    """The draw whose trainings have the best mean score; the middle one where several are as good.

    In the middle of what works a setting is least likely to fail with another seed: parity is learned once at every
    learning rate tried, and with the largest of them in two seeds of five only. A draw with a training that failed is
    not chosen.

    Args:
        tried: draws with the score of one of their trainings on validation episodes, None where that failed.

    Raises:
        ValueError: There is no draw whose trainings all finished.
    """
    means, best = mean_scores(tried), best_score(tried)
    if best is None:
        raise ValueError("no settings were found: a training of each draw failed")
    good = sorted(settings for settings, mean in means.items() if mean >= best - AS_GOOD)
    return dict(good[(len(good) - 1) // 2])


def with_settings(outer_loop: OuterLoop, settings: dict[str, Any]) -> OuterLoop:
    """The outer loop with a draw's settings."""
    return replace(outer_loop, **settings)
