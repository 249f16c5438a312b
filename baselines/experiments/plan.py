"""From a suite to runs: what each agent on each recipe takes, trials of the tuning and the runs that count."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from baselines.experiments.agent_spec import AgentSpec
from baselines.experiments.agents import AGENTS, handcrafted
from baselines.experiments.recipe import Recipe
from baselines.experiments.run import RunSpec
from baselines.experiments.search import chosen, with_settings
from baselines.experiments.suites import Suite
from baselines.results.run import RunResult

TUNING_SEED = 1000
"""Seeds of trials lie here, away from those of the runs that count."""
TRIAL_EPISODES = 500
"""Validation episodes that a trial is judged by."""


@dataclass(frozen=True)
class PlannedAgent:
    """An agent on a recipe, and the runs that this takes."""

    recipe: Recipe
    agent_spec: AgentSpec
    trials: tuple[RunSpec, ...]
    """Runs that choose the settings; none where there is nothing to choose."""
    draws: tuple[dict[str, float], ...]
    """What each trial tries."""
    runs: tuple[RunSpec, ...]
    """Runs that count; where there are trials the settings are still to be chosen."""

    @property
    def all_runs(self) -> tuple[RunSpec, ...]:
        """The trials too."""
        return (*self.trials, *self.runs)

    def tuned_runs(self, results: Mapping[str, RunResult]) -> list[RunSpec]:
        """The runs that count with the settings that the trials chose; none where no settings could be chosen.

        Args:
            results: of the trials, by hash.
        """
        if not self.trials:
            return list(self.runs)
        tried = [(draw, score(trial, results[trial.hash])) for draw, trial in zip(self.draws, self.trials, strict=True)]
        try:
            settings = chosen(tried)
        except ValueError:
            return []
        return [replace(run, outer_loop=with_settings(run.outer_loop, settings)) for run in self.runs if run.outer_loop]


def score(run: RunSpec, result: RunResult) -> float | None:
    """In the test at the size that the run was trained at; None where it failed."""
    return None if result.failure else result.tests[run.size].score


def plan(suite: Suite, recipe: Recipe, seeds: int | None = None) -> list[PlannedAgent]:
    """The runs of everybody on a recipe: first those who are trained, then the handcrafted policies of its task.

    Args:
        suite: that the recipe is of.
        recipe: one of its recipes.
        seeds: instead of the number that recipe and suite say.
    """
    count = seeds or recipe.seeds or suite.seeds
    trained = [_trained(suite, recipe, AGENTS[name], count) for name in recipe.agents]
    return trained + [_handcrafted(recipe, agent_spec) for agent_spec in handcrafted(recipe.make_task())]


def _trained(suite: Suite, recipe: Recipe, agent_spec: AgentSpec, seeds: int) -> PlannedAgent:
    loop, config = recipe.loop(agent_spec), recipe.config(agent_spec)
    base = RunSpec(
        agent_spec.name, recipe.task, recipe.arguments, 0, agent_spec.kind, config, outer_loop=loop,
        test_sizes=recipe.test_sizes, episodes=recipe.test_episodes, problem=recipe.name,
    )  # fmt: skip
    draws = suite.search.draws(loop) if recipe.tuned else []
    tried = [(draw, TUNING_SEED + seed) for draw in draws for seed in range(suite.search.seeds)]
    updates = max(int(loop.updates * suite.search.fraction), 1)
    probing: dict[str, Any] = {"probes": suite.probes, "probe_episodes": recipe.probe_episodes}
    trials = tuple(
        replace(
            base,
            seed=seed,
            outer_loop=with_settings(replace(loop, updates=updates), draw),
            test_sizes=(),
            episode_set="VALIDATION",
            episodes=min(TRIAL_EPISODES, recipe.test_episodes),
        )
        for draw, seed in tried
    )
    runs = tuple(replace(base, seed=seed, grids=recipe.grids, **probing) for seed in range(seeds))
    return PlannedAgent(recipe, agent_spec, trials, tuple(draw for draw, _ in tried), runs)


def _handcrafted(recipe: Recipe, agent_spec: AgentSpec) -> PlannedAgent:
    run = RunSpec(
        agent_spec.name, recipe.task, recipe.arguments, 0, policy=agent_spec.policy,
        test_sizes=recipe.test_sizes, episodes=recipe.test_episodes, problem=recipe.name,
    )  # fmt: skip
    return PlannedAgent(recipe, agent_spec, (), (), (run,))
