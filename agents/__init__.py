"""Policies and their parts. An agent sees sizes and numbers, never an environment.

`interface` says what every agent offers. `badger` is made of the exchangeable `parts`, one file for each, and its
experts may come and go (`population`); `commnet`, `monolithic` and `independent` are what it is compared with;
`handcrafted` runs one of the `rules` that somebody wrote down. `storage` builds agents by name, saves and loads them.

Axis letters: B episodes, P ports, F features a port shows, A action entries a port takes, E experts, H memory of an
expert, M message entries, I identity entries, K rounds of messages.
"""

from agents.badger import Badger, BadgerConfig
from agents.commnet import CommNet, CommNetConfig
from agents.handcrafted import Handcrafted, HandcraftedConfig
from agents.independent import Independent, IndependentConfig
from agents.interface import Agent, count_parameters
from agents.monolithic import Monolithic, MonolithicConfig
from agents.storage import AgentFileError, build_agent, load_agent, save_agent

__all__ = [
    "Agent",
    "AgentFileError",
    "Badger",
    "BadgerConfig",
    "CommNet",
    "CommNetConfig",
    "Handcrafted",
    "HandcraftedConfig",
    "Independent",
    "IndependentConfig",
    "Monolithic",
    "MonolithicConfig",
    "build_agent",
    "count_parameters",
    "load_agent",
    "save_agent",
]
