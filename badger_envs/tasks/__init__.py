"""The tasks themselves: no torch, no drawing, no global randomness."""

from badger_envs.tasks.guessing import Guessing

__all__ = ["Guessing"]
