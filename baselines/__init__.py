"""Outer loops that find policies, and the comparison of what they found: `python -m baselines compare`."""

from badger_envs.core.extras import name_extras

LIBRARIES = (
    "torch", "safetensors", "stable_baselines3", "sb3_contrib", "rich", "tyro", "jinja2", "matplotlib", "cma",
    "filelock", "pydantic", "PIL",
)  # fmt: skip
"""What modules here import, of the extra "baselines"."""

name_extras(__name__, dict.fromkeys(LIBRARIES, "baselines"))
