"""What every config is: a frozen dataclass that refuses sizes and names that can't be.

Nothing here needs torch. Axis letters as in `agents`.
"""

from dataclasses import KW_ONLY, dataclass, fields

from agents.parts import (
    ACTIVITIES,
    ASSIGNMENTS,
    EXPERTS,
    HIDDEN_KINDS,
    IDENTITIES,
    MEMBRANES,
    MESSAGES,
    MIXINGS,
    PLACES,
    ROUNDS,
    TOPOLOGY_NAMES,
    TURNS,
)
from agents.rules import RULES

LARGEST_SIZE = 1 << 24
CHOICES = {
    "expert": EXPERTS, "messages": MESSAGES, "identity": IDENTITIES, "membrane": MEMBRANES,
    "topology": TOPOLOGY_NAMES, "turns": TURNS, "exchange": ROUNDS, "cell": ("gru", "lstm"), "rule": RULES,
    "assignment": ASSIGNMENTS, "hidden_kind": HIDDEN_KINDS, "activity": ACTIVITIES, "places": PLACES, "mixing": MIXINGS,
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
                self.require_size(field.name, 0 if field.default == 0 else 1)
            elif field.type is bool and not isinstance(getattr(self, field.name), bool):
                raise ValueError(f"{field.name} must be True or False, got {getattr(self, field.name)!r}")
            elif field.name in CHOICES:
                value, allowed = getattr(self, field.name), tuple(CHOICES[field.name])
                several = isinstance(value, tuple) and field.type is not str
                names = value if several else (value,)
                if not names or any(not isinstance(name, str) or name not in allowed for name in names):
                    raise ValueError(f"{field.name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")

    def require_size(self, name: str, smallest: int) -> None:
        """Refuse, with a ValueError, a field that is no integer, smaller than allowed, or larger than any memory."""
        value = getattr(self, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < smallest:
            raise ValueError(f"{name} must be an integer of at least {smallest}, got {value!r}")
        if value > LARGEST_SIZE:
            raise ValueError(f"{name} must be an integer of at most {LARGEST_SIZE}, got {value}")
