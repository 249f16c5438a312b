"""What a saved agent may say of itself, known without torch: the names of `agents.storage.STORED_KINDS` and the fields
of their configs. A test compares them with the classes.

Numbers have an upper end here that agents do not have, since whoever runs a submission again must have the memory.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LARGEST = 4096
"""Of a size of weights, which the size of their file holds down besides."""
MOST_EXPERTS, MOST_ROUNDS, MOST_IDENTITIES = 64, 32, 256
"""No weights hold these down, and time and memory grow with them."""
MOST_SETTINGS = 16


@dataclass(frozen=True)
class Whole:
    """A size, from 1 on."""

    most: int = LARGEST
    optional: bool = False
    """Whether it may be null."""

    def complaint(self, value: Any) -> str | None:
        """What is wrong with a value; None for nothing."""
        if value is None and self.optional:
            return None
        if type(value) is int and 1 <= value <= self.most:
            return None
        return f"must be an integer in [1, {self.most}]" + (" or null" if self.optional else "")


@dataclass(frozen=True)
class Words:
    """One of some words."""

    allowed: tuple[str, ...]

    def complaint(self, value: Any) -> str | None:
        """As in `Whole`."""
        return None if isinstance(value, str) and value in self.allowed else f"must be one of {', '.join(self.allowed)}"


@dataclass(frozen=True)
class Numbers:
    """A list of finite numbers."""

    def complaint(self, value: Any) -> str | None:
        """As in `Whole`."""
        fits = isinstance(value, list) and len(value) <= MOST_SETTINGS
        if fits and all(type(v) in (int, float) and abs(v) < 1e9 and not math.isnan(v) for v in value):
            return None
        return f"must be a list of at most {MOST_SETTINGS} numbers"


Rule = Whole | Words | Numbers
IDENTITIES = Words(("one_hot", "random", "none"))


@dataclass(frozen=True)
class Kind:
    """A class of agents."""

    fields: Mapping[str, Rule]
    """Of its config."""
    required: tuple[str, ...]
    """Those without a default."""


KINDS: dict[str, Kind] = {
    "Badger": Kind(
        {
            **dict.fromkeys(("port_features", "port_actions", "memory", "message", "key"), Whole()),
            "rounds": Whole(MOST_ROUNDS),
            "identity_size": Whole(MOST_IDENTITIES),
            "hears": Whole(MOST_EXPERTS),
            "messages": Words(("mean", "gated", "attention", "none")),
            "identity": IDENTITIES,
            "membrane": Words(("direct", "attention")),
            "experts": Whole(MOST_EXPERTS, optional=True),
            "topology": Words(("all", "ring", "chain", "grid", "clusters", "star", "random")),
        },
        ("port_features",),
    ),
    "CommNet": Kind(
        {
            **dict.fromkeys(("port_features", "port_actions", "memory"), Whole()),
            "rounds": Whole(MOST_ROUNDS),
            "identity_size": Whole(MOST_IDENTITIES),
            "identity": IDENTITIES,
        },
        ("port_features",),
    ),
    "Independent": Kind(
        {
            **dict.fromkeys(("port_features", "port_actions", "memory"), Whole()),
            "ports": Whole(MOST_EXPERTS),
        },
        ("port_features", "ports"),
    ),
    "Monolithic": Kind(
        {
            **dict.fromkeys(("port_features", "port_actions", "memory"), Whole()),
            "ports": Whole(MOST_EXPERTS),
            "cell": Words(("gru", "lstm")),
        },
        ("port_features", "ports"),
    ),
    "Handcrafted": Kind(
        {
            **dict.fromkeys(("port_features", "port_actions"), Whole()),
            "rounds": Whole(MOST_ROUNDS),
            "rule": Words(("parity", "elimination", "wave")),
            "settings": Numbers(),
        },
        ("port_features", "rule"),
    ),
}
"""By name."""
