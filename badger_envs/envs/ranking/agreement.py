"""How much rankings by opinions have in common with the right one, exactly. Axis letters as in `badger_envs.core.task`.

Positions are sums over pairs of items, 2 / (I - 1) * sum_k ([x_j > x_k] - 1/2), so what two of them have in common is a
sum over j, k and l of what [x_j > x_k] and [y_j > y_l] have: arcsin(correlation of x_j - x_k and y_j - y_l) / (2 pi),
where these are normal (Sheppard 1899). They are, once it is known how many members know each item.
"""

from math import comb, pi

import numpy as np
import numpy.typing as npt

from badger_envs.envs.ranking.beliefs import guess_precision
from badger_envs.envs.ranking.task import GUESS_SPREAD, KNOWN_SPREAD, Ranking

Floats = npt.NDArray[np.float64]
OWN_WEIGHTS = (1.0 / (1.0 + KNOWN_SPREAD**2), 1.0 / (1.0 + GUESS_SPREAD**2))
"""Of an opinion in what its member expects an item to be worth: where it knows the item, and where it guesses."""


def expected_explained(task: Ranking, members: int) -> float:
    """One minus the error of expecting the right positions by the opinions of so many members, who say what they know.

    Phi(x) is the probability that x plus a standard normal number is above 0, so the same sums hold.
    """
    chances, knowing = _knowing(task, members)  # 2 x (members + 1,)
    guessing = guess_precision(members - knowing, task.shared)  # (members + 1,)
    variance = 1.0 / (1.0 + knowing / KNOWN_SPREAD**2 + guessing)  # (members + 1,)
    same = np.arcsin(1.0 - (variance[:, None] + variance) / 2.0)  # (members + 1, members + 1)
    other = np.arcsin((1.0 - variance) / 2.0)  # (members + 1,)
    return _of_pairs(task, float(chances @ same @ chances), float(chances @ other))


def mean_agreement(task: Ranking, weights: tuple[float, float], members: int) -> float:
    """What the ranks by the weighted mean of so many members' opinions have in common with the right positions.

    As a share of the latter's mean square: the factor that these ranks are best shrunk by, and the square root of what
    is explained then.
    """
    chances, knowing = _knowing(task, members)  # 2 x (members + 1,)
    guessing = members - knowing  # (members + 1,)
    known, guessed = weights
    gain = (known * knowing + guessed * guessing) / members  # (members + 1,)
    guesses = task.shared * guessing**2 + (1.0 - task.shared) * guessing  # (members + 1,)
    off = (known * KNOWN_SPREAD) ** 2 * knowing + (guessed * GUESS_SPREAD) ** 2 * guesses  # (members + 1,)
    variance = gain**2 + off / members**2  # (members + 1,)
    spread = np.sqrt(2.0 * (variance[:, None] + variance))  # (members + 1, members + 1)
    same, other = np.arcsin((gain[:, None] + gain) / spread), np.arcsin(gain[:, None] / spread)
    return _of_pairs(task, float(chances @ same @ chances), float(chances @ other @ chances))


def vote_factor_and_explained(task: Ranking) -> tuple[float, float]:
    """The factor that the mean of all members' own ranks is best multiplied by, and one minus its error then."""
    own = mean_agreement(task, (1.0, 1.0), 1)
    square = (1.0 + (task.members - 1) * _between_members(task)) / task.members
    return own / square, own**2 / square


def _between_members(task: Ranking) -> float:
    """What the ranks of two members have in common, as a share of their mean square.

    Axes: whether one member knows item j, whether the other does, the same of the one's k, of the other's k or l.
    """
    chance = np.asarray([1.0 - task.knows, task.knows])  # (2,)
    variance = 1.0 + np.asarray([GUESS_SPREAD, KNOWN_SPREAD]) ** 2  # (2,)
    shared = np.asarray([[1.0 + task.shared * GUESS_SPREAD**2, 1.0], [1.0, 1.0]])  # (2, 2) both guess, or not
    one = variance[:, None, None, None] + variance[None, None, :, None]  # (2, 1, 2, 1)
    two = variance[None, :, None, None] + variance[None, None, None, :]  # (1, 2, 1, 2)
    spread, at_j = np.sqrt(one * two), shared[:, :, None, None]  # (2, 2, 2, 2), (2, 2, 1, 1)
    same, other = np.arcsin((at_j + shared) / spread), np.arcsin(at_j / spread)  # 2 x (2, 2, 2, 2)
    means = [float(np.einsum("abcd,a,b,c,d", each, chance, chance, chance, chance)) for each in (same, other)]
    return _of_pairs(task, *means)


def _knowing(task: Ranking, members: int) -> tuple[Floats, Floats]:
    """Chances that so many members know an item, and how many these are, (members + 1,)."""
    ways = [comb(members, k) * task.knows**k * (1.0 - task.knows) ** (members - k) for k in range(members + 1)]
    return np.asarray(ways), np.arange(members + 1, dtype=np.float64)


def _of_pairs(task: Ranking, same: float, other: float) -> float:
    """Means of the arcsines with k = l and with k != l, to what positions have in common over their mean square."""
    return 6.0 / (pi * (task.items + 1)) * (same + (task.items - 2) * other)
