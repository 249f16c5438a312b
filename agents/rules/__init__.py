"""Handcrafted rules for one expert, which `agents.handcrafted` runs at every port.

The table knows them without importing any, as those of `agents.parts` do.
"""

from typing import NamedTuple


class RuleSpec(NamedTuple):
    """What a config has to know of a rule."""

    entry_point: str
    """Where its class is, "module:name": a subclass of `agents.rules.rule.Rule`."""
    features: int
    """Numbers that a port shows at the least (F)."""
    actions: int = 1
    """Entries that a port takes (A)."""
    settings: tuple[str, ...] = ()
    """Names of its settings, which are numbers."""


RULES = {
    "parity": RuleSpec("agents.rules.parity:Parity", features=1),
    "elimination": RuleSpec("agents.rules.elimination:Elimination", features=3),
    "distance_vectors": RuleSpec("agents.rules.distance_vectors:DistanceVectors", features=21, actions=4),
    "pull_together": RuleSpec("agents.rules.pull_together:PullTogether", features=9),
    "wave": RuleSpec(
        "agents.rules.wave:Wave",
        features=17,
        settings=tuple(f"{way}_{name}" for way in ("backwards", "forwards") for name in ("turn", "after", "size")),
    ),
}
"""By the name that a config has for it."""
