"""Every id with its defaults and with each of its variants, for tests of what holds for all of them."""

import numpy as np
import pytest
from gymnasium.error import DependencyNotInstalled

from badger_envs import ROWS, ModularRobot
from badger_envs.envs.modular_robot import drawing as modular_robot

CASES = [
    pytest.param(row, dict(arguments), id=f"{row.id}-{number}")
    for row in ROWS.values()
    for number, arguments in enumerate(({}, *row.variants))
]
every_case = pytest.mark.parametrize(("row", "arguments"), CASES)
every_pure_case = pytest.mark.parametrize(
    ("row", "arguments"), [case for case in CASES if case.values[0].make_task(**case.values[1]).pure]
)
"""Those that run on every backend."""
every_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)


def skip_without_opengl(task):
    """Pictures of robots are drawn by OpenGL, which not every machine has; CI installs it."""
    if task is not ModularRobot:
        return
    try:
        modular_robot._open_gl()
    except DependencyNotInstalled as error:
        pytest.skip(str(error))


def random_actions(task, batch, seed=0):
    """Actions for a whole lifetime, float32 (T, B, P, A)."""
    generator = np.random.default_rng(seed)
    shape = (task.horizon, batch, task.ports, task.port_actions)
    return generator.uniform(-task.action_limit, task.action_limit, shape).astype(np.float32)
