"""What agents did, gathered from the results of their runs."""

from collections.abc import Mapping, Sequence

import numpy as np

from badger_envs.registry import get_spec, reference_returns
from baselines.analysis.failures import interquartile_score, with_scores
from baselines.experiments.plan import PlannedAgent, score
from baselines.experiments.recipe import Recipe
from baselines.experiments.run import RunSpec
from baselines.perturbations.probes import PROBES
from baselines.results.comparison import AgentResult, Failure, Problem, RunSummary, TrialResult
from baselines.results.run import RunResult


def make_problem(recipe: Recipe) -> Problem:
    """What is the same for all agents that train by a recipe."""
    task, spec = recipe.make_task(), get_spec(recipe.task)
    returns = reference_returns(task)
    return Problem(
        name=recipe.name,
        title=recipe.title,
        task=recipe.task,
        arguments=recipe.arguments,
        outer_loop=recipe.outer_loop.kind,
        size_argument=spec.size_argument,
        size=getattr(task, spec.size_argument),
        metric=spec.metric,
        reference_returns={"chance": returns.chance, "reference": returns.reference, **returns.local_optima},
        first_agent=recipe.agents[0],
        trained_sizes=recipe.trained_sizes if len(recipe.trained_sizes) > 1 else (),
        left_out=recipe.outer_loop.stages[-1].left_out,
    )


def summarize(plans: Sequence[PlannedAgent], results: Mapping[str, RunResult]) -> tuple[AgentResult, ...]:
    """What agents did by recipes.

    Args:
        plans: the agents and their runs.
        results: of all their runs, by hash.
    """
    return with_scores([_summarize(planned, results) for planned in plans])


def _summarize(planned: PlannedAgent, results: Mapping[str, RunResult]) -> AgentResult:
    agent, runs = planned.agent_spec, planned.tuned_runs(results)
    finished = [(run, results[run.hash]) for run in runs if not results[run.hash].failure]
    failures = [(run, results[run.hash].failure) for run in (*planned.trials, *runs)]
    summaries = tuple(_summarize_run(run, result, planned.recipe.trained_sizes) for run, result in finished)
    first = finished[0][1] if finished else None
    return AgentResult(
        problem=planned.recipe.name,
        agent=agent.name,
        label=agent.label,
        description=agent.description,
        handcrafted=agent.kind is None,
        family=planned.family.family.name if planned.family else "",
        chosen=planned.is_chosen(results),
        planned_runs=len(planned.runs) if runs or planned.is_chosen(results) else 0,
        failures=tuple(Failure(hash=run.hash, title=run.title, traceback=text) for run, text in failures if text),
        trials=_trials(planned, results),
        runs=summaries,
        score=interquartile_score([run.score for run in summaries]) if summaries else None,
        settings=first.specification.outer_loop if first else None,
        costs=first.costs if first else None,
        episodes=first.episodes if first else 0,
        environment_steps=first.environment_steps if first else 0,
    )


def _trials(planned: PlannedAgent, results: Mapping[str, RunResult]) -> tuple[TrialResult, ...]:
    return tuple(
        TrialResult(
            settings=draw,
            seed=trial.seed,
            updates=trial.updates,
            score=score(trial, results[trial.hash]),
            training_cpu_seconds=None if results[trial.hash].failure else results[trial.hash].training_cpu_seconds,
        )
        for draw, trial in zip(planned.draws, planned.trials, strict=True)
    )


def _summarize_run(run: RunSpec, result: RunResult, trained_sizes: Sequence[int]) -> RunSummary:
    metric = get_spec(run.task).metric
    test = result.tests[run.size]
    assert test.score is not None  # or it is not believed, see `baselines.experiments.stored`
    trained = [result.tests[size].score for size in trained_sizes if size in result.tests]
    scores = [score for score in trained if score is not None] or [test.score]
    return RunSummary(
        hash=run.hash,
        seed=run.seed,
        score=float(np.mean(scores)),
        metric=test.mean(metric),
        score_at_size={size: test.score for size, test in result.tests.items() if test.score is not None},
        metric_at_size={size: test.mean(metric) for size, test in result.tests.items()},
        cannot_have_size=result.cannot_have_size,
        curve=result.curve,
        training_cpu_seconds=result.training_cpu_seconds,
        probes={name: result.probes[name] for name in PROBES if name in result.probes},
        grids=result.grids,
    )
