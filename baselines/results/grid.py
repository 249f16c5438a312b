"""Grids of tests, as specifications and results have them."""

from typing import Literal, Self

from pydantic import model_validator

from baselines.results.data import Data


class GridSettings(Data):
    """A grid of tests, as `baselines.experiments.grid.Grid` says it."""

    axis: str
    values: tuple[int, ...]
    sizes: tuple[int, ...]
    episodes: int


class GridResult(Data):
    """What a grid of tests found."""

    axis: Literal["experts", "steps"]
    """What varies besides the size."""
    episodes: int
    """At each point."""
    metric: dict[int, dict[int, float]]
    """Mean of the task's metric at the end of an episode, by value on the axis and by size."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.metric or len({tuple(by_size) for by_size in self.metric.values()}) > 1:
            raise ValueError("metric must have a value on the axis, and the same sizes at each")
        return self

    @property
    def points(self) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
        """Where it was tested: the axis, values on it, and sizes."""
        return self.axis, tuple(self.metric), tuple(next(iter(self.metric.values())))
