"""The arrows between the folders, and what the wheel holds."""

import ast
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.helpers.paths import ROOT

ALLOWED = {
    "badger_envs": {"numpy", "array_api_compat", "gymnasium", "pettingzoo", "mujoco", "PIL"},
    "agents": {"torch", "safetensors"},
    "baselines": {
        "PIL", "agents", "badger_envs", "cma", "filelock", "gymnasium", "jinja2", "markupsafe", "matplotlib", "numpy",
        "pydantic", "rich", "safetensors", "sb3_contrib", "stable_baselines3", "torch", "tyro",
    },
    "leaderboards": {
        "badger_envs", "cryptography", "disarm", "jinja2", "numpy", "orjson", "pydantic", "safetensors", "tyro",
    },
}  # fmt: skip
"""Folder -> what it may import besides itself and the standard library."""

ADAPTERS = {
    "badger_envs/views/stable_baselines3.py": {"stable_baselines3"},
    "badger_envs/views/benchmarl.py": {"benchmarl", "tensordict", "torch", "torchrl"},
    "badger_envs/envs/modular_robot/tune.py": {"cma"},
    "baselines/execution/executors.py": {"ray", "submitit"},
    "baselines/third_party/benchmarl/training.py": {"benchmarl", "tensordict", "torchrl"},
    "baselines/third_party/benchmarl/referee.py": {"pettingzoo"},
    "leaderboards/check/agent_schema.py": {"agents"},
    "leaderboards/evaluate/saved_agent.py": {"agents", "baselines", "torch"},
    "leaderboards/site/moving_pictures.py": {"PIL"},
    "leaderboards/submit/from_comparison.py": {"baselines"},
    "leaderboards/submit/who.py": {"baselines"},
}
"""Files that import what the others of their folder do not need: adapters for those who have a library, the script
that made the shipped gaits, what runs the weights of a submission, what checks their config by the dataclasses of
`agents.config`, and what reads a comparison by the types of `baselines.results`. These two need no torch. What is of
the package, nothing else in it imports."""


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("folder", ALLOWED)
def test_folders_import_in_one_direction(folder):
    for path in (ROOT / folder).rglob("*.py"):
        place = str(path.relative_to(ROOT))
        if path.name == "run.py" and path.parents[1].name == "third_party":  # users' scripts: the wheel and a trainer
            assert not imported(path) & set(ALLOWED) - {"badger_envs"}
            continue
        allowed = ALLOWED[folder] | ADAPTERS.get(place, set()) | {folder} | set(sys.stdlib_module_names)
        strange = imported(path) - allowed
        assert not strange, f"{place} imports {strange}"


def test_nothing_in_the_package_imports_an_adapter():
    for path in (ROOT / "badger_envs").rglob("*.py"):
        for adapter in (name for name in ADAPTERS if name.startswith("badger_envs")):
            module = adapter.removesuffix(".py").replace("/", ".")
            assert f"\nfrom {module} import" not in path.read_text()


def test_the_board_reads_comparisons_by_their_types_alone():
    sources = [(ROOT / "leaderboards" / "submit" / f"{name}.py").read_text() for name in ("from_comparison", "who")]
    trees = [node for source in sources for node in ast.walk(ast.parse(source))]
    modules = {node.module for node in trees if isinstance(node, ast.ImportFrom)}
    read = {f"baselines.results.{name}" for name in ("comparison", "run")}
    assert {module for module in modules if module.startswith("baselines")} == read
    for path in (ROOT / "baselines" / "results").glob("*.py"):
        found = imported(path) - set(sys.stdlib_module_names)
        assert found <= {"badger_envs", "baselines", "numpy", "pydantic"}


def test_tasks_know_neither_drawing_nor_torch():
    for path in (ROOT / "badger_envs" / "envs").rglob("task.py"):
        assert not imported(path) - {"badger_envs", "numpy", "array_api_compat"} - set(sys.stdlib_module_names)
        assert "drawing" not in path.read_text()


UNPICKLING = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "pandas"}
"""Modules that execute what a file says, or read files by those that do."""
UNPICKLING_CALLS = {("torch", "load"), ("torch", "save"), ("np", "load"), ("numpy", "load"), ("torch", "jit")}
NEVER_READS_FILES = {"badger_envs/testing/views.py"}
"""Pickles a view and unpickles that, to see that it travels."""


def test_nothing_unpickles_or_executes_what_a_file_holds():
    for path in (path for folder in (*ALLOWED, "benchmarks", "docs") for path in (ROOT / folder).rglob("*.py")):
        if str(path.relative_to(ROOT)) in NEVER_READS_FILES:
            continue
        assert not imported(path) & UNPICKLING, path
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert (node.value.id, node.attr) not in UNPICKLING_CALLS, f"{path}:{node.lineno}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec"}, f"{path}:{node.lineno}"
            if isinstance(node, ast.Call):
                named = {keyword.arg for keyword in node.keywords}
                assert not named & {"allow_pickle", "weights_only"}, f"{path}:{node.lineno}"


def test_text_is_read_and_written_with_its_encoding_named():
    for path in (path for folder in (*ALLOWED, "benchmarks", "docs") for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"read_text", "write_text"}:
                assert "encoding" in {keyword.arg for keyword in node.keywords}, f"{path}:{node.lineno}"


MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in ALLOWED
    for path in (ROOT / folder).rglob("*.py")
}


def imports_of(module: str) -> set[str]:
    """Modules of this repository that a module imports, anywhere in it: in functions and for type checkers too."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in MODULES else str(node.module))
    return found & set(MODULES) - {module}


def test_no_module_imports_itself_in_a_circle():
    graph = {module: imports_of(module) for module in MODULES}
    while free := [module for module, needed in graph.items() if not needed & set(graph)]:
        for module in free:
            del graph[module]
    assert not graph, f"in circles, or behind one: {sorted(graph)}"


LONG = 200
"""Lines of a module above which it has to say why it is that long."""


def test_few_modules_are_long_and_each_says_why():
    paths = [path for folder in (*ALLOWED, "benchmarks", "docs") for path in (ROOT / folder).rglob("*.py")]
    long = [path for path in paths if len(path.read_text().splitlines()) > LONG]
    assert len(long) <= 6, long
    for path in long:
        assert f"Longer than {LONG} lines, since" in " ".join(path.read_text().split()), path


READERS = ("baselines/analysis", "baselines/commands", "baselines/execution", "baselines/report", "leaderboards/submit")
"""Rooms that read results of a comparison."""
NO_RESULTS = {"environ", "fields", "filters", "globals"}
"""Of os, rich and jinja2: what is subscripted by words there."""


@pytest.mark.parametrize("folder", READERS)
def test_results_are_read_by_their_types_and_not_by_words(folder):
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Subscript) and isinstance(getattr(node.slice, "value", None), str):
                assert getattr(node.value, "attr", "") in NO_RESULTS, f"{path}:{node.lineno}"


@pytest.mark.slow
def test_the_wheel_holds_badger_envs_alone_and_works_in_a_clean_environment(tmp_path):
    source = tmp_path / "source"  # a copy, since building leaves things behind that would get into the next wheel
    for name in ("badger_envs", "agents", "baselines", "tests"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    _run(tmp_path, sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, source)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"badger_envs"}
    assert "badger_envs/py.typed" in names
    in_checkout = {str(path.relative_to(ROOT)) for path in (ROOT / "badger_envs").rglob("*.py")}
    assert in_checkout == {name for name in names if name.endswith(".py")}
    assert any(name.endswith("LICENSE") for name in names)
    assert {f"badger_envs/envs/stream/sources/digits.{end}" for end in ("npz", "txt")} <= set(names)

    clean = tmp_path / "clean"
    venv.create(clean, with_pip=True)
    python = clean / "bin" / "python"
    _run(tmp_path, python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel)
    script = """
import importlib.util
import gymnasium as gym, numpy as np, pettingzoo
import badger_envs
from badger_envs.evaluation import evaluate, write_results
assert not any(importlib.util.find_spec(name) for name in ("torch", "agents", "baselines", "PIL"))
env = gym.make("Badger/Guessing-v0", dims=6)
env.reset(seed=0)
env.step(env.action_space.sample())
gym.make_vec("Badger/Guessing-v0", num_envs=8).reset(seed=0)
pettingzoo.make("parallel", "Badger/Guessing-v0").reset(seed=0)

class Mine:
    def reset(self, batch):
        pass
    def act(self, observation, reward):
        return np.zeros((len(observation), 3), np.float32)

result = evaluate(Mine(), "Badger/Guessing-v0", episodes=200)
write_results("mine.json", "mine", [result])
print("score", round(result.score, 3))
try:
    gym.make("Badger/Guessing-v0", render_mode="rgb_array").reset()[0]
    env = gym.make("Badger/Guessing-v0", render_mode="rgb_array"); env.reset(); env.render()
except gym.error.DependencyNotInstalled as error:
    print(error)
"""
    said = _run(tmp_path, python, "-c", script)
    assert "score -0.0" in said or "score 0.0" in said
    assert "pip install 'badger-envs[render]'" in said
    assert (tmp_path / "mine.json").stat().st_size > 1000


def _run(folder: Path, *command: str | Path) -> str:
    """What a command writes that knows nothing of this checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
