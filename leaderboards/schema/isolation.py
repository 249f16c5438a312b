"""What the process of a stranger's policy was kept from while it was evaluated, as result files say it."""

from typing import Annotated

from pydantic import Field

from leaderboards.schema.benchmark import StrictModel

Sentences = Annotated[tuple[str, ...], Field(strict=False)]


class Isolation(StrictModel):
    """A way in which policies were run."""

    program: str
    """What kept them apart, with its version; "none" where nothing did but a process of their own."""
    held: Sentences
    """What policies could not do."""
    not_held: Sentences
    """What they could have done."""


UNKNOWN = Isolation(program="unknown", held=(), not_held=("it is not said: these rows are from a file of format 1",))
"""Of rows that were added to an older file."""
