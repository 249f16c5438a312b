"""Bodies and gaits as data, written by `python -m badger_envs.envs.modular_robot.tune`."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read(name: str) -> Any:
    """What the file of that name holds."""
    return json.loads((files(__name__) / f"{name}.json").read_text(encoding="utf-8"))
