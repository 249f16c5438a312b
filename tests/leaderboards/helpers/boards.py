"""Submissions of every kind for tests of what the board makes of them."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from leaderboards.schema.benchmark import load_benchmark
from leaderboards.schema.submission import Submission, read_submission
from leaderboards.site.board import Board, rank
from tests.leaderboards.helpers.make_submission import BENCHMARKS, make_submission, with_returns

LONG = "An agent whose authors could not decide what to call it and so wrote down everything that it is made of, in t"
HOSTILE = '<img src=x onerror=alert(1)> </script><script>alert(2)</script> {{ 7 * 7 }} " onmouseover="alert(3)'


def submission(**arguments: Any) -> Submission:
    """As `make_submission` writes it, without what lies beside it."""
    with TemporaryDirectory() as folder:
        return read_submission(make_submission(Path(folder), **arguments))


def with_scores(
    entry: Submission, score: Callable[[str, int, int], float], *, benchmarks: Path = BENCHMARKS
) -> Submission:
    """The same with every episode of a row scoring alike.

    Args:
        entry: any submission.
        score: takes problem, size and training seed.
        benchmarks: where its benchmark lies.
    """
    benchmark = load_benchmark(entry.benchmark, benchmarks)
    rows = []
    for row in entry.rows:
        level = benchmark.problem(row.problem).sizes[row.size]
        value = level.chance + score(row.problem, row.size, row.training_seed) * (level.reference - level.chance)
        rows.append(with_returns(entry.benchmark, row, [value] * level.episodes))
    return entry.model_copy(update={"rows": tuple(rows)})


def kinds() -> Iterator[tuple[Submission, str]]:
    """One of every kind of entry: good, tied, unranked for each reason, with gaps, replaced, withdrawn, hostile."""
    yield submission(name="best", skill=0.95), "reproduced"
    yield submission(name="close", skill=0.93, seeds=7), "checked"
    tied = submission(name="tied-one", source="own", skill=0.6)
    yield tied, "self-reported"
    yield tied.model_copy(update={"name": "tied-two", "title": "The tied-two agent"}), "self-reported"
    yield submission(name="fixed-size", skill=0.7, sizes={"guess": (2,), "xor": (2,)}), "reproduced"
    yield submission(name="gap", skill=0.5, sizes={"guess": (1, 2), "xor": (2, 3)}, spread=0.5), "checked"
    yield submission(name="long", skill=0.4, title=LONG[:100], authors=["A" * 100, "B" * 60, *"CDEFGH"]), "checked"
    yield submission(name="worse-than-blind", skill=-0.8), "self-reported"
    yield submission(name="few-seeds", skill=0.97, seeds=2), "self-reported"
    yield submission(name="one-seed", skill=0.99, seeds=1), "checked"
    yield submission(name="one-problem", skill=0.9, problems=("xor",)), "checked"
    yield submission(name="improved", date="2026-01-01", skill=0.3), "checked"
    yield submission(name="improved", date="2026-02-01", skill=0.8, previous="2026-01-01_improved"), "checked"
    yield submission(name="mistake", skill=0.98), "withdrawn"
    said = {"title": HOSTILE, "authors": (HOSTILE,), "about": HOSTILE, "url": f"javascript:{HOSTILE}"}
    yield submission(name="hostile", skill=0.2).model_copy(update=said), "self-reported"


@cache
def board() -> Board:
    """Of one entry of every kind."""
    return rank(load_benchmark("tiny", BENCHMARKS), kinds())
