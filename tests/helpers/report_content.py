"""Results of a comparison that nobody ran, small and with everything that can go wrong, for tests of the report."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from agents import build_agent, save_agent
from baselines.analysis.failures import interquartile_score, with_scores
from baselines.analysis.summary import make_problem
from baselines.experiments.recipes import RECIPES
from baselines.experiments.run import RunSpec
from baselines.perturbations.probes import PROBES
from baselines.results.comparison import (
    FORMAT,
    RUNS,
    AgentResult,
    ComparisonResult,
    Failure,
    Problem,
    RunSummary,
    TrialResult,
)
from baselines.results.making import Invocation, Machine, SearchSettings
from baselines.results.run import (
    AGENT_FILE,
    RUN_FILE,
    Costs,
    CurvePoint,
    OuterLoopSettings,
    ProbeCurve,
    RunResult,
    file_sha256,
)

LABELS = {
    "badger": "Badger <b>&amp;</b> $x_1$",
    "badger_attention": "Badger with attention",
    "monolithic": "monolithic GRU",
    "shared": "shared, no messages",
}
POINTS = 12
SETTINGS = {"kind": "bptt", "updates": 120, "learning_rate": 0.004, "stages": [{"until": 1.0, "sizes": None}]}


def make_run(of: Problem, agent: str, seed: int, score: float) -> RunSummary:
    """A run; all its numbers follow from the score."""
    many = agent != "monolithic"
    sizes = {of.size + more: score - 0.1 * more for more in ((0, 1, 2) if many else (0,))}
    xs = {name: [] for name in PROBES} | {"life": [1, 3, 10], "switch": [1, 2, 3], "forget": [0, 0.5, 1]}
    if agent.startswith("badger"):  # it has messages
        xs |= {"cut": [0, 1, 2], "noise": [0, 0.1, 1], "delay": [0, 1, 2], "rounds": [0, 1, 2]}
    curve = [
        CurvePoint(update=10 * step, environment_steps=1e4 * step, cpu_seconds=0.3 * step, score=score * step / POINTS)
        for step in range(1, POINTS + 1)
    ]
    probes = {
        name: {"x": x, "score": [score - 0.2 * place for place in range(len(x))], "trained": x[0] if x else None}
        for name, x in xs.items()
    }
    return RunSummary(
        hash=f"{agent}{seed}{of.name}", seed=seed, score=score, metric=1.0 - score, score_at_size=sizes,
        metric_at_size={size: 1.0 - value for size, value in sizes.items()},
        cannot_have_size=() if many else (of.size + 1, of.size + 2), curve=tuple(curve), training_cpu_seconds=3.6,
        probes={name: ProbeCurve.of(probe) for name, probe in probes.items()},
    )  # fmt: skip


def make_agent(of: Problem, name: str, scores: list[float], *, planned: int | None = None) -> AgentResult:
    """An agent on a problem with a run of each of these scores."""
    return agent_of(of, name, [make_run(of, name, seed, score) for seed, score in enumerate(scores)], planned=planned)


def agent_of(of: Problem, name: str, runs: list[RunSummary], *, planned: int | None = None) -> AgentResult:
    """An agent on a problem with these runs."""
    label, handcrafted = LABELS.get(name, name.replace("_", " ")), name in ("chance", "reference")
    missing = (planned or len(runs)) - len(runs)
    if handcrafted:
        runs = [run.model_copy(update={"probes": {}, "curve": ()}) for run in runs]
    failures = [
        Failure(hash=f"lost{name}{i}", title=f"{of.name}: {name}", traceback="ValueError: <script>no</script>")
        for i in range(missing)
    ]
    trials = [
        TrialResult(settings={"learning_rate": rate}, seed=1000, updates=60, score=score, training_cpu_seconds=seconds)
        for rate, score, seconds in ((0.002, None, None), (0.004, 0.25, 1.5))
    ]
    trained = bool(runs) and not handcrafted
    return AgentResult(
        problem=of.name, agent=name, label=label, description=f"what {label} is", handcrafted=handcrafted,
        planned_runs=planned or len(runs), failures=tuple(failures), trials=() if handcrafted else tuple(trials),
        runs=tuple(runs), score=interquartile_score([run.score for run in runs]) if runs else None,
        settings=OuterLoopSettings.of(SETTINGS) if trained else None,
        costs=Costs(parameters=8000, memory=96, parameters_per_memory=83.3, flops_per_step=46000) if trained else None,
        episodes=960 if trained else 0, environment_steps=120_000 if trained else 0,
    )  # fmt: skip


def make_result(problems: Iterable[Problem], agents: Iterable[AgentResult]) -> ComparisonResult:
    """The result of a comparison."""
    machine = Machine(processors=2, architecture="x86_64", executor="processes", jobs=1, device="cpu")
    command = "python -m baselines compare --suite synthetic"
    made = Invocation(command=command, versions={"numpy": "2.0"}, machine=machine, wall_seconds=1.5)
    return ComparisonResult(
        format=FORMAT, suite="synthetic", suite_version=1, description="made up", invocations=(made,),
        problems=tuple(problems), search=SearchSettings(trials=2, seeds=1, fraction=0.5),
        agents=with_scores(list(agents)),
    )  # fmt: skip


def synthetic_result() -> ComparisonResult:
    """Two problems that all agents but one are on, one with a failed rival, one with a single agent."""
    generator = np.random.default_rng(0)

    def around(score: float, runs: int = 5) -> list[float]:
        return [round(float(value), 6) for value in score + 0.02 * generator.standard_normal(runs)]

    problems = [make_problem(RECIPES[name]) for name in ("xor3", "guessing", "reacher_tips", "xor")]
    xor, guessing, reacher, alone = problems
    return make_result(
        problems,
        [
            make_agent(xor, "badger", around(0.9)),
            make_agent(xor, "monolithic", around(0.4)),
            make_agent(xor, "shared", around(0.1)),
            make_agent(xor, "reference", [1.0]),
            make_agent(guessing, "badger", around(0.8)),
            make_agent(guessing, "monolithic", around(0.95, 4), planned=5),
            make_agent(guessing, "shared", around(-1.5)),
            make_agent(guessing, "commnet", around(0.7)),
            make_agent(reacher, "badger_attention", around(0.6)),
            make_agent(reacher, "monolithic", around(0.2)),
            make_agent(reacher, "shared", around(0.5)),
            make_agent(reacher, "badger", [], planned=5),
            make_agent(alone, "badger", around(0.3, 1)),
        ],
    )


def write_run(folder: Path, hash: str, recipe: str, kind: str = "Badger") -> Path:
    """A run of a recipe with an agent that never learned anything."""
    own, task = RECIPES[recipe], RECIPES[recipe].make_task()
    actions = task.port_actions * (own.outer_loop.bins or 1)
    torch.manual_seed(0)
    run = folder / RUNS / hash
    save_agent(build_agent(kind, {"port_features": task.port_features, "port_actions": actions}), run)
    specification = RunSpec("nobody", own.task, own.arguments, 0, kind, outer_loop=own.outer_loop).specification()
    sha256 = file_sha256(run / AGENT_FILE)
    RunResult(hash=hash, specification=specification, agent_sha256=sha256).write(run / RUN_FILE)
    return run
