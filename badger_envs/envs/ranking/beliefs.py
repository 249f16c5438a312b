"""What opinions say about worths and about right positions: Bayes, for one member or for a group.

Axis letters as in `badger_envs.core.task`; I items, R groups of P members, S worths and N misconceptions on a
grid.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.envs.ranking.task import GUESS_SPREAD, KNOWN_SPREAD, Ranking

Floats = npt.NDArray[np.float64]
LARGEST, STEP = 4.5, 0.05
"""Ends and step of the grid of worths, where nobody shows what is known."""
AT_ONCE = 4_000_000
"""Numbers in memory."""


def posterior(opinions: Floats, known: Floats, shared: float) -> tuple[Floats, Floats]:
    """Means and variances of the worths by the opinions of groups whose members say what they know.

    Each who knows tells 1 / .2**2 (a precision), and all who guess together as much as their mean does; worths have the
    variance 1 before.

    Args:
        opinions: of worths, (R, P, I).
        known: 1 where a member knows an item, 0 where it guesses, (R, P, I).
        shared: share of the misconception in the variance of guesses.

    Returns:
        Two arrays (R, I).
    """
    knowing, guessing = known.sum(axis=1), (1.0 - known).sum(axis=1)  # 2 x (R, I)
    guess = (opinions * (1.0 - known)).sum(axis=1) / np.maximum(guessing, 1.0)  # (R, I)
    precision = guess_precision(guessing, shared)  # (R, I)
    variance = 1.0 / (1.0 + knowing / KNOWN_SPREAD**2 + precision)  # (R, I)
    return variance * ((opinions * known).sum(axis=1) / KNOWN_SPREAD**2 + precision * guess), variance


def guess_precision(guessing: Floats, shared: float) -> Floats:
    """One over the variance of how far the mean of so many guesses is off; 0 where nobody guesses."""
    share = shared + (1.0 - shared) / np.maximum(guessing, 1.0)
    return np.where(guessing > 0.0, 1.0 / (GUESS_SPREAD**2 * share), 0.0)


def expected_positions(mean: Floats, variance: Floats) -> Floats:
    """Expected right positions of items whose worths are independent normal numbers, (R, I) of each to (R, I)."""
    items = mean.shape[1]
    total = np.zeros_like(mean)  # (R, I)
    for other in range(items):
        spread = np.sqrt(variance + variance[:, other, None])  # (R, I)
        total += normal_below((mean - mean[:, other, None]) / spread) - 0.5  # (R, I)
    return np.asarray(total * (2.0 / (items - 1)))


def expected_positions_by_opinions(task: Ranking, opinions: Floats) -> Floats:
    """Expected right positions by the opinions (R, P, I) of groups that don't know who guesses, (R, I).

    Worth and misconception are taken on a grid; given both, members are independent mixtures of two normal numbers.
    """
    # One member's misconception is as much its own as the rest.
    grid = _Grid.of(task.shared if opinions.shape[1] > 1 else 0.0, opinions.shape[1])
    rows = max(1, AT_ONCE // (opinions.shape[2] * grid.prior.size))
    parts = [opinions[first : first + rows] for first in range(0, len(opinions), rows)]
    return np.concatenate([_expected_on(grid, part, task.knows) for part in parts])


class _Grid(NamedTuple):
    """Worths and misconceptions; guesses are off around a centre, the worth plus the misconception."""

    worth: Floats  # (S,)
    centre: Floats  # (C,) all centres, as far from each other as worths
    centres: npt.NDArray[np.int64]  # (S, N) which of them each worth and misconception make
    prior: Floats  # (S, N)
    spread: float
    """Standard deviation of guesses around their centre."""

    @classmethod
    def of(cls, shared: float, members: int) -> "_Grid":
        alike, alone = (GUESS_SPREAD * share**0.5 for share in (shared, 1.0 - shared))
        fine = min(0.5 * alike, 0.75 * alone / members**0.5)  # what all guesses together tell the centre by
        apart = max(1, int(fine / STEP))  # steps from one misconception to the next
        side = int(LARGEST * alike / (apart * STEP))  # misconceptions on either side of 0
        worth = np.arange(-LARGEST, LARGEST + STEP / 2, STEP)  # (S,)
        numbers = np.arange(-side, side + 1)  # (N,)
        wrong = numbers * (apart * STEP / max(alike, STEP))  # (N,)
        centres = np.arange(len(worth))[:, None] + apart * (numbers + side)  # (S, N)
        centre = worth[0] + STEP * (np.arange(centres.max() + 1) - apart * side)  # (C,)
        return cls(worth, centre, centres, np.exp(-0.5 * (worth[:, None] ** 2 + wrong**2)), alone)


def _expected_on(grid: _Grid, opinions: Floats, knows: float) -> Floats:
    together = np.broadcast_to(grid.prior, (len(opinions), opinions.shape[2], *grid.prior.shape))  # (R, I, S, N)
    for member in range(opinions.shape[1]):
        opinion = opinions[:, member, :, None]  # (R, I, 1)
        known = knows * _density(opinion - grid.worth, KNOWN_SPREAD)  # (R, I, S)
        guessed = (1.0 - knows) * _density(opinion - grid.centre, grid.spread)  # (R, I, C)
        together = together * (known[..., None] + guessed[..., grid.centres])  # (R, I, S, N)
    likely = together.sum(axis=3)  # (R, I, S)
    likely /= likely.sum(axis=2, keepdims=True)  # (R, I, S)
    below = likely.cumsum(axis=2) - 0.5 * likely  # (R, I, S) that the worth is less
    above = (likely * below.sum(axis=1, keepdims=True)).sum(axis=2) - 0.5  # (R, I) other items that are worth less
    return np.asarray(above * (2.0 / (opinions.shape[2] - 1)) - 1.0)


def _density(off: Floats, spread: float) -> Floats:
    density: Floats = np.exp(-0.5 * (off / spread) ** 2) / spread
    return density


def normal_below(value: Floats) -> Floats:
    """Probability that a standard normal number is below a value, off by at most 1e-7.

    Abramowitz, Stegun (1964), Handbook of Mathematical Functions, 7.1.26.
    """
    away = np.abs(value) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.3275911 * away)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    tail = 0.5 * series * np.exp(-away * away)
    return np.asarray(np.where(value < 0.0, tail, 1.0 - tail))
