"""How a result came about: the commands, the machines and the tuning."""

from baselines.results.data import Data


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
