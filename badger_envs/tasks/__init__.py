"""The tasks themselves: no torch, no drawing, no global randomness."""

from badger_envs.tasks.guessing import Guessing
from badger_envs.tasks.hidden_xor import HiddenXOR

__all__ = ["Guessing", "HiddenXOR"]
