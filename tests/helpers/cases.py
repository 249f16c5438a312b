"""Every id with its defaults and with each of its variants, for tests of what holds for all of them."""

import pytest
from gymnasium.error import DependencyNotInstalled

from badger_envs import SPECS, ModularRobot
from badger_envs.envs.modular_robot.opengl import open_gl

CASES = [
    pytest.param(spec, dict(arguments), id=f"{spec.id}-{number}")
    for spec in SPECS.values()
    for number, arguments in enumerate(({}, *spec.variants))
]
every_case = pytest.mark.parametrize(("spec", "arguments"), CASES)
every_functional_case = pytest.mark.parametrize(
    ("spec", "arguments"), [case for case in CASES if case.values[0].make_task(**case.values[1]).functional]
)
"""Those that run on every backend."""
every_spec = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)


def skip_without_opengl(task):
    """Pictures of robots are drawn by OpenGL, which not every machine has; CI installs it."""
    if task is not ModularRobot:
        return
    try:
        open_gl()
    except DependencyNotInstalled as error:
        pytest.skip(str(error))
