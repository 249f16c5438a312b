"""What people call problems, and plain words for numbers and data."""

from leaderboards.schema.benchmark import load_benchmark
from leaderboards.site.titles import TITLES, in_words, size_in_words, title_of, what_is_counted
from tests.leaderboards.helpers.make_submission import BENCHMARKS


def test_every_problem_of_a_published_benchmark_has_a_title_and_a_unit():
    for name, titles in TITLES.items():
        benchmark = load_benchmark(name)
        assert set(titles) == {problem.name for problem in benchmark.problems}
        for problem in benchmark.problems:
            assert "_" not in title_of(name, problem).title
            assert title_of(name, problem).sentence.endswith(".")
            assert what_is_counted(problem) != problem.size_name or problem.size_name.endswith("s")


def test_others_are_called_by_their_names():
    guess = load_benchmark("tiny", BENCHMARKS).problem("guess")
    assert title_of("tiny", guess) == ("Guess", "")
    assert (size_in_words(guess, 1), size_in_words(guess, 3)) == ("1 number", "3 numbers")


def test_in_words_writes_no_python():
    given = {"exact": True, "rows": [1, 2], "versions": {"numpy": "2.4"}, "first": None, "part": 0.10, "none": {}}
    assert in_words(given) == "exact yes; rows 1, 2; versions numpy 2.4; first none; part 0.1; none none"
