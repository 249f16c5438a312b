"""What is gathered of an agent before it is submitted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from leaderboards.schema.submission import SeedResult

Say = Callable[[str], None]
"""Gets a line for everything that is missing or left out."""


@dataclass(frozen=True)
class Draft:
    """All that results say of one agent on a benchmark."""

    agent: str
    """Its name."""
    title: str
    about: str
    source: Literal["badger", "own"]
    rows: Sequence[SeedResult]
    weights: Mapping[str, tuple[bytes, Any]]
    """SHA-256 -> safetensors and the plain data beside it."""
    training: dict[str, Any]
    """As in `submission.json`."""


def seeds_without_gap(found: Mapping[int, Any], about: str, say: Say) -> list[int]:
    """Training seeds 0, 1, ... up to the first that is not there; it is said which are left out for that."""
    kept: list[int] = []
    while len(kept) in found:
        kept.append(len(kept))
    left = sorted(set(found) - set(kept))
    if left:
        say(f"{about}: left out training seeds {', '.join(map(str, left))}, since there is none of {len(kept)}")
    return kept
