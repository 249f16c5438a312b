"""Recipes of the environments that test one ability each, all of which suite "abilities" compares."""

from baselines.experiments.advice import ADVICE
from baselines.experiments.maze import MAZE
from baselines.experiments.memory import MEMORY
from baselines.experiments.optimisation import OPTIMISATION
from baselines.experiments.ranking import RANKING
from baselines.experiments.stream import STREAM

ABILITIES = (*ADVICE, *OPTIMISATION, *RANKING, *MEMORY, *STREAM, *MAZE)
"""The recipes, in the order of the environments."""
