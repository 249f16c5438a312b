"""Policies and their parts. An agent sees sizes and numbers, never an environment.

`interface` says what every agent offers, `config` what each is built from. `badger` is made of the exchangeable
`parts`, one file for each, and its experts may come and go (`dynamic_experts`). It is compared with `commnet`,
`independent`, `monolithic`, `padded_monolithic`, `hypernetwork`, `transformer_over_time` and `over_ports`;
`handcrafted` runs one of the `rules` that somebody wrote down. `storage` builds agents by name, saves and loads them.

Axis letters: B episodes, T steps, P ports, F features a port shows, A action entries a port takes, E experts, H entries
of an expert's memory, S entries of what it keeps private, R entries it reads, M message entries, I identity entries,
K rounds of messages, D experts that an expert hears, C experts to add, N experts of all lifetimes in a row.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from agents.config import BadgerConfig, CommNetConfig, HandcraftedConfig, IndependentConfig, MonolithicConfig
from agents.rival_configs import (
    HypernetworkConfig,
    OverPortsConfig,
    PaddedMonolithicConfig,
    TransformerOverTimeConfig,
)

if TYPE_CHECKING:
    from agents.badger import Badger
    from agents.commnet import CommNet
    from agents.handcrafted import Handcrafted
    from agents.hypernetwork import Hypernetwork
    from agents.independent import Independent
    from agents.interface import Agent, count_parameters
    from agents.monolithic import Monolithic
    from agents.over_ports import OverPorts
    from agents.padded_monolithic import PaddedMonolithic
    from agents.storage import AgentFileError, build_agent, load_agent, save_agent
    from agents.transformer_over_time import TransformerOverTime

__all__ = [
    "Agent", "AgentFileError", "Badger", "BadgerConfig", "CommNet", "CommNetConfig", "Handcrafted",
    "HandcraftedConfig", "Hypernetwork", "HypernetworkConfig", "Independent", "IndependentConfig", "Monolithic",
    "MonolithicConfig", "OverPorts", "OverPortsConfig", "PaddedMonolithic", "PaddedMonolithicConfig",
    "TransformerOverTime", "TransformerOverTimeConfig", "build_agent", "count_parameters", "load_agent", "save_agent",
]  # fmt: skip

_MODULES = {
    **dict.fromkeys(("Agent", "count_parameters"), "agents.interface"),
    **dict.fromkeys(("AgentFileError", "build_agent", "load_agent", "save_agent"), "agents.storage"),
    "Badger": "agents.badger",
    "CommNet": "agents.commnet",
    "Handcrafted": "agents.handcrafted",
    "Hypernetwork": "agents.hypernetwork",
    "Independent": "agents.independent",
    "Monolithic": "agents.monolithic",
    "OverPorts": "agents.over_ports",
    "PaddedMonolithic": "agents.padded_monolithic",
    "TransformerOverTime": "agents.transformer_over_time",
}


def __getattr__(name: str) -> Any:
    """What needs torch, imported when it is first asked for: `agents.config` is to be had without (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


class _Loader(SourceFileLoader):
    """Loads a module of this folder; the error names what is not installed, and the extra that brings it."""

    def exec_module(self, module: ModuleType) -> None:
        try:
            super().exec_module(module)
        except ModuleNotFoundError as error:
            if error.__cause__ or str(error.name).startswith("agents"):  # said already, or no such module of ours
                raise
            reason = f"{module.__name__} needs {error.name}: pip install -c constraints.txt -e '.[baselines]'"
            raise ModuleNotFoundError(reason, name=error.name) from error


class _Finder:
    """Finds the modules of this folder, wherever they are imported, for the loader above."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name.startswith("agents.") else None
        if spec and spec.origin:
            spec.loader = _Loader(name, spec.origin)
        return spec


def _is_missing(name: str) -> bool:
    try:
        return find_spec(name) is None
    except ImportError:
        return True


# Where all is installed, Python imports as it always does.
if any(map(_is_missing, ("torch", "safetensors"))):
    sys.meta_path.insert(0, _Finder())
