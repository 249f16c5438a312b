"""The best score by date, worked out by hand."""

from leaderboards.schema.benchmark import load_benchmark
from leaderboards.site.board import rank
from leaderboards.site.over_time import GREY, best_over_time
from leaderboards.site.pages import pages
from tests.leaderboards.helpers.boards import submission, with_scores
from tests.leaderboards.helpers.make_submission import BENCHMARKS

TINY = load_benchmark("tiny", BENCHMARKS)


def entry(name, date, score, status="checked", **more):
    made = submission(name=name, date=date, sizes={"guess": (2,), "xor": (2,)}, **more)
    return with_scores(made, lambda *_: score), status


def test_best_over_time_rises_where_one_is_better_than_all_before():
    board = rank(TINY, [
        entry("first", "2026-01-01", 0.2), entry("worse", "2026-01-05", 0.1), entry("best", "2026-01-11", 0.9),
        entry("later", "2026-01-21", 0.5),
    ])  # fmt: skip
    chart = best_over_time(board)
    (line,) = [line for line in chart.lines if line.pieces]
    points = [tuple(map(float, point.split(","))) for point in line.pieces[0].split()]
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert points[0][1] == points[1][1] > points[2][1] == points[3][1], "two steps, the later one higher up"
    assert points[1][0] == points[2][0]
    named = [line.name for line in chart.lines if line.label]
    assert named == ["The first agent", "The best agent"]
    assert {line.color for line in chart.lines if line.name in ("The worse agent", "The later agent")} == {GREY}
    assert [(tick.label, tick.anchor) for tick in chart.x_ticks] == [("2026-01-01", "start"), ("2026-01-21", "end")]


def test_best_over_time_counts_replaced_versions_and_nothing_that_does_not_count():
    pairs = [
        entry("mine", "2026-01-01", 0.2),
        entry("mine", "2026-03-01", 0.6, previous="2026-01-01_mine"),
        entry("gone", "2026-02-01", 0.9, "withdrawn"),
        entry("wrong", "2026-02-02", 0.9, "not reproduced"),
        entry("few", "2026-02-03", 0.9, seeds=2),
    ]
    chart = best_over_time(rank(TINY, pairs))
    said = [text for line in chart.lines for _, _, text in line.dots]
    assert said == ["The mine agent, 2026-01-01: 0.200", "The mine agent, 2026-03-01: 0.600"]
    assert [tick.label for tick in chart.x_ticks] == ["2026-01", "2026-02", "2026-03"]


def test_best_over_time_needs_two_days():
    board = rank(TINY, [entry("one", "2026-01-01", 0.2), entry("two", "2026-01-01", 0.3)])
    assert best_over_time(board) is None
    assert "over time" not in dict(pages(board, {}))["index.html"]


def test_names_of_the_best_never_cover_each_other():
    close = [entry(f"a{number}", f"2026-01-{number:02}", 0.5 + 0.01 * number) for number in range(1, 6)]
    chart = best_over_time(rank(TINY, [*close, entry("z", "2026-06-01", 0.1)]))
    labels = [line.label for line in chart.lines if line.label]
    assert [label[3] for label in labels] == ["The a5 agent"], "the others are named where their dots are pointed at"
