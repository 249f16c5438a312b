"""Known returns of modular robots, which physics gives and no formula."""

from badger_envs.core.spec import Measured, ReferenceReturns
from badger_envs.envs.modular_robot.task import FASTEST_COUNTED, SECONDS_OF_A_STEP, ModularRobot


def reference_returns(task: ModularRobot, measured: Measured) -> ReferenceReturns:
    """Chance is exactly 0, from lying still; the reference as measured."""
    farthest = task.horizon * SECONDS_OF_A_STEP * FASTEST_COUNTED
    return ReferenceReturns(chance=0.0, reference=measured("reference"), lowest=-farthest, highest=farthest)
