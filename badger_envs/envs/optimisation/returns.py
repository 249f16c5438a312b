"""Known returns of landscapes. Axis letters as in `badger_envs.core.task`."""

from functools import cache

import numpy as np

from badger_envs.core.spec import Measured, ReferenceReturns
from badger_envs.envs.optimisation.landscapes import CENTRES, HIGHEST_PEAK, LOWEST_PEAK, PEAK_WIDTH
from badger_envs.envs.optimisation.policies import CURVES, known_curve, pays, probe_size
from badger_envs.envs.optimisation.table import LANDSCAPES
from badger_envs.envs.optimisation.task import Optimisation

CELLS = 2048
"""Of a square of one coordinate, by which the distribution of distances is worked out."""
HEIGHTS = 64
"""Heights of lower peaks, and ten times as many heights at the output 0, that integrals are sums over."""


def reference_returns(task: Optimisation, measured: Measured) -> ReferenceReturns:
    """Formulas for chance and for the probe; searches are played, if the life is long enough for them."""
    counted = task.horizon if task.objective == "every_step" else 1
    if task.is_bandit:
        return _of_bandit(task, counted, measured)
    chance = -counted * blind_error(task.landscape, task.dims)
    levels = ["all_equal"] + ["first_alone"] * (task.feedback == "first") + ["reference"] * (not known_curve(task))
    searched = {level: measured(level) if pays(task, task.horizon) else chance for level in levels}
    reference = searched.pop("reference") if "reference" in searched else probed(task)
    lowest = -counted * task.ground.max_error(task.dims)
    optima = {**searched, "evolution": measured("evolution")}
    return ReferenceReturns(chance, reference, lowest=lowest, highest=0.0, local_optima=optima)


def _of_bandit(task: Optimisation, counted: int, measured: Measured) -> ReferenceReturns:
    """The output 0 pulls one arm that is like any other, or where rent is paid bids for none, and errs 1 either way."""
    optima = {level: measured(level) for level in (("all_bid", "threshold") if task.rent else ("greedy",))}
    reference = measured("reference") if task.horizon > 1 else -1.0
    lowest = -counted * task.max_error
    return ReferenceReturns(-float(counted), reference, lowest=lowest, highest=0.0, local_optima=optima)


def blind_error(landscape: str, dims: int) -> float:
    """Expected error of the output 0."""
    if landscape == "mixed":
        single = [name for name in LANDSCAPES if name not in ("mixed", "bandit")]
        return sum(blind_error(name, dims) for name in single) / len(single)
    return 1.0 - highest_at_0(dims) if landscape == "peaks" else 1.0


@cache
def highest_at_0(dims: int) -> float:
    """Expected height of the highest peak at the output 0, to about 1e-4.

    A peak of height h at squared distance s is h exp(-s / w) high there, w = 2 d PEAK_WIDTH^2, so it is no higher than
    v with probability P(s >= w ln(h / v)). Peaks are independent, so these multiply; and s is a sum of squares, whose
    distribution is that of one of them convolved with itself.
    """
    ends = np.arange(CELLS + 1) / CELLS  # (cells + 1,)
    length = CELLS * dims + 1
    squares = np.fft.irfft(np.fft.rfft(np.diff(np.sqrt(ends)), length) ** dims, length)  # (length,) chances
    nearer = np.concatenate([[0.0], squares.cumsum()])  # (length + 1,)
    edges = (np.arange(length + 1) + (dims - 1) / 2.0) / CELLS  # (length + 1,) of a sum of middles
    lower = LOWEST_PEAK + (HIGHEST_PEAK - LOWEST_PEAK) * (np.arange(HEIGHTS) + 0.5) / HEIGHTS  # (heights,)
    levels = (np.arange(10 * HEIGHTS) + 0.5)[:, None] / (10 * HEIGHTS)  # (levels, 1)

    def below(heights: np.ndarray) -> np.ndarray:
        """The probability that a peak of each height is below each level, (levels, heights)."""
        least = 2.0 * dims * PEAK_WIDTH**2 * np.log(np.maximum(heights / levels, 1.0))
        return np.where(heights <= levels, 1.0, 1.0 - np.interp(least, edges, nearer))

    all_below = below(np.ones(1))[:, 0] * below(lower).mean(axis=1) ** (CENTRES - 1)  # (levels,)
    return float(1.0 - all_below.mean())


def probed(task: Optimisation) -> float:
    """What the probe of a known curve returns: outputs not yet found err 1 / d each, a moved one that much more."""
    # There is no probe at the last step, since nothing comes after it that could use the answer.
    steps = np.arange(1, task.horizon + 1)  # (T,)
    last_step = steps == task.horizon
    unsolved = np.maximum(task.dims - steps + 1, 0) / task.dims  # (T,)
    cost = CURVES[task.landscape] * probe_size(task) ** 2 / task.dims
    errors = unsolved + cost * ((steps <= task.dims) & ~last_step)  # (T,)
    return 0.0 - float(errors[last_step | (task.objective == "every_step")].sum())
