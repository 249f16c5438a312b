"""What is known of a submission: the status that its evidence gives it, whatever words are written down.

"Reproduced" is what the board's own returns on fresh episodes show, and they count only if everything about them
can be checked without running anything: the secret is the one that was committed to, on a day before the submission's;
it draws these episodes for this very submission; and every ranked row is there with its weights.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from leaderboards.schema.benchmark import Benchmark
from leaderboards.schema.commitments import Commitments, hash_secret
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.fresh_episodes import draw_for
from leaderboards.schema.reproduction import FILE, Reproduction, hash_submission, read_reproduction
from leaderboards.schema.status import CHECKED, NOT_REPRODUCED, REPRODUCED, SELF_REPORTED, WITHDRAWN, read_status
from leaderboards.schema.submission import Submission, folders

ON_FRESH_EPISODES, WITH_WEIGHTS, BY_THE_SUBMITTER = "fresh", "weights", "submitter"
KINDS = (ON_FRESH_EPISODES, WITH_WEIGHTS, BY_THE_SUBMITTER)
"""Kinds of evidence, the strongest first: run by the board on fresh episodes and agreed; weights are there, and not yet
run so; nobody but the submitter could run it."""


class Evidence(NamedTuple):
    """What is known of a submission."""

    status: str
    """One of `leaderboards.schema.status.STATUSES`."""
    reproduction: Reproduction | None = None
    """What the board found on fresh episodes."""


def kind_of(submission: Submission, status: str) -> str:
    """One of `KINDS`."""
    if status == REPRODUCED:
        return ON_FRESH_EPISODES
    return WITH_WEIGHTS if submission.agent.source == "badger" else BY_THE_SUBMITTER


def evidence_of(folder: Path, submission: Submission, benchmark: Benchmark, commitments: Commitments) -> Evidence:
    """What is known of a submission that passed the check.

    Raises:
        SubmissionError: `status.json` or `reproduction.json` is damaged, or the latter is not what it must be.
    """
    history, reproduction = read_status(folder), read_reproduction(folder)
    if reproduction is not None:
        errors = list(_errors(folder, submission, benchmark, commitments, reproduction))
        if errors:
            raise SubmissionError(errors)
    if history and history[-1].status == WITHDRAWN:
        return Evidence(WITHDRAWN, reproduction)
    if reproduction is not None:
        return Evidence(REPRODUCED if reproduction.agrees else NOT_REPRODUCED, reproduction)
    return Evidence(
        CHECKED if history else SELF_REPORTED
    )  # "reproduced" on public episodes, as it was once written, too


def used_secrets(root: Path, benchmark: str) -> set[str]:
    """Hashes of all secrets that are published."""
    published = [read_reproduction(folder) for folder in folders(root, benchmark)]
    return {hash_secret(each.secret) for each in published if each is not None}


def _errors(
    folder: Path, submission: Submission, benchmark: Benchmark, commitments: Commitments, made: Reproduction
) -> Iterator[ErrorDetails]:
    sha = hash_submission(folder)
    said = {"suite": made.benchmark, "submission": made.submission, "submission_sha256": made.submission_sha256}
    for name, wanted in (("suite", benchmark.name), ("submission", submission.folder_name), ("submission_sha256", sha)):
        if said[name] != wanted:
            yield ErrorDetails(FILE, name, f"must be that of the submission, {wanted}, got {said[name]}")
    commitment = commitments.find(hash_secret(made.secret))
    if commitment is None:
        yield ErrorDetails(FILE, "secret", "must be one that the board committed to")
    elif commitment.date >= submission.date:
        reason = f"must be committed to on a day before the submission's, {submission.date}, got {commitment.date}"
        yield ErrorDetails(FILE, "secret", reason)
    if made.draw != draw_for(benchmark.name, submission.folder_name, sha, made.secret):
        yield ErrorDetails(FILE, "first_episode", "must be drawn, as agent_seed is, by the secret for this submission")
    found = made.by_row
    if len(found) < len(made.rows):
        yield ErrorDetails(FILE, "rows", "must be there once each")
    for row in submission.rows:
        problem = benchmark.problem(row.problem)
        mine = found.pop((row.problem, row.size, row.training_seed), None)
        about = f"{row.problem} at size {row.size}, training seed {row.training_seed}"
        if mine is None:
            if row.size in problem.ranked_sizes:
                yield ErrorDetails(FILE, "rows", f"must have all ranked rows, got none of {about}")
        elif (mine.weights_sha256, len(mine.returns)) != (row.weights_sha256, problem.sizes[row.size].episodes):
            yield ErrorDetails(
                FILE, "rows", f"must be of the submitted weights, in all episodes, got others for {about}"
            )
    for problem_name, size, _ in found:
        yield ErrorDetails(FILE, "rows", f"must not have {problem_name} at size {size}, which was not submitted")
