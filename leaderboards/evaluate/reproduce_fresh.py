"""The board's own run: all rows of a submission on fresh episodes that it could not choose, and that anybody can check.

The secret that draws the episodes was committed to before the submission's date, see `leaderboards.schema.commitments`;
it and every return that was found are published in `reproduction.json`, whatever the outcome. See
`leaderboards.check.evidence` for what a reader checks of it.
"""

from collections.abc import Mapping
from pathlib import Path

from badger_envs.evaluation import versions
from leaderboards.check.evidence import used_secrets
from leaderboards.evaluate.equivalence_test import compare, describe_result
from leaderboards.evaluate.reproduce import Report, reproduce
from leaderboards.evaluate.run_rows import read_runnable, run_rows
from leaderboards.schema.benchmark import BENCHMARKS
from leaderboards.schema.commitments import first_usable, hash_secret, no_commitment, read_commitments
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.fresh_episodes import draw_for
from leaderboards.schema.reproduction import (
    FILE,
    hash_submission,
    make_reproduction,
    read_reproduction,
    write_reproduction,
)
from leaderboards.schema.result_file import EvaluatedSeed
from leaderboards.schema.status import NOT_REPRODUCED, REPRODUCED, WITHDRAWN, check_author, record, status_of
from leaderboards.schema.submission import SeedResult, make_seed_result


def reproduce_fresh(folder: Path, secrets: Mapping[str, str], by: str, *, benchmarks: Path = BENCHMARKS) -> Report:
    """Run a submission on fresh episodes and publish what was found, also where it does not agree.

    Args:
        folder: of the submission, in the folder of its benchmark in that of all submissions.
        secrets: of the board, by hash.
        by: who does it.
        benchmarks: where benchmarks lie.

    Raises:
        SubmissionError: It does not pass the check, was run on fresh episodes before, is withdrawn, can't be run, or no
            commitment is old enough. Nothing is written.
    """
    check_author(by)
    if read_reproduction(folder) is not None or status_of(folder) == WITHDRAWN:
        raise SubmissionError([ErrorDetails(FILE, "", "must be made once, and not of what is withdrawn")])
    submission, benchmark = read_runnable(folder, benchmarks)
    root = folder.absolute().parents[1]
    secret = first_usable(read_commitments(root), submission.date, secrets, used_secrets(root, benchmark.name))
    if secret is None:
        raise no_commitment(submission.date)
    draw = draw_for(benchmark.name, folder.absolute().name, hash_submission(folder), secret)
    report = reproduce(folder, rows=None, fresh=True, draw=draw, benchmarks=benchmarks)
    made = make_reproduction(benchmark.name, folder, secret, draw, report.agrees, versions(), report.found)
    written = write_reproduction(folder, made)
    details = {"fresh": True, "commitment": hash_secret(secret), "reproduction": written, "versions": versions()}
    record(folder, REPRODUCED if report.agrees else NOT_REPRODUCED, by, details)
    return report


def run_published(folder: Path, *, benchmarks: Path = BENCHMARKS) -> tuple[bool, list[str]]:
    """Run again what the board says that it ran, by the draw that it published.

    As on public episodes, another machine may find other last digits; see `leaderboards.evaluate.equivalence_test`.

    Returns:
        Whether what is published can be true: the returns, and the verdict on them. And a line for every row whose
        returns are not exactly those published, for every test that failed, and for a wrong verdict.

    Raises:
        SubmissionError: Nothing is published, or it can't be run.
    """
    submission, benchmark = read_runnable(folder, benchmarks)
    published = read_reproduction(folder)
    if published is None:
        raise SubmissionError([ErrorDetails(FILE, "", "must be there: the board has not run this submission")])
    said = [published.by_row.get((row.problem, row.size, row.training_seed)) for row in submission.rows]
    chosen = [number for number, row in enumerate(said) if row is not None]
    claimed = [_as_row(benchmark.name, row) for row in said if row is not None]
    found = run_rows(folder, submission, benchmark, chosen, published.draw)
    lines, other = [], []
    for number, one, two in zip(chosen, claimed, found, strict=True):
        differ = sum(a != b for a, b in zip(one.returns, two.returns, strict=True))
        if differ:
            other.append((number, one, two))
            share = f"{differ} of {len(one.returns)} returns"
            lines.append(f"{describe_result(one)}: {share} are not exactly those published")
    nudged = run_rows(folder, submission, benchmark, [each[0] for each in other], published.draw, nudge=True)
    tests = compare(benchmark, [(one, two) for _, one, two in other], nudged, fresh=False) if other else []
    failed = [str(test) for test in tests if not test.agrees]
    pairs = [(submission.rows[number], row) for number, row in zip(chosen, claimed, strict=True)]
    verdict = all(test.agrees for test in compare(benchmark, pairs, fresh=True))
    if verdict != published.agrees:
        failed.append(f"agrees must be {verdict}, by what is published, got {published.agrees}")
    return not failed, lines + failed


def _as_row(benchmark: str, row: EvaluatedSeed) -> SeedResult:
    return make_seed_result(benchmark, **row.model_dump())
