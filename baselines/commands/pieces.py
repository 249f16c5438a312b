"""A comparison in pieces: the result of each problem in a file of its own, so that nothing is computed twice.

A piece that is there is checked against what would be computed, run by run: it may come from another machine.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from baselines.analysis.merge import merge
from baselines.commands.usage import UsageError
from baselines.experiments.plan import PlannedAgent
from baselines.experiments.search import chosen
from baselines.results.comparison import RESULT_FILE, AgentResult, ComparisonResult


def in_pieces(
    folder: Path, plans: Sequence[PlannedAgent], compute: Callable[[list[PlannedAgent]], ComparisonResult]
) -> ComparisonResult:
    """The result of all plans, problem by problem: read where it is there, computed and written where it is not.

    Args:
        folder: holds `RECIPE/result.json` for each problem that is done.
        plans: agents on recipes.
        compute: gives the result of the plans of one recipe.

    Raises:
        UsageError: A piece is of other runs than those that are planned; it is left as it is.
        ResultFileError: A piece is damaged.
    """
    by_recipe: dict[str, list[PlannedAgent]] = {}
    for planned in plans:
        by_recipe.setdefault(planned.recipe.name, []).append(planned)
    known: dict[str, ComparisonResult] = {}
    for name, mine in by_recipe.items():  # all of them before the work
        path = folder / name / RESULT_FILE
        if path.is_file():
            known[name] = ComparisonResult.read(path)
            _require_planned(known[name], mine, path)
    for name, mine in by_recipe.items():
        if name in known:
            continue
        known[name] = compute(mine)
        (folder / name).mkdir(parents=True, exist_ok=True)
        known[name].write(folder / name / RESULT_FILE)
    return merge({str(folder / name): known[name] for name in by_recipe})


def _require_planned(piece: ComparisonResult, plans: Sequence[PlannedAgent], path: Path) -> None:
    by_name = {agent.agent: agent for agent in piece.agents}
    for planned in plans:
        name = planned.agent_spec.name
        if name not in by_name or not _is_of(by_name[name], planned):
            must = "--pieces must be a folder of results of the same runs, or without them"
            raise UsageError(f"{must}, got {path}, where {name} differs; give another folder, or remove it")


def _is_of(agent: AgentResult, planned: PlannedAgent) -> bool:
    """Whether a result is of the runs that are planned, with the settings that its own trials chose."""
    if [trial.settings for trial in agent.trials] != list(planned.draws):
        return False
    if agent.handcrafted or not (agent.runs or agent.failures):
        return True
    runs = planned.runs
    if planned.trials:
        try:
            settings = chosen([(trial.settings, trial.score) for trial in agent.trials])
        except ValueError:  # no settings, no runs
            return not agent.runs
        runs = planned.runs_with(settings)
    hashes = {run.hash for run in (*runs, *planned.trials)}
    found = {run.hash for run in agent.runs} | {failure.hash for failure in agent.failures}
    return found <= hashes and (not agent.runs or agent.planned_runs == len(runs))
