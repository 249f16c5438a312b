"""Running rows of a submission by its weights."""

import secrets
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from badger_envs.core.episodes import EpisodeSet, Keys, episode_keys
from leaderboards.check.check import check
from leaderboards.evaluate.evaluate import evaluate_size
from leaderboards.evaluate.time_limit import time_limit
from leaderboards.schema.benchmark import Benchmark, load_benchmark
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.fresh_episodes import Draw
from leaderboards.schema.submission import FILE, SeedResult, Submission, make_seed_result, read_submission

ROW_SECONDS = 900.0
"""CPU-seconds of a row; those of the entries take a few."""


def read_runnable(folder: Path, benchmarks: Path) -> tuple[Submission, Benchmark]:
    """A submission that passes the check and whose weights can be run.

    Raises:
        SubmissionError: It is none.
    """
    errors = check(folder, benchmarks=benchmarks, accepted=True)
    if errors:
        raise SubmissionError(errors)
    submission = read_submission(folder)
    if submission.agent.source != "badger":
        reason = "must be 'badger': nobody else can run other agents again"
        raise SubmissionError([ErrorDetails(FILE, "agent.source", reason)])
    return submission, load_benchmark(submission.benchmark, benchmarks)


def run_rows(
    folder: Path,
    submission: Submission,
    benchmark: Benchmark,
    chosen: Sequence[int],
    draw: Draw | None,
    *,
    nudge: bool = False,
    seconds: float = ROW_SECONDS,
) -> list[SeedResult]:
    """Run rows by their place in the submission again: on fresh episodes, or on those of the benchmark.

    They run in a random order, so that nobody can have the slow ones come last, and each has a time limit. With
    `nudge`, every weight is changed in its last digit.

    Raises:
        SubmissionError: Weights can't be run, or not in that time.
    """
    from leaderboards.evaluate.saved_agent import SavedAgent, one_thread

    agents: dict[str, SavedAgent] = {}
    found: dict[int, SeedResult] = {}
    for number in secrets.SystemRandom().sample(chosen, len(chosen)):
        row = submission.rows[number]
        problem, sha = benchmark.problem(row.problem), str(row.weights_sha256)
        at, first = problem.sizes[row.size], draw.first_episode if draw else None
        try:
            if sha not in agents:
                agents[sha] = SavedAgent(folder / "weights", f"{sha}.safetensors", f"{sha}.json")
                if nudge:
                    agents[sha].nudge(seed=0)
            with one_thread(), time_limit(seconds):
                if draw is None:
                    policy = agents[sha](problem.id, at.arguments)
                else:
                    keys = fresh_keys(benchmark, draw, at.episodes)
                    policy = agents[sha].in_episodes(problem.id, at.arguments, keys, draw.agent_seed)
                returns = evaluate_size(policy, benchmark, problem, row.size, first_episode=first)
        except ValueError as error:
            raise SubmissionError([ErrorDetails(FILE, f"rows[{number}]", f"cannot be run again: {error}")]) from error
        about = (row.problem, row.size, row.training_seed, row.weights_sha256)
        found[number] = make_seed_result(benchmark.name, *about, returns.tolist())
    return [found[number] for number in chosen]


def fresh_keys(benchmark: Benchmark, draw: Draw, episodes: int) -> Keys:
    """Keys uint64 (episodes,) of the fresh episodes, in their order."""
    numbers = np.arange(draw.first_episode, draw.first_episode + episodes)
    return episode_keys(0, numbers, EpisodeSet[benchmark.episode_set])
