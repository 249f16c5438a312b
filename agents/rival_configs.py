"""What the strongest rivals of Badger are built from. Nothing here needs torch. Axis letters as in `agents`."""

from dataclasses import dataclass
from typing import Any

from agents.settings import Config


@dataclass(frozen=True)
class PaddedConfig(Config):
    """Sizes of an agent that is one network for all ports, and that is padded where ports are fewer."""

    max_ports: int
    """Largest number of ports (L)."""
    port_actions: int = 1
    """Entries a port takes (A)."""
    hidden_size: int = 34
    """Entries of the memory (H)."""
    places: str = "in_order"
    """Which of its L places ports get: the first ones "in_order", or "random" ones, sampled in each lifetime."""


@dataclass(frozen=True)
class PaddedMonolithicConfig(PaddedConfig):
    """Sizes."""

    cell: str = "gru"
    """The recurrent unit: "gru" or "lstm"."""


@dataclass(frozen=True)
class HypernetworkConfig(PaddedMonolithicConfig):
    """Sizes."""

    policy_size: int = 8
    """Units of the one hidden layer of the policy whose weights are generated."""


@dataclass(frozen=True)
class TransformerOverTimeConfig(PaddedConfig):
    """Sizes; the hidden size is that of a token."""

    layers: int = 2
    """Blocks of attention over time."""
    heads: int = 2
    """Of attention."""
    window: int = 32
    """Steps before the present one that it attends to (W); what is older is lost."""

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_fewer_entries_than_heads(self)


@dataclass(frozen=True)
class OverPortsConfig(Config):
    """Sizes and parts of an agent that is the same at every port, and mixes what all of them show."""

    port_actions: int = 1
    """Entries a port takes (A)."""
    hidden_size: int = 18
    """Entries of the memory of a port (H), and of a token."""
    mixing: str = "attention"
    """What ports are told of each other: "attention", blocks of it (a transformer), or the "mean" or the "sum" of what
    an encoder makes of each (DeepSets)."""
    blocks: int = 2
    """Blocks of attention; with DeepSets, layers of the encoder."""
    heads: int = 2
    """Of attention."""
    identity: str = "one_hot"
    """What tells ports apart: "one_hot", "random" or "none"."""
    identity_size: int = 16
    """Identity entries (I); with one-hot identities also the largest number of ports."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mixing == "attention":
            refuse_fewer_entries_than_heads(self)


def refuse_fewer_entries_than_heads(config: Any) -> None:
    """Refuse a config whose heads would have no entries of the hidden size.

    Raises:
        ValueError: naming both.
    """
    if config.heads > config.hidden_size:
        raise ValueError(f"heads must be at most the hidden_size, {config.hidden_size}, got {config.heads}")
