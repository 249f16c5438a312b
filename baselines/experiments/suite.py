"""A comparison as data."""

from dataclasses import dataclass

from baselines.experiments.families import Family
from baselines.experiments.recipe import Recipe
from baselines.experiments.recipes import RECIPES
from baselines.experiments.search import Search
from baselines.perturbations.probes import PROBES

NOBODY_TUNED = Search(trials=0)


@dataclass(frozen=True)
class Suite:
    """A comparison."""

    name: str
    description: str
    """One line for people."""
    recipes: tuple[Recipe, ...]
    """What is trained on, how, and by whom."""
    seeds: int
    """Runs of every agent on every recipe, unless the recipe says how many."""
    search: Search = NOBODY_TUNED
    """Tuning before the runs, the same for everybody."""
    probes: tuple[str, ...] = tuple(PROBES)
    """What is asked of every trained agent, by name."""
    version: int = 1
    """Results of different versions are not mixed."""
    families: tuple[Family, ...] = ()
    """Of each, the member that does best on validation episodes is in the test; none where everybody is."""
    in_every_test: tuple[str, ...] = ()
    """Agents that are in the test even where their family has chosen another."""

    @property
    def cpu_hours(self) -> float:
        """About how long it takes one core, by what the first agent of each recipe took when it was measured."""
        seconds = 0.0
        for recipe in self.recipes:
            tested = (len(self.families) + len(self.in_every_test)) or len(recipe.agents)
            searched = len(recipe.agents) * (self.search.cost if recipe.tuned else 0.0)
            runs = tested * (recipe.seeds or self.seeds) + searched
            as_measured = recipe.outer_loop.updates / RECIPES[recipe.name].outer_loop.updates
            seconds += runs * recipe.cpu_seconds * as_measured
        return seconds / 3600.0
