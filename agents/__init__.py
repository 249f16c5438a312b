"""Policies and their parts. An agent sees sizes and numbers, never an environment.

`interface` says what every agent offers, `config` what each is built from. `badger` is made of the exchangeable
`parts`, one file for each, and its experts may come and go (`dynamic_experts`); `commnet`, `monolithic` and
`independent` are what it is compared with; `handcrafted` runs one of the `rules` that somebody wrote down. `storage`
builds agents by name, saves and loads them.

Axis letters: B episodes, T steps, P ports, F features a port shows, A action entries a port takes, E experts, H entries
of an expert's memory, S entries of what it keeps private, R entries it reads, M message entries, I identity entries,
K rounds of messages, D experts that an expert hears, C experts to add, N experts of all lifetimes in a row.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from agents.config import BadgerConfig, CommNetConfig, HandcraftedConfig, IndependentConfig, MonolithicConfig

if TYPE_CHECKING:
    from agents.badger import Badger
    from agents.commnet import CommNet
    from agents.handcrafted import Handcrafted
    from agents.independent import Independent
    from agents.interface import Agent, count_parameters
    from agents.monolithic import Monolithic
    from agents.storage import AgentFileError, build_agent, load_agent, save_agent

__all__ = [
    "Agent", "AgentFileError", "Badger", "BadgerConfig", "CommNet", "CommNetConfig", "Handcrafted",
    "HandcraftedConfig", "Independent", "IndependentConfig", "Monolithic", "MonolithicConfig", "build_agent",
    "count_parameters", "load_agent", "save_agent",
]  # fmt: skip

_MODULES = {
    **dict.fromkeys(("Agent", "count_parameters"), "agents.interface"),
    **dict.fromkeys(("AgentFileError", "build_agent", "load_agent", "save_agent"), "agents.storage"),
    "Badger": "agents.badger",
    "CommNet": "agents.commnet",
    "Handcrafted": "agents.handcrafted",
    "Independent": "agents.independent",
    "Monolithic": "agents.monolithic",
}


def __getattr__(name: str) -> Any:
    """What needs torch, imported when it is first asked for: `agents.config` is to be had without (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
