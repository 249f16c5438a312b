"""Known returns of the modular reacher, which no formula gives."""

from badger_envs.core.spec import Measured, ReferenceReturns
from badger_envs.envs.modular_reacher.task import FARTHEST, ROUNDED_ONE, ModularReacher


def reference_returns(task: ModularReacher, measured: Measured) -> ReferenceReturns:
    """Chance and reference as measured; the range from the farthest that tips can be from their goals."""
    lowest = -FARTHEST / 2.0 * task.horizon * ROUNDED_ONE
    return ReferenceReturns(measured("chance"), measured("reference"), lowest, 0.0)
