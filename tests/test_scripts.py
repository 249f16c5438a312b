"""Every script runs, at its smallest size: the benchmarks, and what draws the pictures of docs/."""

import importlib.util

import pytest

from badger_envs import ModularRobot
from tests.helpers.cases import skip_without_opengl
from tests.helpers.paths import ROOT

SMALLEST = {
    "benchmarks/digits.py": {"folders": (), "episodes": 1},
    "benchmarks/environments.py": {"rounds": 1, "seconds": 1e-3, "envs": ("Badger/HiddenXOR-v0",), "max_copies": 2},
    "benchmarks/leaderboard.py": {"counts": (2,)},
    "benchmarks/robot.py": {"rounds": 1, "seconds": 1e-3, "modules": (2,), "copies": 2, "frames": 0},
    "benchmarks/third_party.py": {"steps": 1, "recipes": ("xor2_ppo",), "copies": 2},
    "benchmarks/topology.py": {"numbers": (20,), "steps": 1},
    "benchmarks/training.py": {"rounds": 1, "max_copies": 4},
    "docs/make_pictures.py": {"max_steps": 1},
}
"""Script -> arguments of its `main`."""


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_smallest_names_every_script():
    found = [path for folder in ("benchmarks", "docs") for path in (ROOT / folder).rglob("*.py")]
    scripts = {str(path.relative_to(ROOT)) for path in found if "__main__" in path.read_text()}
    assert scripts == set(SMALLEST)


@pytest.mark.parametrize("script", SMALLEST)
def test_script_runs_at_its_smallest_size(script, tmp_path, capsys):
    if script == "benchmarks/environments.py":
        pytest.importorskip("supersuit")
    if script.startswith("docs"):
        skip_without_opengl(ModularRobot)
    module, arguments = load(ROOT / script), dict(SMALLEST[script])
    if script.startswith("docs"):
        arguments["out"] = tmp_path / "picture.png"
    module.main(**arguments)
    assert capsys.readouterr().out or (tmp_path / "picture.png").stat().st_size > 10_000
