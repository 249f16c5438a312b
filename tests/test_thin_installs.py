"""Without what an extra brings, everything that needs it names the extra."""

import subprocess
import sys

import pytest

from baselines import LIBRARIES
from tests.helpers.paths import ROOT

WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
{code}
"""
RUN_MODULE = "import runpy; sys.argv = {words!r}; runpy.run_module({module!r}, run_name='__main__')"


@pytest.mark.parametrize(
    ("missing", "code", "extra"),
    [
        *(
            (name, RUN_MODULE.format(words=["baselines", "list"], module="baselines"), "baselines")
            for name in ("tyro", "rich", "pydantic")
        ),
        ("torch", RUN_MODULE.format(words=["b", "train", "xor"], module="baselines"), "baselines"),
        (
            "matplotlib",
            RUN_MODULE.format(words=["b", "report", "docs/standard", "--out", "OUT"], module="baselines"),
            "baselines",
        ),
        *(
            (name, RUN_MODULE.format(words=["leaderboards", "check"], module="leaderboards"), "leaderboards")
            for name in ("tyro", "pydantic", "safetensors")
        ),
        (
            "torch",
            RUN_MODULE.format(words=["l", "evaluate", "docs/standard", "--out", "OUT/x.json"], module="leaderboards"),
            "baselines",
        ),
        ("stable_baselines3", "import badger_envs.views.stable_baselines3", "baselines"),
        ("benchmarl", "import badger_envs.views.benchmarl", "benchmarl"),
        *(
            ("torch", code, "baselines")
            for code in (
                "from agents import Badger",
                "import agents.badger",
                "from agents.parts.messages import MESSAGES",
                "from agents.rules import elimination",
            )
        ),
        ("safetensors", "from agents import load_agent", "baselines"),
        ("torch", "from baselines.outer_loops.trainer import train", "baselines"),
        ("filelock", "from baselines.execution.runner import execute", "baselines"),
        ("pydantic", "from baselines.results.comparison import ComparisonResult", "baselines"),
        ("matplotlib", "from baselines.report import write_report", "baselines"),
        ("pydantic", "from leaderboards.evaluate.evaluate import evaluate_benchmark", "leaderboards"),
        ("safetensors", "from leaderboards.check.check import check", "leaderboards"),
        ("jinja2", "from leaderboards.site.build import build", "leaderboards"),
        ("torch", "from leaderboards.evaluate.saved_agent import SavedAgent", "baselines"),
        *((name, "import benchmarks.environments", "baselines") for name in ("torch", "tyro", "rich")),
        ("cma", "from badger_envs.envs.modular_robot import tune; tune.tune(None, 0)", "tune"),
    ],
)  # fmt: skip
def test_what_needs_an_extra_names_it(tmp_path, missing, code, extra):
    script = WITHOUT.format(names={missing}, code=code.replace("OUT", str(tmp_path)))
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert f"needs {missing}" in last, done.stderr
    assert f"[{extra}]" in last


EVERY_MODULE = """
import importlib, pkgutil
import agents, baselines, leaderboards

imported = 0
for package in (agents, baselines, leaderboards):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".", onerror=lambda name: None):
        if module.name.endswith(("__main__", ".run")):
            continue
        try:
            importlib.import_module(module.name)
            imported += 1
        except ModuleNotFoundError as error:
            assert "pip install" in str(error) and "[" in str(error), (module.name, str(error))
assert imported > 20, imported
print("each names its extra")
"""


def test_every_module_names_the_extra_without_all_that_extras_bring():
    script = WITHOUT.format(names={*LIBRARIES, "torch", "torchrl", "benchmarl"}, code=EVERY_MODULE)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "each names its extra", done.stderr


def test_configs_of_agents_need_no_torch():
    code = "import agents; agents.BadgerConfig; import agents.config; agents.NoSuchName"
    script = WITHOUT.format(names={"torch", "safetensors"}, code=code)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert last == "AttributeError: module 'agents' has no attribute 'NoSuchName'", done.stderr
