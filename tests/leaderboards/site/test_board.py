"""From submissions to ranks: numbers worked out by hand, who is ranked, and which version counts."""

import numpy as np
import pytest

from badger_envs.statistics import (
    interquartile_mean,
    nash_average,
    probability_of_improvement,
    rank_intervals,
    stratified_bootstrap,
)
from leaderboards.check.evidence import KINDS
from leaderboards.schema.benchmark import load_benchmark
from leaderboards.site.board import COMPARED, rank
from leaderboards.site.board_json import to_json
from leaderboards.site.entries import REPLICATES, REPLICATES_OF_PARTS
from leaderboards.site.pages import pages
from tests.leaderboards.helpers.boards import board, kinds, submission, with_scores
from tests.leaderboards.helpers.make_submission import BENCHMARKS

TINY = load_benchmark("tiny", BENCHMARKS)


@pytest.fixture(scope="module")
def everybody():
    return board()


@pytest.fixture(scope="module")
def by_name(everybody):
    return {entry.id.partition("_")[2]: entry for entry in everybody.entries if not entry.replaced_by}


def test_rank_scores_by_the_interquartile_mean_at_the_train_size():
    def score(problem, size, seed):  # guess 0.0 ... 0.4 and xor 0.5 ... 0.9 where they are trained, 7 elsewhere
        return {"guess": 0.1 * seed, "xor": 0.5 + 0.1 * seed}[problem] if size == 2 else 7.0

    mine = with_scores(submission(sizes={"guess": (2,), "xor": (2,)}), score)
    (entry,) = rank(TINY, [(mine, "checked")]).entries
    # Of ten numbers two are cut at each end: 0.2, 0.3, 0.4, 0.5, 0.6, 0.7 are left.
    assert entry.results.score.estimate == pytest.approx(0.45, abs=1e-7)
    guess = entry.results.problems["guess"]
    # Of five numbers one is cut at each end.
    assert guess.trained.score.estimate == pytest.approx(0.2, abs=1e-7)
    assert [row.seed for row in guess.trained.rows] == [0, 1, 2, 3, 4]
    assert guess.scores == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4], abs=1e-7)
    assert (entry.rank.rank, entry.rank.low, entry.rank.high) == (1, 1, 1)


def over_a_range(problem):
    return problem.model_copy(update={"trained_sizes": (2, 3)})


def test_rank_takes_the_mean_over_the_sizes_of_a_range_seed_by_seed():
    benchmark = TINY.model_copy(update={"problems": tuple(map(over_a_range, TINY.problems))})

    def score(problem, size, seed):  # 7 at the one size of guess that is not trained with
        return {1: 7.0, 2: 0.1 * seed, 3: 0.3 * seed}[size]

    mine = with_scores(submission(), score)
    (entry,) = rank(benchmark, [(mine, "checked")]).entries
    guess = entry.results.problems["guess"]
    assert guess.scores == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8], abs=1e-7)
    assert guess.at[3].score.estimate == pytest.approx(0.6, abs=1e-7)
    assert guess.trained.size == 2
    fewer = with_scores(submission(sizes={"guess": (2,), "xor": (2, 3)}), score)
    (left,) = rank(benchmark, [(fewer, "checked")]).entries
    assert list(left.results.problems) == ["xor"]
    assert left.why_unranked == "not on guess"


def test_nash_averaging_stands_beside_the_mean_where_entries_meet(everybody):
    for kind in KINDS:
        ranked = [entry for entry in everybody.groups[kind] if entry.rank]
        if len(ranked) < 2:
            assert [entry.nash for entry in ranked] == [None] * len(ranked)
            continue
        table = np.array([[each.trained.score.estimate for each in e.results.problems.values()] for e in ranked])
        assert [entry.nash for entry in ranked] == pytest.approx(list(nash_average(table).scores))
    assert all(entry.nash is None for entry in everybody.entries if not entry.rank)
    told = {each["id"]: each["nash"] for each in to_json(everybody)["entries"]}
    assert told == {entry.id: entry.nash for entry in everybody.entries}


def test_rank_scores_a_run_by_its_mean_return():
    mine = submission(spread=0.3)
    (entry,) = rank(TINY, [(mine, "checked")]).entries
    row = next(row for row in mine.rows if (row.problem, row.size, row.training_seed) == ("guess", 3, 4))
    level = TINY.problem("guess").sizes[3]
    short_repr = entry.results.problems["guess"].at[3].rows[4]
    assert short_repr.mean_return == pytest.approx(np.mean(row.returns))
    assert short_repr.score == pytest.approx((np.mean(row.returns) - level.chance) / (level.reference - level.chance))
    assert (short_repr.weights, short_repr.sha256) == (row.weights_sha256, row.sha256)


def test_rank_never_clips_scores(by_name):
    assert by_name["worse-than-blind"].results.score.estimate < -0.7
    better = with_scores(submission(sizes={"guess": (2,), "xor": (2,)}), lambda *_: 1.0)
    above = better.model_copy(
        update={"rows": tuple(row.model_copy(update={"returns": (0.0,) * 8}) for row in better.rows)}
    )
    (entry,) = rank(TINY, [(above, "checked")]).entries
    assert entry.results.problems["guess"].trained.score.estimate == pytest.approx(4.0 / (4.0 - 1.546875))


def test_rank_uses_the_statistics_of_badger_envs(everybody, by_name):
    entry = by_name["gap"]
    assert entry.results.score == stratified_bootstrap(entry.results.scores, replicates=REPLICATES)
    guess = entry.results.problems["guess"]
    assert guess.trained.score == stratified_bootstrap(guess.scores[:, None], replicates=REPLICATES_OF_PARTS)
    for kind in KINDS:
        ranked = sorted((each for each in everybody.ranked if each.results.kind == kind), key=lambda entry: entry.id)
        expected = rank_intervals([entry.results.scores for entry in ranked], replicates=REPLICATES_OF_PARTS)
        assert [entry.rank for entry in ranked] == expected


def test_rank_orders_entries_and_equal_ones_share_the_better(everybody, by_name):
    assert list(everybody.groups) == [*KINDS, ""]
    for kind in KINDS:
        ranks = [entry.rank.rank for entry in everybody.groups[kind] if entry.rank]
        assert ranks == sorted(ranks)
        assert ranks[0] == 1
    assert by_name["tied-one"].rank == by_name["tied-two"].rank
    assert ranks.count(by_name["tied-one"].rank.rank) == 2


def test_rank_never_puts_a_claim_above_what_was_run():
    honest = with_scores(submission(name="honest"), lambda *_: 0.2), "reproduced"
    given = with_scores(submission(name="given"), lambda *_: 0.9), "checked"
    claimed = with_scores(submission(name="claimed", source="own"), lambda *_: 1.0), "self-reported"
    few = with_scores(submission(name="few", seeds=2), lambda *_: 0.1), "reproduced"
    failed = with_scores(submission(name="failed"), lambda *_: 1.0), "not reproduced"
    found = rank(TINY, [claimed, failed, given, few, honest])
    names = [entry.id.partition("_")[2] for entry in found.entries]
    assert names == ["honest", "few", "given", "claimed", "failed"]
    assert [entry.rank.rank if entry.rank else None for entry in found.entries] == [1, None, 1, 1, None]
    (text,) = [text for path, text in pages(found, {}) if path == "problem/guess.html"]
    rows = [text.index(f'entry/2026-01-02_{name}.html"') for name in names]
    assert rows == sorted(rows)


def test_rank_lets_a_new_version_that_was_not_reproduced_replace_nothing():
    before = submission(name="mine", date="2026-01-01"), "reproduced"
    after = submission(name="mine", date="2026-02-01", previous="2026-01-01_mine"), "not reproduced"
    found = {entry.id: entry for entry in rank(TINY, [before, after]).entries}
    assert found["2026-01-01_mine"].rank.rank == 1
    assert found["2026-02-01_mine"].rank is None


def test_rank_leaves_incomplete_entries_unranked_with_the_reason(everybody, by_name):
    reasons = {name: entry.why_unranked for name, entry in by_name.items() if not entry.rank}
    assert reasons == {
        "one-seed": "1 training seed, 5 are needed",
        "few-seeds": "2 training seeds, 5 are needed",
        "one-problem": "not on guess",
        "mistake": "withdrawn",
    }
    assert by_name["one-problem"].results.score is None
    assert by_name["one-problem"].results.problems["xor"].trained.score.estimate > 0.8
    places = [entry.id for entry in everybody.entries]
    assert places[-2:] == ["2026-01-02_mistake", "2026-01-01_improved"], "what counts no more comes last"


def test_rank_is_independent_of_the_unranked(everybody):
    ranked = {entry.id for entry in everybody.ranked}
    alone = rank(TINY, [pair for pair in kinds() if pair[0].folder_name in ranked])
    assert [(entry.id, entry.rank) for entry in alone.entries] == [(e.id, e.rank) for e in everybody.ranked]


def test_rank_is_independent_of_the_order(everybody):
    assert to_json(rank(TINY, reversed(list(kinds())))) == to_json(everybody)


def test_rank_leaves_out_missing_sizes(by_name):
    assert list(by_name["gap"].results.problems["guess"].at) == [1, 2]
    assert list(by_name["fixed-size"].results.problems["xor"].at) == [2]


def test_rank_keeps_no_raw_returns(everybody):
    assert {entry.results.submission.rows for entry in everybody.entries} == {()}


def test_costs_are_the_largest_agent_and_all_trainings(by_name):
    results = by_name["best"].results
    assert results.costs["parameters"] == max(problem.costs["parameters"] for problem in results.problems.values())
    assert (results.costs["environment_steps"], results.costs["cpu_seconds"]) == (20_000, 3.0)
    assert by_name["close"].results.seeds == 7


def versions(*said):
    """Entries of one name: month, month of the version before or None, status."""
    pairs = []
    for month, before, status in said:
        previous = f"2026-{before:02}-01_mine" if before else None
        pairs.append((submission(name="mine", date=f"2026-{month:02}-01", previous=previous), status))
    return {entry.id[5:7]: entry for entry in rank(TINY, pairs).entries}


def test_versions_rank_only_the_newest():
    found = versions((1, None, "checked"), (2, 1, "checked"), (3, 2, "self-reported"))
    assert [month for month, entry in found.items() if entry.rank] == ["03"]
    assert found["01"].replaced_by == found["02"].replaced_by == "2026-03-01_mine"
    assert found["01"].why_unranked == "replaced by a newer version, 2026-03-01_mine"
    assert found["03"].versions == ("2026-01-01_mine", "2026-02-01_mine", "2026-03-01_mine")


def test_versions_count_again_when_the_successor_is_withdrawn():
    found = versions((1, None, "checked"), (2, 1, "withdrawn"))
    assert found["01"].rank
    assert not found["01"].replaced_by
    assert found["02"].why_unranked == "withdrawn"
    assert len(found["01"].versions) == 2
    nobody = versions((1, None, "withdrawn"), (2, 1, "withdrawn"))
    assert not any(entry.counts for entry in nobody.values())


def test_versions_with_two_successors_count_once():
    found = versions((1, None, "checked"), (2, 1, "checked"), (3, 1, "checked"))
    assert [month for month, entry in found.items() if entry.rank] == ["03"]


def test_versions_in_a_circle_count_once():
    found = versions((1, 2, "checked"), (2, 1, "checked"))
    assert [month for month, entry in found.items() if entry.rank] == ["02"]


def test_versions_of_others_replace_nothing():
    first = submission(name="first", date="2026-01-01")
    thief = submission(name="thief", date="2026-02-01", previous="2026-01-01_first")
    found = {entry.id: entry for entry in rank(TINY, [(first, "checked"), (thief, "checked")]).entries}
    assert all(entry.rank and not entry.replaced_by and len(entry.versions) == 1 for entry in found.values())


def test_matrix_compares_the_first_in_pairs(everybody, by_name):
    best, worst = by_name["best"].id, by_name["worse-than-blind"].id
    one, two = (by_name[name].results.scores for name in ("best", "close"))
    cell = everybody.matrix[best, by_name["close"].id]
    assert cell.probability == probability_of_improvement(one, two, replicates=REPLICATES_OF_PARTS)
    assert (everybody.matrix[best, worst].probability, everybody.matrix[best, worst].decided) == ((1.0, 1.0, 1.0), True)
    assert everybody.matrix[worst, best].probability == (0.0, 0.0, 0.0)
    tied = everybody.matrix[by_name["tied-one"].id, by_name["tied-two"].id]
    assert tied.probability.estimate == pytest.approx(0.5)
    assert not tied.decided
    for (row, column), found in everybody.matrix.items():
        other = everybody.matrix[column, row]
        assert other.probability.estimate == pytest.approx(1.0 - found.probability.estimate)
        assert other.probability.low <= other.probability.estimate <= other.probability.high
        assert other.decided == found.decided


def test_one_seed_has_a_place_without_an_interval_where_a_benchmark_ranks_it(tmp_path):
    benchmark = TINY.model_copy(update={"min_seeds": 1})
    entries = [
        with_scores(submission(name=name, seeds=1, sizes={"guess": (2,), "xor": (2,)}), lambda *_, mine=mine: mine)
        for name, mine in (("one", 0.9), ("two", 0.1))
    ]
    found = rank(benchmark, [(entry, "checked") for entry in entries])
    assert [entry.rank for entry in found.ranked] == [(1, None, None), (2, None, None)]
    assert all(not cell.decided and not cell.probability.known for cell in found.matrix.values())
    text = dict(pages(found, {}))["index.html"]
    assert "no interval" in text
    assert "nan" not in text
    assert "None" not in text


def test_matrix_compares_at_most_twenty():
    one = submission(sizes={"guess": (2,), "xor": (2,)})
    many = [(one.model_copy(update={"name": f"agent-{number}"}), "checked") for number in range(COMPARED + 3)]
    found = rank(TINY, many)
    assert len(found.ranked) == COMPARED + 3
    assert len(found.compared) == COMPARED
    assert len(found.matrix) == COMPARED * (COMPARED - 1)


def test_rank_of_no_entries_is_an_empty_board():
    empty = rank(TINY, [])
    assert (empty.entries, empty.compared, dict(empty.matrix)) == ((), (), {})


def test_profile_is_the_fraction_of_runs_above_each_threshold(by_name):
    results = by_name["best"].results
    runs = np.concatenate(results.scores)
    place = int(np.argmin(np.abs(results.profile.thresholds - 0.9)))
    assert results.profile.fraction[place] == np.mean(runs > results.profile.thresholds[place])
    assert results.score.estimate == interquartile_mean(runs)
