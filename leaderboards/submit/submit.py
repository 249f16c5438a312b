"""From results to the folder of a submission: rows and weights are taken as they were written."""

import json
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leaderboards.check.check import check
from leaderboards.check.weights import FOLDER
from leaderboards.schema.benchmark import BENCHMARKS, load_benchmark
from leaderboards.schema.errors import ErrorDetails, SubmissionError, short_repr
from leaderboards.schema.locks import remove_leftovers
from leaderboards.schema.submission import FILE, FORMAT, Submission, folders, parse, read_submissions, signed, to_bytes
from leaderboards.submit.draft import Draft
from leaderboards.submit.from_evaluation import from_evaluation


def submit(
    source: Path,
    *,
    root: Path,
    agent: str | None = None,
    training: Mapping[str, Any] | None = None,
    benchmark: str = "v1",
    benchmarks: Path = BENCHMARKS,
    key: Ed25519PrivateKey | None = None,
    **fields: Any,
) -> Path:
    """Make a submission, whole or not at all. Whatever is missing or left out is logged.

    Args:
        source: a folder that `python -m baselines compare` wrote, or a file that `python -m leaderboards evaluate` did.
        root: folder of all submissions.
        agent: name of the agent, where there are results of several.
        training: what `leaderboards.submit.from_evaluation.ASKED` lists, of agents that were evaluated alone.
        benchmark, benchmarks: name of the benchmark, and the folder of its file.
        key: that signs it; without one, nobody but a maintainer can continue it.
        **fields: others of `submission.json`, such as authors and url, in place of what the results say. Those that are
            None or missing are left to the results; the date is today, the name that of the agent.

    Returns:
        The folder, `<root>/<benchmark>/<date>_<name>`.

    Raises:
        ValueError: There are no results that can be submitted.
        SubmissionError: The submission would be refused, or is there already. Nothing is written.
    """
    wanted = load_benchmark(benchmark, benchmarks)
    if source.is_dir():  # which needs baselines; checking does not
        from leaderboards.submit.from_comparison import from_comparison

        draft = from_comparison(source, wanted, agent)
    else:
        draft = from_evaluation(source, wanted, training or {})
    content = {
        "format": FORMAT,
        "suite": benchmark,
        "name": draft.agent.lower().replace("_", "-"),
        "date": datetime.now(UTC).date().isoformat(),
        "previous": None,
        **draft.fields,
        **{name: value for name, value in fields.items() if value is not None},
        "rows": [row.model_dump() for row in draft.rows],
    }
    made = parse(content)
    return _write(made if key is None else signed(made, key), draft, root, benchmarks)


def _write(submission: Submission, draft: Draft, root: Path, benchmarks: Path) -> Path:
    """Build beside, check, rename."""
    final = root / submission.benchmark / submission.folder_name
    if os.path.lexists(final):
        raise SubmissionError([ErrorDetails(".", "", f"must not be there yet, got {short_repr(final.name)}")])
    others = read_submissions(folders(root, submission.benchmark))
    aside = final.parent / f".{final.name}.{os.getpid()}.tmp"
    folder = aside / final.name
    try:
        folder.mkdir(parents=True)
        remove_leftovers(final.parent, final.name)
        (folder / FILE).write_bytes(to_bytes(submission))
        if draft.weights:
            (folder / FOLDER).mkdir()
        for sha, (weights, about) in draft.weights.items():
            (folder / FOLDER / f"{sha}.safetensors").write_bytes(weights)
            (folder / FOLDER / f"{sha}.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        errors = check(folder, others=others, benchmarks=benchmarks)
        if errors:
            raise SubmissionError(errors)
        folder.rename(final)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return final
