"""What there is: suites, recipes, agents and probes as tables for a terminal."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from baselines.experiments.agents import AGENTS
from baselines.experiments.recipes import RECIPES
from baselines.experiments.suites import SUITES
from baselines.perturbations.probes import PROBES


@dataclass(frozen=True)
class List:
    """Show the suites with about how long they take, the recipes, the agents and the probes."""

    def run(self, console: Console) -> int:
        for table in (_suites(), _recipes(), _agents(), _probes()):
            console.print(table)
        console.print("CPU-hours and -seconds: about, as measured on a core of a two-core machine for the first agent.")
        return 0

    def kept(self) -> str:
        return "nothing was begun"


def _suites() -> Table:
    suites = _table("suites: python -m baselines compare --suite NAME", "suite", "what it is", "recipes", "agents")
    for column in ("seeds", "trials", "probes", "CPU-hours"):
        suites.add_column(column, justify="right")
    for suite in SUITES.values():
        suites.add_row(
            suite.name,
            suite.description,
            " ".join(recipe.name for recipe in suite.recipes),
            str(len({name for recipe in suite.recipes for name in recipe.agents})),
            str(suite.seeds),
            str(suite.search.trials),
            str(len(suite.probes)),
            f"{suite.cpu_hours:.1f}",
        )
    return suites


def _recipes() -> Table:
    recipes = _table(
        "recipes: python -m baselines train NAME --agent AGENT", "recipe", "task", "outer loop", "tried on"
    )
    recipes.add_column("CPU-seconds", justify="right")
    for recipe in RECIPES.values():
        given = " ".join(f"{name}={value}" for name, value in recipe.arguments.items())
        recipes.add_row(
            recipe.name,
            f"{recipe.task} {given}",
            recipe.outer_loop.kind,
            " ".join(recipe.agents),
            f"{recipe.cpu_seconds:.0f}",
        )
    return recipes


def _agents() -> Table:
    agents = _table("agents", "agent", "what it is")
    for agent_spec in AGENTS.values():
        agents.add_row(agent_spec.name, agent_spec.description)
    return agents


def _probes() -> Table:
    probes = _table("probes, asked of every trained agent", "probe", "question", "against")
    for probe in PROBES.values():
        probes.add_row(probe.name, probe.title, probe.axis)
    return probes


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    return table
