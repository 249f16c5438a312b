"""What a submission says of its agent, and of how that was trained."""

from collections.abc import Callable, Iterable
from typing import Annotated, Literal

from pydantic import Field

from leaderboards.schema.benchmark import Identifier, StrictModel
from leaderboards.schema.fields import Amount, CurvePoint, LongText, Package, Seconds, ShortText


class Agent(StrictModel):
    """The agent."""

    source: Literal["badger", "own"]
    """"badger" for an agent of this project, whose weights are part of the submission; "own" for any other."""
    description: LongText


class Training(StrictModel):
    """How the agent was trained."""

    commands: Annotated[tuple[LongText, ...], Field(strict=False, min_length=1, max_length=50)]
    """Running them gives the same results."""
    versions: Annotated[dict[Package, ShortText], Field(max_length=50)]
    """Of what the numbers were made with; "badger_envs" is one of them."""
    environment_steps: dict[Identifier, Amount]
    """Of one training, the mean over seeds, by problem."""
    cpu_seconds: dict[Identifier, Seconds]
    """Of one training, the mean over seeds, by problem."""
    parameters: dict[Identifier, Amount]
    """Number of trained parameters, by problem."""
    device: ShortText
    """Where it was trained."""
    curves: dict[Identifier, Annotated[tuple[CurvePoint, ...], Field(strict=False, max_length=100)]] = Field(
        default_factory=dict
    )
    """By problem, environment steps and the score while it was trained, the mean over seeds. Shown only: they
    are measured on training episodes and cannot be checked, so nothing is ranked by them."""


COSTS: dict[str, Callable[[Iterable[float]], float]] = {
    "parameters": max, "environment_steps": sum, "cpu_seconds": sum,
}  # fmt: skip
"""Fields of `Training` with a number for each problem, and what makes one number of all problems."""
