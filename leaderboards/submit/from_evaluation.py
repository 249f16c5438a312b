"""An agent out of the file that `python -m leaderboards evaluate` wrote."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from leaderboards.check.weights import MAX_BYTES, MAX_CONFIG_BYTES
from leaderboards.schema.benchmark import Benchmark
from leaderboards.schema.errors import SubmissionError, short_repr
from leaderboards.schema.files import read_bytes, read_json
from leaderboards.schema.result_file import WEIGHTS, EvaluatedSeed, read_results
from leaderboards.schema.submission import COSTS, SeedResult, make_seed_result
from leaderboards.submit.draft import Draft, seeds_without_gap

logger = logging.getLogger(__name__)

ASKED = (*COSTS, "device")
"""Fields of the training that no evaluation knows; costs are by problem, or one number for all problems."""


def from_evaluation(path: Path, benchmark: Benchmark, training: Mapping[str, Any]) -> Draft:
    """All results of a file.

    Args:
        path: of the file; weights lie beside it in a folder.
        benchmark: what is submitted to.
        training: `ASKED`, and commands if there are any besides the evaluation's.

    Raises:
        ValueError: The file is damaged, of another benchmark, or something is missing in `training`.
    """
    file = read_results(path)
    if file.benchmark != benchmark.name:
        raise ValueError(f"source must be evaluated on benchmark {benchmark.name}, got {short_repr(file.benchmark)}")
    missing = [name for name in ASKED if training.get(name) in (None, {})]
    if missing:
        raise ValueError(f"training must have {', '.join(ASKED)}, got nothing of {', '.join(missing)}")
    rows = _rows(file.rows, benchmark)
    entered = list(dict.fromkeys(row.problem for row in rows))
    return Draft(
        agent=file.policy.rpartition(":")[2],
        fields={
            "title": file.policy,
            "about": file.policy,
            "agent": {"source": file.source, "description": file.policy},
            "training": {
                **training,
                **{name: _for_all(training[name], entered) for name in COSTS},
                "commands": list(dict.fromkeys([*training.get("commands", ()), file.command])),
                "versions": file.versions,
            },
        },
        rows=rows,
        weights={sha: _pair(path.parent / WEIGHTS, sha) for sha in {row.weights_sha256 for row in rows} if sha},
    )


def _rows(found: Iterable[EvaluatedSeed], benchmark: Benchmark) -> list[SeedResult]:
    """Rows that a submission can have; a line for every problem and size that is not among them."""
    runs: dict[str, dict[int, dict[int, EvaluatedSeed]]] = defaultdict(lambda: defaultdict(dict))
    for row in found:
        runs[row.problem][row.training_seed][row.size] = row
    made = []
    for problem in benchmark.problems:
        trained = {seed: sizes for seed, sizes in runs[problem.name].items() if problem.train_size in sizes}
        kept = seeds_without_gap(trained, problem.name)
        if not kept:
            logger.warning(f"{problem.name}: not evaluated at size {problem.train_size}, which it is trained at")
            continue
        if len(kept) < benchmark.min_seeds:
            few = f"{len(kept)} training seeds, where an entry needs {benchmark.min_seeds} to be ranked"
            logger.warning(f"{problem.name}: {few}")
        sizes = [size for size in problem.sizes if all(size in trained[seed] for seed in kept)]
        left = [str(size) for size in problem.sizes if size not in sizes]
        if left:
            missing = f"{problem.size_name} {', '.join(left)}"
            logger.warning(f"{problem.name}: without {missing}, not evaluated for every training seed")
        rows = [trained[seed][size] for seed in kept for size in sizes]
        made += [make_seed_result(benchmark.name, **row.model_dump()) for row in rows]
    if not made:
        raise ValueError(f"source must hold problems of benchmark {benchmark.name}, got {', '.join(runs) or 'none'}")
    return made


def _for_all(value: Any, entered: list[str]) -> Any:
    """A number for every problem entered."""
    return dict(value) if isinstance(value, Mapping) else dict.fromkeys(entered, value)


def _pair(folder: Path, sha: str) -> tuple[bytes, Any]:
    try:
        weights = read_bytes(folder / f"{sha}.safetensors", f"{WEIGHTS}/{sha}.safetensors", MAX_BYTES)
        return weights, read_json(folder / f"{sha}.json", f"{WEIGHTS}/{sha}.json", MAX_CONFIG_BYTES)
    except SubmissionError as error:
        raise ValueError(f"source must have its weights beside it: {error}") from error
