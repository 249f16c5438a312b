"""Recipes of the environments that test one ability each, all of which suite "abilities" compares."""

from baselines.experiments.advice import ADVICE
from baselines.experiments.ranking import RANKING

ABILITIES = (*ADVICE, *RANKING)
"""The recipes, in the order of the environments."""
