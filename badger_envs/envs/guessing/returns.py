"""Known returns of the guessing game, worked out for the policies beside this file.

Axis letters as in `badger_envs.core.task`.
"""

import numpy as np

from badger_envs.core.spec import Measured, ReferenceReturns
from badger_envs.envs.guessing.task import ERROR_SCALE, MAX_ERROR, Guessing

PROBE_PER_DIM, MIN_PROBE, MAX_PROBE = 1 / 16, 1 / 8, 3 / 4
"""How far the reference policy moves one output to learn its target. Every output found enters the next answer, and
with it its rounding error times about 1 - target / probe; so many dimensions need larger probes to stay exact, and few
allow smaller ones, which cost less on the way."""
NUDGE = 0.125
"""How far the all-equal policy moves all outputs, once, to learn their mean target."""


def probe_size(task: Guessing) -> float:
    """How far the reference policy moves one output."""
    return min(max(task.dims * PROBE_PER_DIM, MIN_PROBE), MAX_PROBE)


def reference_returns(task: Guessing, measured: Measured) -> ReferenceReturns:
    """What each step's output errs, in expectation, summed over the steps whose errors are rewarded."""
    # There is no probe at the last step, since nothing comes after it that could use the answer.
    steps = np.arange(1, task.horizon + 1)  # (T,)
    last_step = steps == task.horizon
    all_equal = np.where(steps > 1, 1.0 - 1.0 / task.dims, 1.0 + ERROR_SCALE * NUDGE**2 * ~last_step)
    unsolved = np.maximum(task.dims - steps + 1, 0) / task.dims
    reference = unsolved + ERROR_SCALE * probe_size(task) ** 2 / task.dims * ((steps <= task.dims) & ~last_step)
    if task.identity:
        reference = np.zeros(task.horizon)
    counted = last_step if task.objective == "last_step" else steps > 0
    return ReferenceReturns(
        chance=-float(counted.sum()),
        reference=0.0 - float(reference[counted].sum()),
        lowest=-MAX_ERROR * float(counted.sum()),
        highest=0.0,
        local_optima={"all_equal": 0.0 - float(all_equal[counted].sum())},
    )
