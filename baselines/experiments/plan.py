"""From a suite to runs: what each agent on each recipe takes, trials of the tuning and the runs that count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from badger_envs.core.episodes import EpisodeSet
from baselines.experiments.agent_spec import AgentSpec
from baselines.experiments.agents import AGENTS, handcrafted
from baselines.experiments.families import Family, chosen_member
from baselines.experiments.recipe import Recipe
from baselines.experiments.run import RunSpec
from baselines.experiments.search import best_score, chosen, with_settings
from baselines.experiments.suite import Suite
from baselines.results.run import RunResult

TUNING_SEED = 1000
"""Seeds of trials lie here, away from those of the runs that count."""
TRIAL_EPISODES = 500
"""Validation episodes that a trial is judged by."""


@dataclass
class PlannedFamily:
    """A family on a recipe, of which one member is in the test."""

    family: Family
    members: list["PlannedAgent"] = field(default_factory=list)

    def choice(self, results: Mapping[str, RunResult]) -> str | None:
        """Name of the member that does best on validation episodes; None where nobody has a score.

        Args:
            results: of the trials of all members, by hash.
        """
        scores = {member.agent_spec.name: best_score(member.tried(results)) for member in self.members}
        return chosen_member(self.family.members, scores)


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
    family: PlannedFamily | None = field(default=None, compare=False, repr=False)
    """Of which one member is in the test; None where everybody is."""
    in_every_test: bool = False
    """Whether it is in the test even if its family has chosen another member."""

    @property
    def all_runs(self) -> tuple[RunSpec, ...]:
        """The trials too."""
        return (*self.trials, *self.runs)

    @property
    def decided_by(self) -> tuple[RunSpec, ...]:
        """Trials that must have ended before it is known which runs count: its own, or those of its family."""
        if self.family is None:
            return self.trials
        return tuple(trial for member in self.family.members for trial in member.trials)

    def tried(self, results: Mapping[str, RunResult]) -> list[tuple[dict[str, float], float | None]]:
        """What each trial tried, and its score; None where it failed.

        Args:
            results: of the trials, by hash.
        """
        return [(draw, score(trial, results[trial.hash])) for draw, trial in zip(self.draws, self.trials, strict=True)]

    def is_chosen(self, results: Mapping[str, RunResult]) -> bool:
        """Whether it stands for its family; without one, everybody does.

        Args:
            results: of the trials of its family, by hash.
        """
        return self.family is None or self.family.choice(results) == self.agent_spec.name

    def tuned_runs(self, results: Mapping[str, RunResult]) -> list[RunSpec]:
        """The runs that count with the settings that the trials chose.

        None where no settings could be chosen, and where another member stands for the family.

        Args:
            results: of the trials, by hash; of all members of the family.
        """
        if not self.trials:
            return list(self.runs)
        if not self.in_every_test and not self.is_chosen(results):
            return []
        try:
            settings = chosen(self.tried(results))
        except ValueError:
            return []
        return list(self.runs_with(settings))

    def runs_with(self, settings: dict[str, Any]) -> tuple[RunSpec, ...]:
        """The runs that count, with settings of their outer loop."""
        return tuple(
            replace(run, outer_loop=with_settings(run.outer_loop, settings)) for run in self.runs if run.outer_loop
        )


def score(run: RunSpec, result: RunResult) -> float | None:
    """Mean over the tests of a trial, which are at sizes that it trains with; that of a run that counts at its own.

    None where it failed.
    """
    if result.failure:
        return None
    if run.episode_set == EpisodeSet.TEST.name:
        return result.tests[run.size].score
    scores = [test.score for test in result.tests.values() if test.score is not None]
    return sum(scores) / len(scores) if scores else None


def plan(suite: Suite, recipe: Recipe, seeds: int | None = None, agents: Sequence[str] = ()) -> list[PlannedAgent]:
    """The runs of everybody on a recipe: first those who are trained, then the handcrafted policies of its task.

    Args:
        suite: that the recipe is of.
        recipe: one of its recipes.
        seeds: instead of the number that recipe and suite say.
        agents: names of those who take part; none for all.
    """
    count = seeds or recipe.seeds or suite.seeds
    names = [name for name in recipe.agents if not agents or name in agents]
    trained = [_trained(suite, recipe, AGENTS[name], count) for name in names]
    trained = _in_families(suite, trained)
    return trained + [_handcrafted(recipe, agent_spec) for agent_spec in handcrafted(recipe.make_task())]


def _in_families(suite: Suite, planned: list[PlannedAgent]) -> list[PlannedAgent]:
    """The agents, those of a family of the suite tied to its other members."""
    planned_families = [PlannedFamily(family) for family in suite.families]
    families = {name: each for each in planned_families for name in each.family.members}
    found = []
    for each in planned:
        family = families.get(each.agent_spec.name)
        tied = replace(each, family=family, in_every_test=each.agent_spec.name in suite.in_every_test)
        if family is not None:
            family.members.append(tied)
        found.append(tied)
    return found


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
            test_sizes=recipe.trained_sizes if len(recipe.trained_sizes) > 1 else (),
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
