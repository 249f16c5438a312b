"""What is in the folder of a run: `run.json`, and the files of its probes, its progress and its agent."""

import hashlib
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import ConfigDict, Field, model_validator

from badger_envs.core.task import Task
from badger_envs.registry import get_spec
from baselines.results.data import Data
from baselines.results.grid import GridResult, GridSettings

RUN_FILE, AGENT_FILE = "run.json", "agent.json"


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
    grids: tuple[GridSettings, ...] = ()

    @property
    def bins(self) -> int | None:
        """Values that each entry of an action is chosen from; None for all."""
        return self.outer_loop.bins if self.outer_loop else None

    def make_task(self) -> Task[Any]:
        """What was trained on."""
        return get_spec(self.task).make_task(**self.arguments)


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
    """What a probe found: scores, or what else its row says, where something was done to the agent or its episode."""

    hash_needed: ClassVar[bool] = True

    x: tuple[float, ...]
    """How much of it; empty where this agent can't be probed."""
    score: tuple[float, ...]
    trained: float | None
    """The x at which the agent was trained."""
    others: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    """Other lines at the same x, by name; like `facts` and `words` not in files that were written before."""
    facts: dict[str, float] = Field(default_factory=dict)
    """Single numbers by name."""
    words: str = ""
    """What it comes to in a few words, where the probe has some."""

    @model_validator(mode="after")
    def _paired(self) -> Self:
        for name, line in {"score": self.score, **self.others}.items():
            if len(self.x) != len(line):
                raise ValueError(f"{name} must have the {len(self.x)} points of x, got {len(line)}")
        return self


class StoredProbe(ProbeCurve):
    """A probe in a file of its own."""

    run: str | None = None
    """Hash of the run that was asked; files that were written before lack it."""


class EvaluationResult(Data):
    """A test at one size, as `badger_envs.evaluation.Result` says it."""

    id: str
    arguments: dict[str, Any]
    episode_set: str
    first_episode: int
    episodes: int
    chance: float
    reference: float
    score: float | None
    """None where the reference is no better than chance, as for a robot of one module, which can only stand."""
    returns: tuple[float, ...]
    metrics: dict[str, tuple[float, ...]]
    mean_reward_of_step: tuple[float, ...]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name, values in {"returns": self.returns, **self.metrics}.items():
            if not len(values) == self.episodes > 0:
                raise ValueError(f"{name} must be of the {self.episodes} episodes, got {len(values)}")
        return self

    def mean(self, metric: str) -> float:
        """Mean of a metric over the episodes."""
        return float(np.mean(self.metrics[metric]))


class RunResult(Data):
    """What is in `run.json`: everything that a run gave, or why it gave nothing."""

    hash_needed: ClassVar[bool] = True

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
    agent_sha256: str | None = None
    """Hash of `agent.json`, which has that of the weights; None for a handcrafted policy."""
    curve: tuple[CurvePoint, ...] = ()
    tests: dict[int, EvaluationResult] = Field(default_factory=dict)
    """By size."""
    cannot_have_size: tuple[int, ...] = ()
    probes: dict[str, ProbeCurve] = Field(default_factory=dict)
    """By name. Each has a file of its own; in `run.json` there are none."""
    grids: tuple[GridResult, ...] = ()
    """Without those that the agent can't have."""
    set_aside: tuple[str, ...] = ()
    """Stored files that could not be used and why, a line for each; in `run.json` there are none."""


class SavedAgent(Data):
    """What is in `agent.json`; other fields as `agents.save_agent` writes them."""

    model_config = ConfigDict(extra="allow")

    weights_sha256: str


def file_sha256(path: Path) -> str:
    """Hash of what a file holds."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
