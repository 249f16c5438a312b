"""Intervals and decisions held against simulated runs, of which the truth is known.

Each number rests on so many simulated comparisons that chance moves it by about one hundredth.
"""

import numpy as np
import pytest
import scipy.stats

from badger_envs.statistics import holm, interquartile_mean, permutation_p, probability_of_improvement, rank_intervals
from badger_envs.statistics import stratified_bootstrap as bootstrap

RUNS = 5
TIMES = 500
DRAWN = 1000
"""Replicates of each interval."""


def normal(generator, shape):
    return generator.normal(size=shape)


def skewed(generator, shape):
    return np.exp(0.5 * generator.normal(size=shape))


def bounded(generator, shape):
    return generator.beta(8, 2, size=shape)


def covered(intervals, truth):
    """How many of the intervals hold the truth."""
    return np.mean([each.low <= truth <= each.high for each in intervals])


@pytest.mark.parametrize("tasks", [1, 7])
@pytest.mark.parametrize("distribution", [normal, skewed, bounded])
def test_interval_of_the_interquartile_mean_of_five_runs_holds_the_truth_in_95_of_100_cases(distribution, tasks):
    generator = np.random.default_rng(tasks)
    truth = interquartile_mean(distribution(generator, 1_000_000))
    scores = distribution(generator, (TIMES, RUNS, tasks))
    assert 0.92 <= covered((bootstrap(each, replicates=DRAWN) for each in scores), truth) <= 0.98


@pytest.mark.parametrize("tasks", [1, 7])
@pytest.mark.parametrize("shift", [0.0, 0.5, 1.0])
def test_interval_of_the_probability_of_improvement_of_five_runs_holds_the_truth_in_95_of_100_cases(shift, tasks):
    generator = np.random.default_rng(tasks)
    truth = scipy.stats.norm.cdf(shift / np.sqrt(2.0))
    scores = normal(generator, (TIMES, 2, RUNS, tasks)) + np.array([shift, 0.0])[:, None, None]
    found = (probability_of_improvement(*each, replicates=DRAWN) for each in scores)
    assert 0.92 <= covered(found, truth) <= 0.98


def test_of_ten_questions_without_a_difference_any_is_decided_in_at_most_5_of_100_cases():
    scores = normal(np.random.default_rng(0), (400, 10, 2, RUNS, 1))
    wrong = [(holm([permutation_p(*pair) for pair in questions]) < 0.05).any() for questions in scores]
    assert np.mean(wrong) <= 0.05


def test_large_differences_among_questions_without_one_are_decided_and_the_others_are_not():
    scores = normal(np.random.default_rng(0), (150, 5, 2, RUNS, 3))
    scores[:, :2, 0] += 3.0
    decided = np.array([holm([permutation_p(*pair) for pair in questions]) < 0.05 for questions in scores])
    assert decided[:, :2].mean() > 0.95
    assert decided[:, 2:].any(axis=1).mean() <= 0.05


def test_rank_intervals_of_agents_that_differ_hold_their_places():
    generator, means = np.random.default_rng(0), np.arange(5) * 0.5
    held = []
    for _ in range(150):
        agents = list(normal(generator, (5, RUNS, 3)) - means[:, None, None])
        held += [each.low <= place <= each.high for place, each in enumerate(rank_intervals(agents, replicates=400), 1)]
    assert np.mean(held) >= 0.92
