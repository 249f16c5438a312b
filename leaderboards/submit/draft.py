"""A submission in the making."""

import itertools
import logging
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboards.schema.submission import SeedResult

logger = logging.getLogger(__name__)

PRIVATE_OPTION = "--out"
"""Of commands: it says where files lie on somebody's machine, and nothing about the results."""


@dataclass(frozen=True)
class Draft:
    """Results of one agent on a benchmark."""

    agent: str
    """Its name."""
    fields: Mapping[str, Any]
    """Fields of `submission.json` that the results give: title, about, agent, training."""
    rows: Sequence[SeedResult]
    weights: Mapping[str, tuple[bytes, Any]]
    """SHA-256 -> safetensors and the plain data beside it."""


def seeds_without_gap(found: Mapping[int, Any], problem: str) -> list[int]:
    """Training seeds 0, 1, ... up to the first that is missing; those behind it are logged."""
    kept: list[int] = []
    while len(kept) in found:
        kept.append(len(kept))
    left = sorted(set(found) - set(kept))
    if left:
        logger.warning(
            f"{problem}: left out training seeds {', '.join(map(str, left))}, since there is none of {len(kept)}"
        )
    return kept


def public_command(command: str) -> str:
    """A command without where its results went."""
    pairs = itertools.pairwise(["", *shlex.split(command)])
    kept = [word for before, word in pairs if PRIVATE_OPTION not in (before, word.partition("=")[0])]
    return shlex.join(kept)
