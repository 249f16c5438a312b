"""What is in `result.json`: the result of a comparison."""

import contextlib
import json
from typing import Any, Literal, Self

import numpy as np
from pydantic import model_validator

from baselines.results.data import Data, Name
from baselines.results.format_2 import from_format_2
from baselines.results.grid import GridResult
from baselines.results.making import Invocation, SearchSettings
from baselines.results.run import Costs, CurvePoint, OuterLoopSettings, ProbeCurve

FORMAT: Literal[3] = 3
"""Of `result.json`; raise it when a field changes."""
RESULT_FILE = "result.json"
RUNS = "runs"
"""Folder beside `result.json` with a folder for each run, named by its hash."""


class Failure(Data):
    """A run that raised."""

    hash: Name
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
    low: float | None
    """None, like `high`, for a single run, which has no interval."""
    high: float | None


class RunSummary(Data):
    """A run that counts, without its single episodes."""

    hash: Name
    seed: int
    score: float
    """At the size that it was trained at; where it was trained with several, the mean over those."""
    metric: float
    """The task's metric at the problem's own size, mean over the episodes."""
    score_at_size: dict[int, float]  # without sizes that have no score
    metric_at_size: dict[int, float]
    cannot_have_size: tuple[int, ...]
    curve: tuple[CurvePoint, ...]
    training_cpu_seconds: float
    probes: dict[str, ProbeCurve]
    grids: tuple[GridResult, ...] = ()


class AgentResult(Data):
    """What an agent did on a problem."""

    problem: Name
    """Its name."""
    agent: Name
    label: str
    description: str
    handcrafted: bool
    family: str = ""
    """Name of its family; empty where the suite has none."""
    chosen: bool = True
    """Whether it stands for its family, by validation episodes."""
    planned_runs: int
    failures: tuple[Failure, ...]
    trials: tuple[TrialResult, ...]
    runs: tuple[RunSummary, ...]
    """Those that finished, by seed."""
    score: Interval | None
    """Interquartile mean over the planned runs, in which failed ones count; None where no run finished."""
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
        if len({tuple(grid.points for grid in run.grids) for run in self.runs}) > 1:
            raise ValueError("must have the same grids in all runs")
        if len({tuple(sorted(run.metric_at_size)) for run in self.runs}) > 1:
            raise ValueError("must have the same sizes in metric_at_size of all runs")
        return self

    @property
    def failed_runs(self) -> int:
        """How many runs that count were planned and did not finish."""
        return max(self.planned_runs - len(self.runs), 0)

    @property
    def count(self) -> str:
        """How many runs finished, and of how many where some failed."""
        return f"{len(self.runs)} of {self.planned_runs}" if self.failed_runs else str(len(self.runs))

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

    name: Name
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
    """That the recipe was made with: the modular agent of the verdict where there are no families."""
    trained_sizes: tuple[int, ...] = ()
    """Of those tested, the ones that are trained with; empty for its own alone."""
    left_out: tuple[int, ...] = ()
    """Sizes between these that are not."""

    @property
    def inside(self) -> tuple[int, ...]:
        """Sizes of the tests that are trained with."""
        return self.trained_sizes or (self.size,)


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
        if isinstance(plain, dict) and plain.get("format") == 2 and type(plain.get("format")) is int:
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
