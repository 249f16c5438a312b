"""Handcrafted rules for one expert, which `agents.handcrafted` runs at every port."""

from agents.rules.elimination import Elimination
from agents.rules.parity import Parity
from agents.rules.rule import Own, Rule
from agents.rules.wave import Wave

RULES: dict[str, type[Rule]] = {"parity": Parity, "elimination": Elimination, "wave": Wave}
"""By the name that a config has for it."""

__all__ = ["RULES", "Elimination", "Own", "Parity", "Rule", "Wave"]
