"""What agents are built from: frozen dataclasses of plain numbers and names, which refuse bad values.

Nothing here needs torch, so that a config can be read and checked where there is none. Axis letters as in `agents`.
"""

from dataclasses import Field, dataclass, fields
from typing import Any

from agents.combinations import refuse_contradictions
from agents.rival_configs import (
    HypernetworkConfig,
    OverPortsConfig,
    PaddedMonolithicConfig,
    TransformerOverTimeConfig,
)
from agents.rules import RULES
from agents.settings import Config

LARGEST_SETTING = 1e9


@dataclass(frozen=True)
class BadgerConfig(Config):
    """Sizes and parts. Without messages it is the plain shared recurrent policy of multi-agent RL."""

    port_actions: int = 1
    """Entries a port takes (A)."""
    hidden_size: int = 28
    """Entries of an expert's memory (H)."""
    expert: str = "gru"
    """How an expert's state is updated: "gru", "lstm", "feed_forward", "associative", "predictive", or "plastic" with
    membrane "synapses"."""
    encoder_size: int = 0
    """Units of a hidden layer before it, which takes all that the expert reads, hears, is and remembers; 0: none."""
    kinds: int = 1
    """Policies among the experts (G): one that all share, up to one for each of them."""
    assignment: str = "in_turn"
    """How kinds are dealt at birth: "in_turn", "random", or "by_role", which takes a membrane that has two roles."""
    hidden_experts: int | None = None
    """Experts without a port, besides those of membrane "direct": they read zeros and write nothing."""
    hidden_kind: str = "trained"
    """What these are: "trained" like the others, handmade "register", "clock" or "mean_keeper", or each ("mixed")."""
    activity: str = "all"
    """Which experts update in a step: "all", or the "top" ones, that attend most to what they read."""
    active_fraction: float = 0.5
    """Of the experts that update, with activity "top"; at least one does."""
    messages: str = "mean"
    """Messages: "mean", "gated" (experts decide whether to send), "attention", "words", "rows_and_columns" (pairs),
    "along_edges" (edges) or "none"."""
    message_size: int = 16
    """Message entries (M); with messages "words" how many words there are."""
    rounds: int = 1
    """Rounds of messages in one inner step (K)."""
    exchange: str = "chain"
    """How rounds follow each other: "chain", or "settle", which renews the messages and not what they are made of."""
    free_rounds: int = 0
    """First rounds without gradient, where they settle; the last one of a step always has one."""
    agreement: float = 0.0
    """Relative change of the memory in a round below which a lifetime's rounds end, where they settle; 0: never."""
    identity: str = "one_hot"
    """What tells experts apart: "one_hot", "random" or "none"."""
    identity_size: int = 16
    """Identity entries (I); with one-hot identities also the largest number of experts."""
    membrane: str = "direct"
    """How experts reach ports: "direct" (expert i at port i), "pairs" (an expert at every pair of ports), "synapses"
    (the same for plastic experts), "edges" (at every edge of a given graph), or freely: "bonds", or one of
    `agents.parts.MEMBRANES` that it is compared with."""
    key_size: int = 16
    """Entries of port addresses, keys and queries, where experts are free."""
    experts: int | None = None
    """Number of experts (E), where they are free; may be changed at call time."""
    slots: int = 8
    """Ports that one expert can serve (S), with membrane "slots"."""
    topology: str | tuple[str, ...] = "all"
    """Who hears whom: "all" others, "all_and_self", "ring", "chain", "grid", "clusters", "groups", "leaders", "star";
    "random", drawn in each lifetime; "given" by the task; "learned", those that attention ranks highest in each round.
    Several take turns: ("groups", "groups", "leaders") is two rounds within groups for each among their leaders."""
    in_degree: int = 2
    """Experts that each expert hears (D), with a random or a learned topology."""
    turns: str = "all_at_once"
    """Who moves when: "all_at_once", "recall" (the same, told what it did last), or handed over: "flags", "stick" or
    "rounds", see `agents.parts.turns`."""
    error_feature: int | None = None
    """Which of the numbers that a port shows is an error shared by all ports; given, experts also get its sum."""

    def __post_init__(self) -> None:
        if isinstance(self.topology, list):  # as a file has it
            object.__setattr__(self, "topology", tuple(self.topology))
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
    for config in (
        BadgerConfig, CommNetConfig, IndependentConfig, MonolithicConfig, PaddedMonolithicConfig, HypernetworkConfig,
        TransformerOverTimeConfig, OverPortsConfig, HandcraftedConfig,
    )
}  # fmt: skip
"""By the name of the class of agents."""

FORMAT = 2
"""Of the files that hold a config. Those of format 1, which had other names for some fields, are still read."""
FORMATS = (1, FORMAT)
FORMAT_1_NAMES = {"hidden_size": "memory", "message_size": "message", "key_size": "key", "in_degree": "hears"}
"""The fields that were renamed, and what they were called."""
NEW_IN_FORMAT_2 = (
    "expert", "turns", "error_feature", "presence_changes", "kinds", "assignment", "hidden_experts", "hidden_kind",
    "exchange", "free_rounds", "agreement", "activity", "active_fraction",
    "encoder_size", "slots",
)  # fmt: skip


def config_fields(kind: str, format: int = FORMAT) -> dict[str, Field[Any]]:
    """The fields that a config may have in a file of a format, by the names that they have there."""
    known = fields(CONFIGS[kind])
    if format == FORMAT:
        return {field.name: field for field in known}
    return {FORMAT_1_NAMES.get(field.name, field.name): field for field in known if field.name not in NEW_IN_FORMAT_2}
