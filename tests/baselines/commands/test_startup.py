"""Nothing that is slow to import is imported before a command needs it.

Where this fails after an outer loop was added: its settings import torch; put its learner into a module beside them.
"""

import subprocess
import sys

import pytest

from tests.helpers.paths import ROOT

HEAVY = ("torch", "matplotlib", "stable_baselines3", "sb3_contrib", "scipy", "mujoco", "PIL", "jinja2", "cma", "ray")


def loaded(code):
    """Which of the heavy libraries a program has imported when it ends."""
    code = f"import sys\n{code}\nprint(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()


@pytest.mark.parametrize("arguments", [("--help",), ("compare", "--help"), ("train", "--help"), ("list",)])
def test_command_line_imports_nothing_heavy_for_help_and_lists(arguments):
    assert not loaded(
        f"from baselines.__main__ import main\nsys.argv = ['baselines', *{arguments}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code in (0, None)"
    )


@pytest.mark.parametrize(
    "module",
    ["badger_envs", "agents.config", "baselines.experiments.plan", "baselines.perturbations.probes"],
)
def test_data_import_nothing_heavy(module):
    assert not loaded(f"import {module}")
