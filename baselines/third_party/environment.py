"""Runs a trainer as a user would: the wheel in a clean virtual environment and a script of a few lines.

Nothing of the checkout is within reach there.
"""

import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from baselines.third_party.record import FOLDER, Record, sources

CHECKOUT = FOLDER.parents[1]


def call(folder: Path, *command: str | Path, **variables: str) -> str:
    """What a command writes that knows nothing of this checkout.

    Raises:
        RuntimeError: It failed; the message ends with what it said.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} failed: {(done.stdout + done.stderr)[-4000:].strip()}")
    return done.stdout


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout into a folder."""
    source = folder / "source"  # a copy, since building leaves things behind that would get into the next wheel
    shutil.copytree(CHECKOUT / "badger_envs", source / "badger_envs", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, source / name)
    call(folder, sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source)
    (wheel,) = folder.glob("*.whl")
    return wheel


def run_script(python: Path, trainer: str, folder: Path, **variables: str) -> list[dict[str, Any]]:
    """Run a trainer's script with a Python that has what it needs; what came of it, as `record.Run` has it.

    Args:
        python: the interpreter.
        trainer: name of its folder.
        folder: to run in.
        **variables: of the process, besides those of this one.

    Raises:
        RuntimeError: The script could not begin.
    """
    for file in (FOLDER / "inside.py", FOLDER / trainer / "run.py"):
        shutil.copy(file, folder / file.name)
    call(folder, python, folder / "inside.py", folder / "run.py", folder / "runs.json", **variables)
    runs: list[dict[str, Any]] = json.loads((folder / "runs.json").read_text(encoding="utf-8"))
    return runs


def install(trainer: str, folder: Path) -> Path:
    """Make a clean virtual environment with a trainer and the wheel of this checkout; its interpreter.

    Raises:
        RuntimeError: Something could not be built or installed.
    """
    wheel = build_wheel(folder)
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    pins = FOLDER / trainer / "requirements.txt"
    # Most of what is installed is never imported, so it is not compiled either, which takes longest.
    call(folder, python, "-m", "pip", "install", "--quiet", "--no-compile", "-r", pins, wheel)
    return python


def record_run(trainer: str, python: Path, folder: Path) -> Record:
    """Run a trainer's script with an interpreter from `install`, and write the record beside the script.

    Raises:
        RuntimeError: What is installed does not go together, or the script could not begin.
    """
    began = sources(trainer)
    call(folder, python, "-m", "pip", "check")
    packages = json.loads(call(folder, python, "-m", "pip", "list", "--format", "json"))
    record = Record.of(
        {
            "format": 1,
            "trainer": trainer,
            "date": datetime.date.today().isoformat(),
            "python": call(folder, python, "-c", "import platform; print(platform.python_version())").strip(),
            "packages": {package["name"]: package["version"] for package in packages},
            "sources": began,
            "runs": run_script(python, trainer, folder),
        }
    )
    record.write(FOLDER / trainer / "record.json")
    return record


def run_trainer(trainer: str) -> Record:
    """Install a trainer into an environment of its own, run its script there, write the record.

    Raises:
        RuntimeError: As `install` and `record_run`.
    """
    with tempfile.TemporaryDirectory() as place:
        return record_run(trainer, install(trainer, Path(place)), Path(place))


def version_of(packages: Mapping[str, str], name: str) -> str:
    """The version of a package, however its name is written; "" where it is not installed."""
    return {plain(package): version for package, version in packages.items()}.get(plain(name), "")


def plain(name: str) -> str:
    """The one way of writing the name of a package, of the many that `pip` takes."""
    return name.lower().replace("_", "-")
