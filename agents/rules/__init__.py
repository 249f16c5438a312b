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
    settings: tuple[str, ...] = ()
    """Names of the numbers that the rule has to be told."""


RULES = {
    "parity": RuleSpec("agents.rules.parity:Parity", features=1),
    "elimination": RuleSpec("agents.rules.elimination:Elimination", features=3),
    "wave": RuleSpec(
        "agents.rules.wave:Wave",
        features=17,
        settings=(
            "backwards_turn", "backwards_after", "backwards_size", "forwards_turn", "forwards_after", "forwards_size",
        ),
    ),
}  # fmt: skip
"""By the name that a config has for it."""
