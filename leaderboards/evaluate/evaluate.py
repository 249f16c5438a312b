"""The evaluator: runs a policy on the named test episodes of a benchmark and writes the returns to a file.

The environment records the returns; the policy only receives observations and rewards. From Python any object with
`reset(batch)` and `act(observation, reward)` is a policy:

    from leaderboards.evaluate.evaluate import evaluate_benchmark, write_results
    from leaderboards.schema.benchmark import load_benchmark

    benchmark = load_benchmark("v1")
    rows = evaluate_benchmark(lambda id, arguments, training_seed: Mine(arguments), benchmark, training_seed=0)
    write_results("mine.json", rows, benchmark=benchmark, source="own", policy="mine", command="python mine.py")

Returns of one training seed have a file of their own or share one; `python -m leaderboards submit` takes the file.
"""

import logging
from collections.abc import Collection
from typing import Any, Protocol

import numpy as np

from badger_envs import evaluation
from badger_envs.core.episodes import EpisodeSet
from badger_envs.core.policy import Policy
from badger_envs.evaluation import PolicyError
from leaderboards.schema.benchmark import Benchmark, BenchmarkProblem
from leaderboards.schema.result_file import read_results, write_results
from leaderboards.schema.submission import SeedResult, make_seed_result

__all__ = ["MakePolicy", "evaluate_benchmark", "evaluate_size", "read_results", "write_results"]

logger = logging.getLogger(__name__)

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


class MakePolicy(Protocol):
    """Factory of policies."""

    def __call__(self, id: str, arguments: dict[str, Any], training_seed: int, /) -> Policy:
        """The policy of a training seed for a task; its `close()`, if it has one, is called in the end.

        Raises:
            ValueError: The policy does not support that size.
        """


def evaluate_benchmark(
    make_policy: MakePolicy,
    benchmark: Benchmark,
    *,
    training_seed: int,
    rows: Collection[tuple[str, int]] | None = None,
    weights_sha256: str | None = None,
) -> list[SeedResult]:
    """Run a policy on the test episodes of a benchmark.

    A size that the policy does not support is left out; the whole problem, if that is the train size. Both are logged,
    as is the score at every size.

    Args:
        make_policy: called for every problem and size.
        benchmark: whose episodes.
        training_seed: which training it is; it goes into the rows.
        rows: problems and sizes; None for all.
        weights_sha256: of the weights, if they are submitted.

    Raises:
        PolicyError: The policy returned an invalid action.
    """
    found = []
    for problem in benchmark.problems:
        wanted = [size for size in problem.sizes if rows is None or (problem.name, size) in rows]
        done: dict[int, SeedResult] = {}
        for size in sorted(wanted, key=lambda size: (size != problem.train_size, size)):
            place = f"{problem.name} at {problem.size_name} {size}"
            try:
                policy = make_policy(problem.id, dict(problem.sizes[size].arguments), training_seed)
            except PolicyError:
                raise
            except ValueError as error:
                if size == problem.train_size:
                    logger.warning(f"left out {problem.name}, which is not supported at the train size {size}: {error}")
                    break
                logger.warning(f"left out {place}: {error}")
                continue
            returns = evaluate_size(policy, benchmark, problem, size)
            done[size] = make_seed_result(
                benchmark.name, problem.name, size, training_seed, weights_sha256, returns.tolist()
            )
            score = benchmark.score(problem.name, size, float(returns.mean()))
            logger.info(f"{place}: score {score:.3f} in {len(returns)} episodes")
        found += [done[size] for size in sorted(done)]
    return found


def evaluate_size(
    policy: Policy, benchmark: Benchmark, problem: BenchmarkProblem, size: int, *, first_episode: int | None = None
) -> Floats:
    """Returns (episodes,) of a policy at one size of a problem, whose `close()`, if it has one, is called.

    Args:
        policy: made for that size.
        benchmark: that the problem is of.
        problem: with its sizes.
        size: one of them.
        first_episode: other episodes than the benchmark's, as many.
    """
    at = problem.sizes[size]
    try:
        result = evaluation.evaluate(
            policy,
            problem.id,
            episodes=at.episodes,
            first_episode=at.first_episode if first_episode is None else first_episode,
            episode_set=EpisodeSet[benchmark.episode_set],
            **at.arguments,
        )
    finally:
        close = getattr(policy, "close", None)
        if close is not None:
            close()
    return result.returns
