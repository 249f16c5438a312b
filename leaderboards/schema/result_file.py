"""The file that the evaluator writes and `python -m leaderboards submit` reads: raw returns and where they are from."""

import json
import os
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from badger_envs.core.files import write_whole
from badger_envs.evaluation import versions
from leaderboards.schema.benchmark import Benchmark, Identifier, StrictModel
from leaderboards.schema.errors import SubmissionError, short_repr
from leaderboards.schema.fields import validate
from leaderboards.schema.files import read_json
from leaderboards.schema.isolation import UNKNOWN, Isolation
from leaderboards.schema.submission import SeedResult, Sha256

FORMAT = 2
"""Of what is written; files of format 1 are read as well."""
WEIGHTS = "weights"
"""Folder beside a result file, where the weights of agents of this project are copied to, named by their hash."""
MAX_BYTES = 64 * 2**20
"""Of a result file."""
JOINED = " && "
"""Between commands."""


class EvaluatedSeed(StrictModel):
    """A row of a result file."""

    problem: Identifier
    size: Annotated[int, Field(ge=1)]
    training_seed: Annotated[int, Field(ge=0)]
    weights_sha256: Sha256 | None
    returns: Annotated[tuple[float, ...], Field(strict=False, min_length=1)]


class ResultFile(StrictModel):
    """What `write_results` writes."""

    format: Annotated[int, Field(ge=1, le=FORMAT)]
    benchmark: Annotated[Identifier, Field(alias="suite")]
    source: Literal["badger", "own"]
    policy: str
    """Kind of agent, or module:factory."""
    command: str
    """Command that wrote it; several are joined as in a shell."""
    versions: dict[str, str]
    rows: Annotated[tuple[EvaluatedSeed, ...], Field(strict=False, min_length=1)]
    isolation: Annotated[tuple[Isolation, ...], Field(strict=False)] = ()
    """What kept the policy apart, each way in which some rows were made; none where only code of the checkout ran, or
    where the file is of format 1, which does not say it."""

    @property
    def commands(self) -> list[str]:
        """Those that were joined."""
        return self.command.split(JOINED)


def write_results(
    path: str | os.PathLike[str],
    rows: Iterable[SeedResult],
    *,
    benchmark: Benchmark,
    source: str,
    policy: str,
    command: str,
    weights: Mapping[str, tuple[Path, Path]] | None = None,
    isolation: Iterable[Isolation] = (),
) -> Path:
    """Write a result file, whole or not at all, or add to the one that is there.

    Rows of a problem and training seed that are in the file already are replaced, all sizes at once.

    Args:
        path: of the JSON file; its folder must exist.
        rows: of `evaluate_benchmark`.
        benchmark: that they are of.
        source: "badger" or "own".
        policy: what it is called.
        command: that made them.
        weights: SHA-256 -> files with the weights and with kind and config, which are copied into the folder `weights`
            beside the file.
        isolation: what kept the policy apart.

    Returns:
        The path.

    Raises:
        ValueError: There is no row, or the file that is there is damaged or of another policy, benchmark or version.
    """
    out, new = Path(path), list(rows)
    before = read_to_extend(out, benchmark.name, source, policy)
    replaced = {(row.problem, row.training_seed) for row in new}
    kept = [row for row in before.rows if (row.problem, row.training_seed) not in replaced] if before else []
    order = [problem.name for problem in benchmark.problems]
    libraries = ("mujoco", "torch") if source == "badger" else ("mujoco",)
    added = [EvaluatedSeed(**row.model_dump(exclude={"sha256"})) for row in new]
    together = sorted([*kept, *added], key=lambda row: (order.index(row.problem), row.training_seed, row.size))
    content = {
        "format": FORMAT,
        "suite": benchmark.name,
        "source": source,
        "policy": policy,
        "command": JOINED.join(dict.fromkeys([*(before.commands if before else ()), command])),
        "versions": versions() | {name: version(name) for name in libraries},
        "rows": [row.model_dump(mode="json") for row in together],
        "isolation": [way.model_dump() for way in dict.fromkeys([*_isolation(before), *isolation])],
    }
    _validate(content, out)
    for sha, (tensors, config) in (weights or {}).items():
        (out.parent / WEIGHTS).mkdir(exist_ok=True)
        write_whole(out.parent / WEIGHTS / f"{sha}.safetensors", tensors.read_bytes())
        write_whole(out.parent / WEIGHTS / f"{sha}.json", config.read_bytes())
    write_whole(out, (json.dumps(content, allow_nan=False) + "\n").encode())
    return out


def read_results(path: Path) -> ResultFile:
    """What `write_results` wrote.

    Raises:
        ValueError: The file is missing, damaged, or something else.
    """
    return _validate(read_json(path, path.name, MAX_BYTES), path)


def read_to_extend(path: Path, benchmark: str, source: str, policy: str) -> ResultFile | None:
    """Content of a file that results are to be added to; None if there is no file.

    Raises:
        ValueError: It is damaged, or of another policy, benchmark or version of the environments.
    """
    if not os.path.lexists(path):
        return None
    found = read_results(path)
    own = {"suite": benchmark, "source": source, "policy": policy, "badger_envs": versions()["badger_envs"]}
    there = {**found.model_dump(), "badger_envs": found.versions["badger_envs"]}
    for name, value in own.items():
        if there[name] != value:
            reason = f"{name} must be {value!r} to add to this file, got {short_repr(there[name])}"
            raise ValueError(f"{path.name}: {reason}")
    return found


def _isolation(before: ResultFile | None) -> tuple[Isolation, ...]:
    """What kept the policy apart when the rows were made that are there already."""
    if before is not None and before.format == 1 and before.source == "own":
        return (UNKNOWN,)
    return before.isolation if before else ()


def _validate(content: Any, path: Path) -> ResultFile:
    try:
        return validate(ResultFile, content, path.name)
    except SubmissionError as error:
        raise ValueError(str(error.errors[0])) from None
