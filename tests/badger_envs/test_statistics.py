import itertools

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from badger_envs.statistics import (
    holm,
    interquartile_mean,
    performance_profile,
    permutation_p,
    probability_of_improvement,
    rank_intervals,
    stratified_bootstrap,
)
from badger_envs.statistics.intervals import expanded_tail, student_quantile
from badger_envs.statistics.permutations import _counted_tails, _doubled_ranks, _drawn_tails

SCORES = np.random.default_rng(0).normal(size=(7, 3)) + np.arange(3)
HOLES = [SCORES[:, 0], SCORES[:4, 1], SCORES[:6, 2]]
"""Tasks of 7, 4 and 6 runs."""
RUNS = st.lists(st.integers(-3, 3), min_size=1, max_size=5).map(lambda numbers: np.array(numbers, float))
"""A few runs of a task, with many ties."""


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 28, 400, 1001, 50_000])
@pytest.mark.parametrize("probability", [0.5, 0.75, 0.975, 0.9995])
def test_quantile_of_students_distribution_is_scipys(probability, freedom):
    expected = scipy.stats.t.ppf(probability, freedom)
    assert student_quantile(probability, freedom) == pytest.approx(expected, rel=1e-5, abs=1e-9)


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
        confidence_level=1.0 - 2.0 * expanded_tail(0.95, [7]),
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
        tuple(SCORES.T),
        mean_of_tasks,
        method="percentile",
        n_resamples=20_000,
        rng=np.random.default_rng(1),
        confidence_level=1.0 - 2.0 * expanded_tail(0.95, [7, 7, 7]),
    ).confidence_interval
    assert ours.low == pytest.approx(theirs.low, abs=0.03)
    assert ours.high == pytest.approx(theirs.high, abs=0.03)


def test_bootstrap_is_the_same_to_the_last_digit_for_the_same_scores():
    assert stratified_bootstrap(SCORES) == stratified_bootstrap(SCORES.copy())


@pytest.mark.parametrize("scores", [[[0.5]], [[0.5, 0.7]], [np.array([0.5, 0.7]), np.array([0.5])]])
def test_one_run_of_a_task_has_no_interval_in_any_statistic(scores):
    several = [[0.1, 0.1], [0.3, 0.3]] if scores != [[0.5]] else [[0.1], [0.3]]
    profile = performance_profile(scores, [0.0], replicates=10)
    intervals = [
        stratified_bootstrap(scores, replicates=10),
        probability_of_improvement(scores, several, replicates=10),
        probability_of_improvement(several, scores, replicates=10),
    ]
    for found in intervals:
        assert np.isfinite(found.estimate)
        assert np.isnan(found[1:]).all()
        assert not found.known
    assert np.isnan([profile.low, profile.high]).all()
    assert np.isfinite(profile.fraction).all()
    for ranked in rank_intervals([several, scores], replicates=10):
        assert ranked[1:] == (None, None)
        assert not ranked.known
    assert stratified_bootstrap(several, replicates=10).known


def test_equal_runs_have_an_interval_of_no_width():
    assert stratified_bootstrap([[0.5], [0.5]]) == (0.5, 0.5, 0.5)


def test_probability_of_improvement_is_that_of_mann_and_whitney():
    ones, twos = SCORES[:, :1], SCORES[:4, 1:2]
    expected = scipy.stats.mannwhitneyu(ones[:, 0], twos[:, 0]).statistic / (len(ones) * len(twos))
    assert probability_of_improvement(ones, twos).estimate == pytest.approx(expected)
    assert probability_of_improvement(ones, ones).estimate == 0.5


def test_probability_of_improvement_is_certain_when_every_run_beats_every_other():
    assert probability_of_improvement([[2.0], [3.0]], [[0.0], [1.0]]) == (1.0, 1.0, 1.0)


def test_profile_is_the_fraction_of_runs_above_each_threshold():
    profile = performance_profile([[0.0, 1.0], [1.0, 3.0]], [-1.0, 0.0, 0.5, 1.0, 3.0])
    assert profile.fraction.tolist() == [1.0, 0.75, 0.75, 0.25, 0.0]
    assert profile.low.tolist() == [1.0, 0.5, 0.5, 0.0, 0.0]  # of task 0 no run above 0 is drawn in one of four, ...
    assert profile.high.tolist() == [1.0, 1.0, 1.0, 0.5, 0.0]
    assert performance_profile([np.array([1.0, 2.0, 3.0]), np.array([0.0])], [1.5]).fraction.tolist() == [0.5]


@pytest.mark.parametrize("scores", [SCORES, HOLES])
def test_profile_is_scipys_survival_function_with_the_band_of_the_bootstrap(scores):
    profile = performance_profile(scores, [-0.5, 1.0, 2.0], replicates=3000)
    survival = scipy.stats.ecdf(np.concatenate(list(scores.T) if scores is SCORES else scores)).sf
    assert np.allclose(profile.fraction, survival.evaluate([-0.5, 1.0, 2.0]))
    for index, threshold in enumerate(profile.thresholds):
        interval = stratified_bootstrap(scores, lambda x, axis, t=threshold: (x > t).mean(axis=axis), replicates=3000)
        assert interval == (profile.fraction[index], profile.low[index], profile.high[index])


@given(st.lists(RUNS, min_size=1, max_size=4), st.lists(st.floats(-4, 4), min_size=1, max_size=8))
@settings(max_examples=50, deadline=None)
def test_profile_and_its_band_never_rise_and_lie_between_none_and_all(tasks, thresholds):
    profile = performance_profile(tasks, sorted(thresholds), replicates=50)
    several = all(len(task) > 1 for task in tasks)
    assert np.isfinite(profile.low).all() == several
    for curve in (profile.fraction, profile.low, profile.high)[: 3 if several else 1]:
        assert (np.diff(curve) <= 0.0).all()
        assert ((curve >= 0.0) & (curve <= 1.0)).all()
    assert not several or (profile.low <= profile.high).all()


@pytest.mark.parametrize(
    ("scores", "others", "greater"),
    [
        ([[2.0], [3.0]], [[0.0], [1.0]], 1 / 6),  # one of the six ways to choose two of four
        ([[2.0], [0.0]], [[3.0], [1.0]], 5 / 6),  # wins one of four pairs; only one way wins fewer
        ([[1.0, 5.0]], [[0.0, 4.0]], 1 / 4),  # two tasks of one run each: two coins
        ([[1.0] * 5], [[0.0] * 5], 1 / 32),
        ([[1.0], [1.0]], [[1.0], [1.0]], 1.0),
        ([np.array([2.0, 3.0]), np.array([1.0])], [np.array([0.0, 1.0]), np.array([0.0])], 1 / 12),
    ],
)
def test_permutation_p_of_cases_counted_by_hand(scores, others, greater):
    assert permutation_p(scores, others, alternative="greater") == pytest.approx(greater, rel=1e-12)
    if greater < 0.5:
        assert permutation_p(scores, others) == pytest.approx(2 * greater, rel=1e-12)


@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
def test_permutation_p_of_one_task_is_that_of_mann_and_whitney(alternative):
    for runs in (1, 4, 7):
        ones, twos = SCORES[:runs, :1] + 0.4, SCORES[:5, 1:2]
        expected = scipy.stats.mannwhitneyu(ones[:, 0], twos[:, 0], method="exact", alternative=alternative).pvalue
        assert permutation_p(ones, twos, alternative=alternative) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
def test_permutation_p_of_one_task_with_ties_is_scipys(alternative):
    ones, twos = np.array([1.0, 2.0, 2.0, 4.0]), np.array([0.0, 1.0, 2.0])

    def improvement(x, y):
        return np.mean((x[:, None] > y) + 0.5 * (x[:, None] == y))

    theirs = scipy.stats.permutation_test((ones, twos), improvement, alternative=alternative, vectorized=False)
    assert permutation_p([ones], [twos], alternative=alternative) == pytest.approx(theirs.pvalue, rel=1e-12)


@given(st.lists(st.tuples(RUNS, RUNS), min_size=1, max_size=2))
@settings(max_examples=40, deadline=None)
def test_permutation_p_is_the_share_of_all_ways_to_deal_the_runs_out(tasks):
    ones, twos = [list(side) for side in zip(*tasks, strict=True)]
    ways = []
    for one, two in tasks:
        pooled = np.concatenate([one, two])
        chosen = np.array(list(itertools.combinations(range(len(pooled)), len(one))))  # (ways, runs); the first is seen
        rest = np.array([np.setdiff1d(range(len(pooled)), choice) for choice in chosen])  # (ways, other runs)
        x, y = pooled[chosen][:, :, None], pooled[rest][:, None]
        ways.append(((x > y) + 0.5 * (x == y)).mean(axis=(1, 2)))  # (ways,)
    every = sum(np.ix_(*ways)) if len(ways) > 1 else ways[0]
    expected = (every >= every.flat[0] - 1e-9).mean()
    assert permutation_p(ones, twos, alternative="greater") == pytest.approx(expected, rel=1e-12)


def test_permutation_p_of_sampled_ways_agrees_with_counted_ways():
    ranks = [_doubled_ranks(task) for task in HOLES]
    drawn = _drawn_tails(ranks, [4, 2, 3], 50_000, np.random.default_rng(0))
    assert drawn == pytest.approx(_counted_tails(ranks, [4, 2, 3]), abs=0.01)


def test_permutation_p_of_many_runs_is_sampled_and_agrees_with_scipys_normal_approximation():
    many = np.random.default_rng(0).normal(loc=[[[0.2]], [[0.0]]], size=(2, 120, 1))
    expected = scipy.stats.mannwhitneyu(many[0, :, 0], many[1, :, 0], method="asymptotic").pvalue
    assert permutation_p(*many) == pytest.approx(expected, abs=0.01)
    assert permutation_p(*many) == permutation_p(*many.copy())
    assert permutation_p(many[0] + 10.0, many[1], alternative="greater") == 1 / 20_001


def test_holm_of_an_example_worked_by_hand():
    # in order: 4 * 0.005, 3 * 0.01, 2 * 0.03, and 1 * 0.04 is lifted to the one before
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([[0.01, 0.04], [0.03, 0.005]]).shape == (2, 2)
    assert holm([0.6, 0.7]).tolist() == [1.0, 1.0]
    assert holm([]).shape == (0,)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
def test_holm_keeps_the_order_and_never_lowers_and_never_passes_bonferroni(p_values):
    adjusted, raw = holm(p_values), np.array(p_values)
    assert (np.diff(adjusted[np.argsort(raw, kind="stable")]) >= 0.0).all()
    assert (adjusted >= raw).all()
    assert (adjusted <= np.minimum(1.0, raw * len(raw))).all()


def test_rank_intervals_of_ties_share_the_better_rank():
    twice = [[[score], [score]] for score in (3.0, 1.0, 3.0, 0.0)]
    assert rank_intervals(twice) == [(1, 1, 1), (3, 3, 3), (1, 1, 1), (4, 4, 4)]
    assert [ranked.rank for ranked in rank_intervals([[[0.1], [0.2]], [[0.15], [0.15]]])] == [1, 1]


def test_rank_intervals_of_a_rank_that_is_second_in_one_of_four_replicates():
    agents = [[[0.0], [2.0]], [[0.9], [0.9]]]  # the mean of the first is 0, 1, 1 or 2
    assert rank_intervals(agents, confidence=0.2) == [(1, 1, 1), (2, 2, 2)]
    assert rank_intervals(agents, confidence=0.6) == [(1, 1, 2), (2, 1, 2)]


def test_rank_intervals_sample_agents_independently():
    assert rank_intervals([SCORES, SCORES]) == [(1, 1, 2), (1, 1, 2)]


@given(st.lists(st.tuples(RUNS, RUNS), min_size=1, max_size=6))
@settings(max_examples=50, deadline=None)
def test_rank_intervals_hold_scipys_ranks_and_lie_between_one_and_their_number(agents):
    ranked = rank_intervals(agents, replicates=50)
    aggregates = np.round([interquartile_mean(agent) for agent in agents], 9)
    assert [one.rank for one in ranked] == scipy.stats.rankdata(-aggregates, "min").tolist()
    if all(len(task) > 1 for agent in agents for task in agent):
        assert all(1 <= one.low <= one.high <= len(agents) for one in ranked)
    else:
        assert not any(one.known for one in ranked)


def test_statistics_of_a_list_of_equally_many_runs_are_those_of_the_array():
    tasks = list(SCORES.T)
    assert interquartile_mean(tasks) == interquartile_mean(SCORES)
    assert stratified_bootstrap(tasks) == stratified_bootstrap(SCORES)
    assert probability_of_improvement(tasks, SCORES[:4]) == probability_of_improvement(SCORES, SCORES[:4])
    assert permutation_p(tasks, SCORES[:4] + 0.3) == permutation_p(SCORES, list(SCORES[:4].T + 0.3))
    assert rank_intervals([tasks, SCORES[:4]]) == rank_intervals([SCORES, SCORES[:4]])


def test_interquartile_mean_pools_tasks_of_different_numbers_of_runs():
    def pooled(*samples, axis):
        return interquartile_mean(np.concatenate(samples, axis=-1), axis=-1)

    ours = stratified_bootstrap(HOLES)
    theirs = scipy.stats.bootstrap(
        HOLES,
        pooled,
        method="percentile",
        n_resamples=20_000,
        rng=np.random.default_rng(1),
        confidence_level=1.0 - 2.0 * expanded_tail(0.95, [7, 4, 6]),
    )
    assert ours.estimate == interquartile_mean(HOLES) == interquartile_mean(np.concatenate(HOLES))
    assert ours[1:] == pytest.approx(tuple(theirs.confidence_interval), abs=0.03)


def test_probability_of_improvement_weighs_every_task_the_same():
    ones, twos = [np.ones(3), np.zeros(2)], [np.zeros(2), np.array([1.0, 0.0])]
    assert probability_of_improvement(ones, twos) == (0.625, 0.5, 0.75)  # (1 + 1 / 4) / 2; (1 + 0) / 2, (1 + 1 / 2) / 2


CALLS = (
    lambda **how: stratified_bootstrap(SCORES, **how),
    lambda **how: performance_profile(SCORES, [0.5], **how),
    lambda **how: probability_of_improvement(SCORES, SCORES, **how),
    lambda **how: rank_intervals([SCORES, SCORES], **how),
    lambda **how: permutation_p(SCORES, SCORES, **how),
)


@pytest.mark.parametrize("call", CALLS)
def test_statistics_refuse_bad_settings(call):
    for name, wrong, allowed in (
        ("replicates", 2.5, "an integer at least 1"),
        ("replicates", True, "an integer at least 1"),
        ("seed", -1, "an integer at least 0"),
        ("seed", None, "an integer at least 0"),
    ):
        with pytest.raises(ValueError, match=f"{name} must be {allowed}, got {wrong}"):
            call(**{name: wrong})
    if call is not CALLS[-1]:
        for wrong in ("all", np.nan, 1):
            with pytest.raises(ValueError, match=rf"confidence must lie in \(0, 1\), got {wrong!r}"):
                call(confidence=wrong)


@pytest.mark.parametrize("kind", [np.float32, np.float16, np.int64, np.uint8, np.bool_])
def test_statistics_take_every_kind_of_real_number(kind):
    scores = (SCORES > 0.5).astype(kind)
    expected = (SCORES > 0.5).astype(np.float64)
    assert interquartile_mean(scores) == interquartile_mean(expected)
    how = {"replicates": np.int8(50), "seed": np.uint8(3)}
    assert stratified_bootstrap(scores, **how) == stratified_bootstrap(expected, replicates=50, seed=3)
    assert permutation_p(scores, SCORES) == permutation_p(expected, SCORES)


@pytest.mark.parametrize("runs", [1, 2])
def test_statistics_take_one_run_one_task_and_equal_numbers(runs):
    for scores in (np.zeros((runs, 1)), np.ones((runs, 3)), np.full((runs, 1), 1e300)):
        assert stratified_bootstrap(scores, replicates=10).estimate == scores[0, 0]
        assert probability_of_improvement(scores, scores, replicates=10).estimate == 0.5
        assert permutation_p(scores, scores) == 1.0
        assert [rank.rank for rank in rank_intervals([scores, scores], replicates=10)] == [1, 1]
        assert performance_profile(scores, [scores[0, 0]], replicates=10).fraction.tolist() == [0.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: interquartile_mean([]), "scores must not be empty"),
        (lambda: interquartile_mean([1.0, np.nan]), "scores must be finite, got nan"),
        (lambda: stratified_bootstrap([1.0, 2.0]), r"scores must have shape \(runs, tasks\), got \(2,\)"),
        (lambda: stratified_bootstrap([[1.0]], confidence=1.0), r"confidence must lie in \(0, 1\), got 1.0"),
        (lambda: probability_of_improvement([[1.0]], [[1.0, 2.0]]), "of the same tasks"),
        (lambda: probability_of_improvement([[np.inf]], [[1.0]]), "scores must be finite, got inf"),
        (lambda: interquartile_mean([np.array([1.0]), np.array([])]), r"scores\[1\] must not be empty"),
        (lambda: interquartile_mean(HOLES, axis=0), "scores must be numbers in rows of one length"),
        (
            lambda: stratified_bootstrap([[1.0, 2.0], [3.0]]),
            "rows of one length, or a list of numpy arrays, one per task",
        ),
        (lambda: stratified_bootstrap([np.array([1.0]), np.array([np.nan])]), r"scores\[1\] must be finite, got nan"),
        (lambda: stratified_bootstrap([SCORES]), r"scores\[0\] must have shape \(runs,\), got \(7, 3\)"),
        (lambda: stratified_bootstrap(SCORES, replicates=0), "replicates must be an integer at least 1, got 0"),
        (lambda: interquartile_mean(["1", "2"]), "scores must be numbers"),
        (lambda: interquartile_mean([1j]), "scores must be numbers"),
        (lambda: interquartile_mean([None]), "scores must be numbers"),
        (lambda: holm(["0.5"]), "p_values must be numbers"),
        (lambda: performance_profile(SCORES, [[0.0]]), r"thresholds must have shape \(X,\), got \(1, 1\)"),
        (lambda: performance_profile(SCORES, []), "thresholds must not be empty"),
        (lambda: permutation_p(SCORES, SCORES, alternative="less"), "alternative must be .* got 'less'"),
        (lambda: permutation_p(SCORES, SCORES[:, :2]), "of the same tasks, got 3, 2 tasks"),
        (lambda: holm([0.5, 1.5]), r"p_values must lie in \[0, 1\], got 1.5"),
        (lambda: holm([np.nan]), r"p_values must lie in \[0, 1\], got nan"),
        (lambda: rank_intervals([]), "scores must hold at least one agent"),
        (lambda: rank_intervals([SCORES, SCORES[:, :2]]), r"scores\[1\] must have the 3 tasks of scores\[0\], got 2"),
        (lambda: rank_intervals([SCORES, [[np.inf]]]), r"scores\[1\] must be finite, got inf"),
    ],
)
def test_statistics_refuse_bad_scores(call, message):
    with pytest.raises(ValueError, match=message):
        call()
