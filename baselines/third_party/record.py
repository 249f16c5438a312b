"""What is kept of a trainer: a folder with the script, what was installed for it, and the record of the run."""

import re
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from baselines.results.data import Data
from baselines.results.run import file_sha256

FOLDER = Path(__file__).parent
FILES = ("run.py", "requirements.txt", "record.json")
"""What the folder of every trainer holds; `record.json` is written by its run."""
TRAINED = "trained"
"""The outcome of a run whose weights changed and are finite."""


class Run(Data):
    """One function of a `run.py` on one id."""

    name: str = Field(min_length=1)
    id: str = Field(pattern=r"^Badger\w*/")
    steps: int = Field(ge=0)
    """Environment steps."""
    seconds: float = Field(ge=0.0)
    """On the clock, on whatever machine it was."""
    outcome: str = Field(min_length=1)
    """`TRAINED`, or what went wrong."""


class Record(Data):
    """What ran in the environment of a trainer, and with which versions."""

    hash_needed: ClassVar[bool] = True

    format: Literal[1]
    trainer: str
    """Name of its folder."""
    date: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    python: str
    packages: dict[str, str]
    """Name as `pip` calls it -> version, of everything in the environment."""
    sources: dict[str, str]
    """`run.py` and `requirements.txt` -> sha256 of what they were."""
    runs: tuple[Run, ...] = Field(min_length=1)


def trainers() -> list[str]:
    """The names of the folders."""
    return sorted(path.parent.name for path in FOLDER.glob("*/run.py"))


def requirements(trainer: str) -> dict[str, str]:
    """Package -> version, as `requirements.txt` pins it; the first is the trainer.

    Raises:
        ValueError: A line pins no exact version.
    """
    pins = {}
    for line in (FOLDER / trainer / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pin = re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?==([\w.+!]+)", line)
        if pin is None:
            raise ValueError(f"requirements of {trainer} must be lines name==version, got {line!r}")
        pins[pin[1]] = pin[2]
    return pins


def sources(trainer: str) -> dict[str, str]:
    """Hashes of what a run depends on, for `Record.sources`."""
    return {name: file_sha256(FOLDER / trainer / name) for name in FILES[:2]}


def read_record(trainer: str) -> Record:
    """The record of a trainer.

    Raises:
        ResultFileError: It is missing, or not what was written.
    """
    return Record.read(FOLDER / trainer / "record.json")
