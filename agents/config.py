"""What agents are built from: frozen dataclasses of plain numbers and names, which refuse bad values.

Nothing here needs torch, so that a config can be read and checked where there is none. Axis letters as in `agents`.
"""

from dataclasses import KW_ONLY, Field, dataclass, fields
from typing import Any

from agents.combinations import refuse_contradictions
from agents.parts import EXPERTS, IDENTITIES, MEMBRANES, MESSAGES, TOPOLOGY_NAMES, TURNS
from agents.rules import RULES

LARGEST_SETTING, LARGEST_SIZE = 1e9, 1 << 24
CHOICES = {
    "expert": EXPERTS, "messages": MESSAGES, "identity": IDENTITIES, "membrane": MEMBRANES,
    "topology": TOPOLOGY_NAMES, "turns": TURNS, "cell": ("gru", "lstm"), "rule": RULES,
}  # fmt: skip
"""The fields that are names, and what they may be."""


@dataclass(frozen=True)
class Config:
    """What every kind of agent is built from: sizes, which are integers of at least 1, and names."""

    port_features: int
    """Numbers a port shows (F)."""
    _: KW_ONLY
    presence_changes: bool = False
    """Whether ports come and go in a lifetime: one that shows nothing but 0 is absent, and with it what it knew."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.type is int:
                self.require_size(field.name, 1)
            elif field.type is bool and not isinstance(getattr(self, field.name), bool):
                raise ValueError(f"{field.name} must be True or False, got {getattr(self, field.name)!r}")
            elif field.name in CHOICES:
                value, allowed = getattr(self, field.name), tuple(CHOICES[field.name])
                if not isinstance(value, str) or value not in allowed:
                    raise ValueError(f"{field.name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")

    def require_size(self, name: str, smallest: int) -> None:
        """Refuse, with a ValueError, a field that is no integer, smaller than allowed, or larger than any memory."""
        value = getattr(self, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < smallest:
            raise ValueError(f"{name} must be an integer of at least {smallest}, got {value!r}")
        if value > LARGEST_SIZE:
            raise ValueError(f"{name} must be an integer of at most {LARGEST_SIZE}, got {value}")


@dataclass(frozen=True)
class BadgerConfig(Config):
    """Sizes and parts. Without messages it is the plain shared recurrent policy of multi-agent RL."""

    port_actions: int = 1
    """Entries a port takes (A)."""
    hidden_size: int = 28
    """Entries of an expert's memory (H)."""
    expert: str = "gru"
    """How an expert's state is updated: "gru", "lstm", "feed_forward", "associative", or "plastic" with membrane
    "synapses"."""
    messages: str = "mean"
    """Messages: "mean", "gated" (experts decide whether to send), "attention", "rows_and_columns" (pairs) or "none"."""
    message_size: int = 16
    """Message entries (M)."""
    rounds: int = 1
    """Rounds of messages in one inner step (K)."""
    identity: str = "one_hot"
    """What tells experts apart: "one_hot", "random" or "none"."""
    identity_size: int = 16
    """Identity entries (I); with one-hot identities also the largest number of experts."""
    membrane: str = "direct"
    """How experts reach ports: "direct" (expert i at port i), "pairs" (an expert at every pair of ports), "synapses"
    (the same for plastic experts), or freely: "bonds", or one of `agents.parts.MEMBRANES` that it is compared with."""
    key_size: int = 16
    """Entries of port addresses, keys and queries, where experts are free."""
    experts: int | None = None
    """Number of experts (E), where they are free; may be changed at call time."""
    topology: str = "all"
    """Who hears whom: "all" others, "all_and_self", "ring", "chain", "grid", "clusters", "star", or "random", sampled
    in each lifetime."""
    in_degree: int = 2
    """Experts that each expert hears (D), with a random topology."""
    turns: str = "all_at_once"
    """Who moves when: "all_at_once", or handed over: "flags", "stick" or "rounds", see `agents.parts.turns`."""
    error_feature: int | None = None
    """Which of the numbers that a port shows is an error shared by all ports; given, experts also get its sum."""

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_contradictions(self)


@dataclass(frozen=True)
class CommNetConfig(Config):
    """Sizes and parts."""

    port_actions: int = 1
    """Entries a port takes (A)."""
    hidden_size: int = 20
    """Entries of the hidden state (H); the cell state has as many."""
    rounds: int = 2
    """Rounds of communication in one step (K)."""
    identity: str = "one_hot"
    """What tells agents apart: "one_hot", "random" or "none"."""
    identity_size: int = 16
    """Identity entries (I); with one-hot identities also the largest number of agents."""


@dataclass(frozen=True)
class IndependentConfig(Config):
    """Sizes."""

    ports: int
    """Number of ports (P), for good."""
    port_actions: int = 1
    """Entries a port takes (A)."""
    hidden_size: int = 18
    """Entries of each network's memory (H)."""


@dataclass(frozen=True)
class MonolithicConfig(Config):
    """Sizes."""

    ports: int
    """Number of ports (P), for good."""
    port_actions: int = 1
    """Entries a port takes (A)."""
    hidden_size: int = 34
    """Entries of the memory (H); the cell state of an LSTM has as many."""
    cell: str = "gru"
    """The recurrent unit: "gru" or "lstm"."""


@dataclass(frozen=True)
class HandcraftedConfig(Config):
    """Which rule, and its settings."""

    rule: str
    """A name in `agents.rules.RULES`: "parity", "elimination", "distance_vectors", "pull_together" or "wave"."""
    port_actions: int = 1
    """Entries a port takes (A), as many as the rule's row says."""
    rounds: int = 1
    """Rounds of messages in one inner step (K)."""
    settings: tuple[float, ...] = ()
    """The numbers that the rule's row in `agents.rules.RULES` names; none for most rules."""

    def __post_init__(self) -> None:
        super().__post_init__()
        rule = RULES[self.rule]
        self.require_size("port_features", rule.features)
        if self.port_actions != rule.actions:
            raise ValueError(f"port_actions must be {rule.actions}, got {self.port_actions}")
        fits = isinstance(self.settings, list | tuple) and len(self.settings) == len(rule.settings)
        if not fits or not all(type(value) in (int, float) and abs(value) < LARGEST_SETTING for value in self.settings):
            raise ValueError(f"settings must be numbers ({', '.join(rule.settings)}), got {self.settings}")
        object.__setattr__(self, "settings", tuple(self.settings))  # a file has a list


CONFIGS: dict[str, type[Config]] = {
    config.__name__.removesuffix("Config"): config
    for config in (BadgerConfig, CommNetConfig, IndependentConfig, MonolithicConfig, HandcraftedConfig)
}
"""By the name of the class of agents."""

FORMAT = 2
"""Of the files that hold a config. Those of format 1, which had other names for some fields, are still read."""
FORMATS = (1, FORMAT)
FORMAT_1_NAMES = {"hidden_size": "memory", "message_size": "message", "key_size": "key", "in_degree": "hears"}
"""The fields that were renamed, and what they were called."""
NEW_IN_FORMAT_2 = ("expert", "turns", "error_feature", "presence_changes")


def config_fields(kind: str, format: int = FORMAT) -> dict[str, Field[Any]]:
    """The fields that a config may have in a file of a format, by the names that they have there."""
    known = fields(CONFIGS[kind])
    if format == FORMAT:
        return {field.name: field for field in known}
    return {FORMAT_1_NAMES.get(field.name, field.name): field for field in known if field.name not in NEW_IN_FORMAT_2}
