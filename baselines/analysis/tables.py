"""The tables of a comparison as data; the report shows them as HTML."""

from collections.abc import Sequence

import numpy as np

from badger_envs.registry import get_spec
from baselines.analysis.grid_tables import grid_tables
from baselines.analysis.table import Table, columns, number
from baselines.analysis.verdict import CUT, OPPONENTS, Comparison, verdict
from baselines.experiments.families import MONOLITHIC, MULTI_AGENT
from baselines.results.comparison import AgentResult, ComparisonResult, Problem


def make_tables(result: ComparisonResult) -> list[Table]:
    """The tables of a comparison: the verdict, then problem by problem."""
    comparisons = verdict(result)
    return [*([verdict_table(comparisons)] if comparisons else []), *problem_tables(result)]


def problem_tables(result: ComparisonResult) -> list[Table]:
    """Problem by problem: the scores on equal footing, and those at other sizes."""
    tables = []
    for problem in result.problems:
        agents = result.on(problem)
        tables.append(_score_table(problem, agents))
        several = [agent for agent in agents if agent.trained and len(agent.runs[0].metric_at_size) > 1]
        if several:
            tables.append(_size_table(problem, several))
        tables += grid_tables(problem, agents)
    return tables


RIVALS = {
    MONOLITHIC: "the monolithic network",
    MULTI_AGENT: "multi-agent networks",
    CUT: "the same without messages",
}
NOT_CHOSEN = "not chosen"
"""In place of the score of a member of a family that was not in the test."""
IN_SHORT = {MONOLITHIC: "monolithic", MULTI_AGENT: "multi-agent", CUT: "no messages"}
OUTCOMES = {"modular": "modular", "rival": "the other", "open": "not decided", "only": "only modular can"}


def verdict_table(comparisons: Sequence[Comparison]) -> Table:
    """Ability by ability who is better.

    Args:
        comparisons: of `baselines.analysis.verdict.verdict`, at least one.
    """
    return Table(
        "Verdict: the modular agent of each problem against ...",
        "P: probability that a run of the modular agent beats a run of the other, mean over problems, with its 95 % "
        "bootstrap interval.\np: two-sided permutation test after Holm; decided below .05. on: problems."
        + failures_in_words(comparisons),
        ("ability", "against", "better", "P", "95 %", "p", "on"),
        tuple(_verdict_row(each) for each in comparisons),
    )


def failures_in_words(comparisons: Sequence[Comparison]) -> str:
    """How many runs failed and how they count, as a sentence that follows others; empty where none failed."""
    failed = {
        name: max((each.failed[side] for each in comparisons if side == 0 or each.rival == name), default=0)
        for side, name in ((0, "the modular agent"), *((1, rival) for rival in OPPONENTS))
    }
    said = ", ".join(f"{count} of {RIVALS.get(name, name)}" for name, count in failed.items() if count)
    return f" Runs that failed count as the worst of their problem: {said}." if said else ""


def interval_in_words(low: float | None, high: float | None) -> str:
    """As in tables; nothing for a single run."""
    return "" if low is None or high is None else f"{low:.3f}..{high:.3f}"


def _verdict_row(row: Comparison) -> tuple[str, ...]:
    found = (row.ability.label, IN_SHORT[row.rival], OUTCOMES[row.outcome])
    if row.probability is None or row.p is None:
        return (*found, "", "", "", "0")
    estimate, low, high = row.probability
    interval = f"{low:.2f}..{high:.2f}" if row.probability.known else ""
    p = f"{row.p:.3f}".removeprefix("0") if row.p >= 0.001 else "<.001"
    return (*found, f"{estimate:.2f}", interval, p, str(len(row.problems)))


def _score_table(problem: Problem, agents: list[AgentResult]) -> Table:
    given = ", ".join(f"{name}={value}" for name, value in problem.arguments.items())
    steps = sorted({agent.environment_steps for agent in agents if agent.trained})
    budget = " or ".join(f"{count:,}" for count in steps)
    failed = any(agent.failed_runs for agent in agents)
    left_out = any(not agent.planned_runs for agent in agents)
    trials = max(len(agent.trials) for agent in agents)  # not the suite's, which searches for some recipes only
    tuning = f"Settings of each: the best of {trials} trials" if trials else "Settings: the recipe's"
    return Table(
        title=f"{problem.title}: {problem.task} ({given}), {problem.outer_loop}",
        caption="score: 0 = blind chance, 1 = handcrafted reference; interquartile mean over n runs and 95 % bootstrap "
        f"interval, expanded for few runs.\n{problem.metric}: at the end of an episode, mean and worst of the "
        f"runs{' that finished' if failed else ''}. {tuning}. Each run: {budget} environment steps. CPU s: of one run."
        + (" In the score a run that failed counts as the worst of the problem." if failed else "")
        + (" Not chosen: its family has a member that does better on validation episodes." if left_out else ""),
        columns=("agent", "score", "95 %", "n", problem.metric, "worst", "params", "lr", "CPU s"),
        rows=tuple(_score_row(agent) for agent in agents),
        problem=problem.name,
    )


def _score_row(agent: AgentResult) -> tuple[str, ...]:
    if agent.score is None:
        return (agent.label, "failed" if agent.planned_runs else NOT_CHOSEN, *[""] * 7)
    values = [run.metric for run in agent.runs]
    found = (agent.label, f"{agent.score.estimate:.3f}")
    if agent.settings is None or agent.costs is None:
        return (*found, "", "", number(np.mean(values)), "", "", "", "")
    return (
        *found,
        interval_in_words(agent.score.low, agent.score.high),
        agent.count,
        number(np.mean(values)),
        number(np.max(values)),
        f"{agent.costs.parameters:,}",
        f"{agent.settings.learning_rate:g}",
        f"{agent.training_cpu_seconds:.0f}",
    )


def _size_table(problem: Problem, agents: list[AgentResult]) -> Table:
    curves = get_spec(problem.task).published_curves
    sizes = columns(problem, sorted({size for agent in agents for size in agent.runs[0].metric_at_size}))
    rows = []
    for agent in agents:
        at = [run.metric_at_size for run in agent.runs]
        values = (number(np.mean([each[size] for each in at])) if size in at[0] else "-" for size in sizes)
        rows.append((agent.label, agent.count, *values))
    for name, curve in curves.items():
        rows.append((name, "", *(number(curve[size]) if size in curve else "" for size in sizes)))
    caption = (
        f"Columns: {problem.size_argument} at test; mean over the n runs that finished; - where an agent cannot have "
        "that size."
    )
    title = f"{problem.title}: {problem.metric} at other sizes"
    return Table(title, caption, (problem.size_argument, "n", *map(str, sizes)), tuple(rows), problem.name)
