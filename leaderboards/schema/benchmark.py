"""A benchmark: the problems of a board, each with the sizes it is tested at and what returns mean there.

A benchmark never changes once it is published. Another version is another file, with a board of its own.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

BENCHMARKS = Path(__file__).parent
"""Where the benchmarks lie that we ship."""
IDENTIFIER = r"^[a-z0-9]+(_[a-z0-9]+)*$"
"""Names of benchmarks and problems: safe in a path, whatever the system."""

PUBLISHED = {"v1": "2026-11-21"}
"""Name of a benchmark -> the day of its publication: nothing was submitted before. Its file never changes."""
RENAMED: dict[str, dict[str, str]] = {"Badger/ModularRobot-v0": {"trials": "inner_episodes"}}
"""Id -> argument that a published benchmark may name -> what the task calls it now."""
DROPPED: dict[str, dict[str, Any]] = {"Badger/Routing-v0": {"topology": "direct"}}
"""Id -> argument that a published benchmark may name and the task no longer takes -> the value that it must have."""

Number = Annotated[float, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=1)]
Identifier = Annotated[str, Field(pattern=IDENTIFIER, max_length=40)]


class StrictModel(BaseModel):
    """Plain data of known keys. Numbers are numbers: no NaN, no infinity, no "1.0", no true."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, serialize_by_alias=True)


class Size(StrictModel):
    """A problem at one size."""

    arguments: dict[str, Any]
    """All arguments of the task, defaults included."""
    episodes: Count
    """How many there are in a test."""
    first_episode: Annotated[int, Field(ge=0)]
    """They are numbered first_episode, first_episode + 1, ... in the benchmark's set."""
    horizon: Count
    """Steps in an episode (T)."""
    lowest: Number
    """No episode can return less."""
    highest: Number
    """No episode can return more."""
    chance: Number
    """Return of the best blind policy: score 0."""
    reference: Number
    """Return of the handcrafted reference policy: score 1."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.lowest <= self.chance < self.reference <= self.highest:
            raise ValueError("must have lowest <= chance < reference <= highest")
        return self


class BenchmarkProblem(StrictModel):
    """A task as it is trained on, and the sizes that it is tested at."""

    name: Identifier
    """As in submissions."""
    id: str
    """Of the environment."""
    arguments: dict[str, Any]
    """Of the task that is trained on."""
    size_name: str
    """The argument that changes the number of ports."""
    train_size: Count
    """Its value in training."""
    metric: str
    """The task's metric that people look at besides the return."""
    sizes: dict[int, Size]
    """By value of the argument `size_name`; the train size is one of them."""
    trained_sizes: Annotated[tuple[Count, ...], Field(strict=False)] = ()
    """Of these, the ones that are trained with, where it is a range; empty for the train size alone."""

    @model_validator(mode="after")
    def _has_its_train_size(self) -> Self:
        if self.train_size not in self.sizes:
            raise ValueError(f"must have the train size {self.train_size} among its sizes, got {sorted(self.sizes)}")
        if unknown := set(self.trained_sizes) - set(self.sizes):
            raise ValueError(f"must have its trained sizes among its sizes, got {sorted(unknown)}")
        if self.trained_sizes and self.train_size not in self.trained_sizes:
            raise ValueError(f"must have the train size {self.train_size} among its trained sizes")
        return self

    @property
    def ranked_sizes(self) -> tuple[int, ...]:
        """Sizes whose mean score is ranked: those of the training, which every kind of agent can have."""
        return self.trained_sizes or (self.train_size,)


class Benchmark(StrictModel):
    """The problems that a board ranks entries on."""

    format: Annotated[int, Field(ge=1, le=1)]
    name: Identifier
    """As in `<name>.json`."""
    episode_set: Literal["TEST"]
    """Set that the episodes are of."""
    min_seeds: Annotated[Count, Field(alias="least_seeds")]
    """Training seeds on every problem that an entry needs to be ranked."""
    problems: Annotated[tuple[BenchmarkProblem, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _has_each_problem_once(self) -> Self:
        names = [problem.name for problem in self.problems]
        if len(set(names)) < len(names):
            raise ValueError(f"must have each problem once, got {names}")
        return self

    def problem(self, name: str) -> BenchmarkProblem:
        """The problem of a name.

        Raises:
            ValueError: There is none.
        """
        for problem in self.problems:
            if problem.name == name:
                return problem
        known = ", ".join(problem.name for problem in self.problems)
        raise ValueError(f"problem must be one of {known}, got {name!r}")

    @staticmethod
    def names(folder: Path = BENCHMARKS) -> list[str]:
        """Names of the benchmarks in a folder; by default of those that are shipped."""
        return sorted(path.stem for path in folder.glob("*.json"))

    def score(self, problem: str, size: int, value: float) -> float:
        """Normalised score of a return: 0 at chance, 1 at the reference, never clipped."""
        level = self.problem(problem).sizes[size]
        return (value - level.chance) / (level.reference - level.chance)


@cache
def load_benchmark(name: str, folder: Path = BENCHMARKS) -> Benchmark:
    """A benchmark that is stored as `<name>.json`.

    Args:
        name: of the benchmark.
        folder: where benchmarks lie.

    Raises:
        ValueError: There is no benchmark of that name, or its file is no benchmark.
    """
    names = Benchmark.names(folder)
    if name not in names:
        raise ValueError(f"benchmark must be one of {', '.join(names)}, got {name!r}")
    benchmark = Benchmark.model_validate_json((folder / f"{name}.json").read_bytes())
    if benchmark.name != name:
        raise ValueError(f"{name}.json must hold the benchmark {name}, got {benchmark.name}")
    return benchmark.model_copy(update={"problems": tuple(_current_problem(problem) for problem in benchmark.problems)})


def current_arguments(id: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as the task of an id takes them today, from those of any time.

    Raises:
        ValueError: An argument that was dropped has another value than the one that the task now always has.
    """
    dropped, renamed = DROPPED.get(id, {}), RENAMED.get(id, {})
    for name, value in dropped.items():
        if arguments.get(name, value) != value:
            raise ValueError(f"{name} of {id} must be {value!r} or left out, got {arguments[name]!r}")
    return {renamed.get(name, name): value for name, value in arguments.items() if name not in dropped}


def _current_problem(problem: BenchmarkProblem) -> BenchmarkProblem:
    sizes = {
        number: size.model_copy(update={"arguments": current_arguments(problem.id, size.arguments)})
        for number, size in problem.sizes.items()
    }
    arguments = current_arguments(problem.id, problem.arguments)
    return problem.model_copy(update={"arguments": arguments, "sizes": sizes})
