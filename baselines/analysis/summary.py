"""What agents did, gathered from the results of their runs: plain data, which tables, pictures and pages show."""

from typing import Any

import numpy as np

from badger_envs.registry import get_spec, reference_returns
from badger_envs.statistics import stratified_bootstrap
from baselines.execution.scheduler import Result, tuned_runs
from baselines.experiments.recipes import Recipe
from baselines.experiments.run import RunSpec
from baselines.experiments.suites import PlannedAgent, main_test
from baselines.perturbations.probes import PROBES


def problem(recipe: Recipe) -> dict[str, Any]:
    """What is the same for everybody who trains by a recipe."""
    task, spec = recipe.make_task(), get_spec(recipe.task)
    known = reference_returns(task)
    return {
        "name": recipe.name,
        "title": recipe.title,
        "task": recipe.task,
        "arguments": recipe.arguments,
        "outer_loop": recipe.outer_loop.kind,
        "size_name": spec.size_argument,
        "size": getattr(task, spec.size_argument),
        "metric": spec.metric,
        "levels": {
            "chance": known.chance, "reference": known.reference, **known.local_optima,
        },
        "first": recipe.agents[0],
    }  # fmt: skip


def summarise(planned: PlannedAgent, results: dict[str, Result]) -> dict[str, Any]:
    """What an agent did by a recipe: aggregates, and a line for every run."""
    agent_spec = planned.agent_spec
    runs = tuned_runs(planned, results)
    good = [(run, results[run.hash]) for run in runs if "failed" not in results[run.hash]]
    summary: dict[str, Any] = {
        "problem": planned.recipe.name,
        "agent": agent_spec.name,
        "label": agent_spec.label,
        "about": agent_spec.description,
        "handcrafted": agent_spec.kind is None,
        "failed": [
            {"hash": run.hash, "title": run.title, "traceback": results[run.hash]["failed"]}
            for run in (*planned.trials, *runs)
            if "failed" in results[run.hash]
        ],
        "wanted": len(planned.runs),
        "trials": _trials(planned, results),
        "runs": [_run(run, result) for run, result in good],
    }
    summary |= aggregate(summary["runs"])
    if not good:
        return summary
    first = good[0][1]
    return summary | {
        "settings": first["specification"]["outer_loop"],
        **{name: first.get(name) for name in ("parameters", "memory", "parameters_per_memory", "flops_per_step")},
        **{name: first.get(name, 0) for name in ("episodes", "environment_steps")},
    }


def aggregate(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """What follows from the runs alone: how many, the interquartile mean of their scores, and their mean cost."""
    if not runs:
        return {"n": 0}
    interval = stratified_bootstrap(np.asarray([[run["score"]] for run in runs]))  # of (runs, 1)
    return {
        "n": len(runs),
        "score": {"iqm": interval.estimate, "low": interval.low, "high": interval.high},
        "training_cpu_seconds": float(np.mean([run["training_cpu_seconds"] for run in runs])),
    }


def _trials(planned: PlannedAgent, results: dict[str, Result]) -> list[dict[str, Any]]:
    """What was tried before the runs, failed trainings too."""
    return [
        {
            "settings": draw,
            "seed": trial.seed,
            "updates": trial.updates,
            "score": None if "failed" in result else main_test(trial, result)["score"],
            "training_cpu_seconds": result.get("training_cpu_seconds"),
        }
        for draw, trial in zip(planned.draws, planned.trials, strict=True)
        for result in [results[trial.hash]]
    ]


def _run(run: RunSpec, result: Result) -> dict[str, Any]:
    """A run: its scores at every size, its learning curve, and what the probes found."""
    metric = get_spec(run.task).metric
    return {
        "hash": run.hash,
        "seed": run.seed,
        "score": main_test(run, result)["score"],
        "metric": float(np.mean(main_test(run, result)["metrics"][metric])),
        "score_at_size": {size: test["score"] for size, test in result["tests"].items()},
        "metric_at_size": {size: float(np.mean(test["metrics"][metric])) for size, test in result["tests"].items()},
        "cannot_have_size": result["cannot_have_size"],
        "curve": result.get("curve", []),
        "training_cpu_seconds": result["training_cpu_seconds"],
        "probes": {name: result["probes"][name] for name in PROBES if name in result.get("probes", {})},
    }
