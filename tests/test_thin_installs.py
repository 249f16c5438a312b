"""Without what an extra brings, everything that needs it names the extra."""

import subprocess
import sys

import pytest

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


def test_configs_of_agents_need_no_torch():
    code = "import agents; agents.BadgerConfig; import agents.config; agents.NoSuchName"
    script = WITHOUT.format(names={"torch", "safetensors"}, code=code)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert last == "AttributeError: module 'agents' has no attribute 'NoSuchName'", done.stderr
