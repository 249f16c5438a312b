"""What the strongest rivals of Badger are built from. Nothing here needs torch. Axis letters as in `agents`."""

from dataclasses import dataclass

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
