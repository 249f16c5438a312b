import numpy as np
import pytest
import scipy.stats

from badger_envs.statistics import interquartile_mean, probability_of_improvement, stratified_bootstrap

SCORES = np.random.default_rng(0).normal(size=(7, 3)) + np.arange(3)


@pytest.mark.parametrize("count", range(1, 14))
def test_interquartile_mean_equals_scipys_trimmed_mean(count):
    numbers = np.random.default_rng(count).normal(size=count)
    assert interquartile_mean(numbers) == pytest.approx(scipy.stats.trim_mean(numbers, 0.25))


def test_interquartile_mean_over_two_axes_is_over_all_their_numbers():
    blocks = np.random.default_rng(0).normal(size=(5, 4, 3))
    expected = [interquartile_mean(block) for block in blocks]
    assert np.allclose(interquartile_mean(blocks, axis=(1, 2)), expected)


def test_bootstrap_of_one_task_agrees_with_scipy():
    ours = stratified_bootstrap(SCORES[:, :1], replicates=50_000)
    theirs = scipy.stats.bootstrap(
        (SCORES[:, 0],),
        lambda sample, axis: interquartile_mean(sample, axis=axis),
        method="percentile",
        n_resamples=50_000,
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert ours.estimate == pytest.approx(interquartile_mean(SCORES[:, 0]))
    assert ours.low == pytest.approx(theirs.low, abs=0.03)
    assert ours.high == pytest.approx(theirs.high, abs=0.03)


def test_bootstrap_of_several_tasks_agrees_with_scipys_independent_samples():
    def mean_of_tasks(*samples, axis):
        return interquartile_mean(np.stack(samples, axis=-1), axis=(-2, -1))

    ours = stratified_bootstrap(SCORES, replicates=20_000)
    theirs = scipy.stats.bootstrap(
        tuple(SCORES.T), mean_of_tasks, method="percentile", n_resamples=20_000, rng=np.random.default_rng(1)
    ).confidence_interval
    assert ours.low == pytest.approx(theirs.low, abs=0.03)
    assert ours.high == pytest.approx(theirs.high, abs=0.03)


def test_the_same_scores_give_the_same_interval_to_the_last_digit():
    assert stratified_bootstrap(SCORES) == stratified_bootstrap(SCORES.copy())


def test_one_run_has_an_interval_of_no_width():
    assert stratified_bootstrap([[0.5]]) == (0.5, 0.5, 0.5)


def test_probability_of_improvement_is_that_of_mann_and_whitney():
    ones, twos = SCORES[:, :1], SCORES[:4, 1:2]
    expected = scipy.stats.mannwhitneyu(ones[:, 0], twos[:, 0]).statistic / (len(ones) * len(twos))
    assert probability_of_improvement(ones, twos).estimate == pytest.approx(expected)
    assert probability_of_improvement(ones, ones).estimate == 0.5


def test_probability_of_improvement_is_certain_when_every_run_beats_every_other():
    assert probability_of_improvement([[2.0], [3.0]], [[0.0], [1.0]]) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: interquartile_mean([]), "scores must not be empty"),
        (lambda: interquartile_mean([1.0, np.nan]), "scores must be finite, got nan"),
        (lambda: stratified_bootstrap([1.0, 2.0]), r"scores must have shape \(runs, tasks\), got \(2,\)"),
        (lambda: stratified_bootstrap([[1.0]], confidence=1.0), r"confidence must lie in \(0, 1\), got 1.0"),
        (lambda: probability_of_improvement([[1.0]], [[1.0, 2.0]]), "of the same tasks"),
        (lambda: probability_of_improvement([[np.inf]], [[1.0]]), "scores must be finite, got inf"),
    ],
)
def test_bad_scores_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
