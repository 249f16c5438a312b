"""Tables of families: who was chosen by what, and ability by ability what each side came to, problem by problem."""

from collections.abc import Sequence

import numpy as np

from badger_envs.statistics import FloatArray, stratified_bootstrap
from baselines.analysis.abilities import ABILITIES, Ability
from baselines.analysis.failures import with_failed
from baselines.analysis.speed import half_way
from baselines.analysis.table import Table
from baselines.analysis.tables import IN_SHORT
from baselines.analysis.verdict import OPPONENTS, sides
from baselines.experiments.families import MODULAR
from baselines.experiments.search import best_score
from baselines.results.comparison import AgentResult, ComparisonResult, Problem

SIDES = (MODULAR, *OPPONENTS)
NAMES = {MODULAR: "modular", **IN_SHORT}


def family_tables(result: ComparisonResult) -> list[Table]:
    """Who was chosen, each ability, and how fast each side learned; none where the result has no families."""
    if not any(agent.family for agent in result.agents):
        return []
    by_problem = [(problem, sides(result, problem)) for problem in result.problems]
    found = [_ability_table(result, by_problem, ability) for ability in ABILITIES if ability.is_score]
    return [_choice_table(result), *(table for table in found if table.rows), _speed_table(by_problem)]


def _choice_table(result: ComparisonResult) -> Table:
    rows = []
    for problem in result.problems:
        agents = [agent for agent in result.on(problem) if agent.family]
        for family in dict.fromkeys(agent.family for agent in agents):
            members = [
                (best_score([(trial.settings, trial.score) for trial in agent.trials]), agent)
                for agent in agents
                if agent.family == family
            ]
            members.sort(key=lambda pair: -np.inf if pair[0] is None else -pair[0])
            words = (f"{agent.label} {'failed' if score is None else f'{score:.3f}'}" for score, agent in members)
            taken = next((agent for _, agent in members if agent.chosen), None)
            rate = f"{taken.settings.learning_rate:g}" if taken and taken.settings else ""
            size = f"{taken.costs.parameters:,}" if taken and taken.costs else ""
            rows.append((problem.title, NAMES[family], taken.label if taken else "", rate, size, "; ".join(words)))
    return Table(
        "Who stands for which family",
        "The member with the best score of its trials on validation episodes, at sizes of the training; the first in "
        "the order of the family where several are within .01.",
        ("problem", "family", "chosen", "learning rate", "parameters", "validation scores"),
        tuple(rows),
    )


def _ability_table(
    result: ComparisonResult, by_problem: Sequence[tuple[Problem, dict[str, AgentResult]]], ability: Ability
) -> Table:
    rows = []
    for problem, found in by_problem:
        lowest = ability.lowest(result.on(problem), problem)
        counted = {side: _counted(found.get(side), problem, ability, lowest) for side in SIDES}
        known = {side: stratified_bootstrap(values[:, None]) for side, values in counted.items() if len(values)}
        if not known:
            continue
        best = max(known, key=lambda side: known[side].estimate)
        words = []
        for side in SIDES:
            agent = found.get(side)
            if side not in known:
                words.append("cannot" if agent is not None and agent.runs else "")
                continue
            estimate, low, high = known[side]
            value = f"{estimate:.2f} ({low:.2f} to {high:.2f})" if known[side].known else f"{estimate:.2f}"
            words.append(f"**{value}**" if side == best else value)
        rows.append((problem.title, *words))
    return Table(
        f"{ability.question} ({ability.label})",
        "Interquartile mean of the score and 95 % interval over runs; the highest in bold.",
        ("problem", *(NAMES[side] for side in SIDES)),
        tuple(rows),
    )


def _counted(agent: AgentResult | None, problem: Problem, ability: Ability, lowest: float) -> FloatArray:
    """Values of all runs (runs,), those that failed as the lowest; none where the agent does not have the ability."""
    if agent is None:
        return np.empty(0)
    values = ability.values(agent, problem)
    return with_failed(values, agent.failed_runs if values or not agent.runs else 0, lowest)


def _speed_table(by_problem: Sequence[tuple[Problem, dict[str, AgentResult]]]) -> Table:
    rows = []
    for problem, found in by_problem:
        for side, agent in ((side, found[side]) for side in SIDES if side in found):
            reached = [point for run in agent.runs if (point := half_way(run.curve)) is not None]
            whole = f"{agent.training_cpu_seconds:.0f}" if agent.runs else ""
            middle = ["never", "", ""]
            if reached:
                steps = np.median([point.environment_steps for point in reached])
                seconds = np.median([point.cpu_seconds for point in reached])
                middle = [f"{np.median([point.update for point in reached]):.0f}", f"{steps:,.0f}", f"{seconds:.1f}"]
            runs = f"{len(reached)} of {agent.planned_runs}"
            rows.append((problem.title, NAMES[side], agent.label, *middle, runs, whole))
    return Table(
        "Half of the way to the reference",
        "Where the learning curve first reaches a score of .5, as a mean of five points; medians over runs that do.",
        ("problem", "side", "agent", "updates", "environment steps", "CPU-seconds", "runs", "CPU-seconds in all"),
        tuple(rows),
    )
