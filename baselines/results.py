"""The results of a comparison as types: what is in `run.json`, `result.json` and the files beside them.

This module imports neither torch nor the rest of `baselines`, so that tables, pages and the leaderboard can read
results without them. One module, although it is long: a format is read from top to bottom.
"""

import contextlib
import json
from typing import Any, Literal, Self

import numpy as np
from pydantic import ConfigDict, Field, model_validator

from baselines.data import Data
from baselines.format_2 import from_format_2

FORMAT: Literal[3] = 3
"""Of `result.json`; raise it when a field changes."""
RESULT_FILE, RUN_FILE, AGENT_FILE = "result.json", "run.json", "agent.json"
RUNS = "runs"
"""Folder beside `result.json` with a folder for each run, named by its hash."""


class StageSettings(Data):
    """A stage of a curriculum; other settings as `baselines.outer_loops.base.Stage` has them."""

    model_config = ConfigDict(extra="allow")

    sizes: tuple[int, int] | None


class OuterLoopSettings(Data):
    """Settings of an outer loop: those that are read here, and all others as the outer loop has them."""

    model_config = ConfigDict(extra="allow")

    kind: str
    learning_rate: float
    stages: tuple[StageSettings, ...]

    @property
    def bins(self) -> int | None:
        """Into how many values an action is divided; None for continuous actions."""
        bins: int | None = (self.model_extra or {}).get("bins")
        return bins

    @property
    def trained_sizes(self) -> tuple[int, ...]:
        """Smallest and largest sizes of the stages; none where every stage has the task's own."""
        return tuple(size for stage in self.stages for size in stage.sizes or ())


class Specification(Data):
    """Everything that a result is a function of, as `baselines.experiments.run.RunSpec` says it."""

    run_version: int
    badger_envs: str
    agent: str
    task: str
    arguments: dict[str, Any]
    seed: int
    kind: str | None
    config: dict[str, Any] | None
    policy: str | None
    outer_loop: OuterLoopSettings | None
    test_sizes: tuple[int, ...]
    episode_set: str
    episodes: int


class Costs(Data):
    """What an agent costs: static facts."""

    parameters: int
    """Numbers that the outer loop changes."""
    memory: int
    """Numbers that an episode carries on and that learning inside it can use, E * H."""
    parameters_per_memory: float
    flops_per_step: int
    """Floating-point operations of one step of one episode, counted in matrix products."""


class CurvePoint(Data):
    """A point of a learning curve; other numbers are metrics of the task at the end of an episode, means."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float]

    update: float
    """Updates done."""
    environment_steps: float
    cpu_seconds: float
    score: float
    """Mean over the training episodes of this update."""


class ProbeCurve(Data):
    """What a probe found: the score where something was done to the agent or to its episode."""

    x: tuple[float, ...]
    """How much of it; empty where this agent can't be probed."""
    score: tuple[float, ...]
    trained: float | None
    """The x at which the agent was trained."""


class EvaluationResult(Data):
    """A test at one size, as `badger_envs.evaluation.Result` says it."""

    id: str
    arguments: dict[str, Any]
    episode_set: str
    first_episode: int
    episodes: int
    chance: float
    reference: float
    score: float
    returns: tuple[float, ...]
    metrics: dict[str, tuple[float, ...]]
    mean_reward_of_step: tuple[float, ...]

    def mean(self, metric: str) -> float:
        """Mean of a metric over the episodes."""
        return float(np.mean(self.metrics[metric]))


class RunResult(Data):
    """What is in `run.json`: everything that a run gave, or why it gave nothing."""

    hash: str
    specification: Specification
    failure: str | None = None
    """The traceback of a run that raised; such a result holds nothing else."""
    device: str = ""
    training_cpu_seconds: float = 0.0
    environment_steps: int = 0
    """Of the training; 0 for a handcrafted policy, as are the episodes."""
    episodes: int = 0
    costs: Costs | None = None
    curve: tuple[CurvePoint, ...] = ()
    tests: dict[int, EvaluationResult] = Field(default_factory=dict)
    """By size."""
    cannot_have_size: tuple[int, ...] = ()
    probes: dict[str, ProbeCurve] = Field(default_factory=dict)
    """By name. Each has a file of its own; in `run.json` there are none."""


class Failure(Data):
    """A run that raised."""

    hash: str
    title: str
    traceback: str


class TrialResult(Data):
    """A run of the tuning."""

    settings: dict[str, float]
    """What was tried."""
    seed: int
    updates: int
    score: float | None
    """On validation episodes; None where it failed."""
    training_cpu_seconds: float | None


class Interval(Data):
    """An estimate and its 95 % bootstrap interval."""

    estimate: float
    low: float
    high: float


class RunSummary(Data):
    """A run that counts, without its single episodes."""

    hash: str
    seed: int
    score: float
    """At the size that it was trained at."""
    metric: float
    """The task's metric there, mean over the episodes."""
    score_at_size: dict[int, float]
    metric_at_size: dict[int, float]
    cannot_have_size: tuple[int, ...]
    curve: tuple[CurvePoint, ...]
    training_cpu_seconds: float
    probes: dict[str, ProbeCurve]


class AgentResult(Data):
    """What an agent did on a problem."""

    problem: str
    """Its name."""
    agent: str
    label: str
    description: str
    handcrafted: bool
    planned_runs: int
    failures: tuple[Failure, ...]
    trials: tuple[TrialResult, ...]
    runs: tuple[RunSummary, ...]
    """Those that finished, by seed."""
    score: Interval | None
    """Interquartile mean over the runs; None where there is none."""
    settings: OuterLoopSettings | None
    """Chosen by the trials; None for a handcrafted policy, and where no run finished."""
    costs: Costs | None
    episodes: int
    """Of the training of one run, like `environment_steps`."""
    environment_steps: int

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.score is None) == bool(self.runs) or (self.trained and not (self.settings and self.costs)):
            raise ValueError("must have a score where it has runs, and settings and costs where these were trained")
        return self

    @property
    def trained(self) -> bool:
        """Whether there are runs of an outer loop."""
        return bool(self.runs) and not self.handcrafted

    @property
    def training_cpu_seconds(self) -> float:
        """Of one run, mean over the runs."""
        return float(np.mean([run.training_cpu_seconds for run in self.runs]))


class Problem(Data):
    """What is the same for all agents that train by a recipe."""

    name: str
    title: str
    task: str
    """Its id."""
    arguments: dict[str, Any]
    outer_loop: str
    size_argument: str
    size: int
    """That it is trained at."""
    metric: str
    reference_returns: dict[str, float]
    """Of an episode: chance, reference and local optima, by name."""
    first_agent: str
    """That the recipe was made with: the modular agent of the verdict."""


class Machine(Data):
    """Where a command ran."""

    processors: int | None
    architecture: str
    executor: str
    jobs: int
    device: str


class Invocation(Data):
    """A command that made a part of the result."""

    command: str
    versions: dict[str, str]
    machine: Machine
    wall_seconds: float


class SearchSettings(Data):
    """The tuning, as `baselines.experiments.search.Search` says it."""

    trials: int
    seeds: int
    fraction: float


class ComparisonResult(Data):
    """What is in `result.json`."""

    format: Literal[3]
    suite: str
    suite_version: int
    description: str
    invocations: tuple[Invocation, ...]
    problems: tuple[Problem, ...]
    search: SearchSettings
    agents: tuple[AgentResult, ...]
    """Problem by problem."""

    @classmethod
    def from_json(cls, content: str | bytes, file: str) -> Self:
        """What `result.json` says, of this format or of format 2."""
        plain = None
        with contextlib.suppress(ValueError):  # what is no JSON is refused below
            plain = json.loads(content)
        if isinstance(plain, dict) and plain.get("format") == 2:
            content = json.dumps(from_format_2(plain, file))
        return super().from_json(content, file)

    @model_validator(mode="after")
    def _known_problems(self) -> Self:
        if unknown := {agent.problem for agent in self.agents} - {problem.name for problem in self.problems}:
            raise ValueError(f"agents must be on the problems of the result, got {', '.join(sorted(unknown))}")
        return self

    def on(self, problem: Problem) -> list[AgentResult]:
        """Everybody on a problem."""
        return [agent for agent in self.agents if agent.problem == problem.name]


class SavedAgent(Data):
    """What is in `agent.json`; other fields as `agents.save_agent` writes them."""

    model_config = ConfigDict(extra="allow")

    weights_sha256: str
