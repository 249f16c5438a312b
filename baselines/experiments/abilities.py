"""Recipes of the environments that test one ability each, all of which suite "abilities" compares."""

from baselines.experiments.advice import ADVICE

ABILITIES = (*ADVICE,)
"""The recipes, in the order of the environments."""
