"""The entries that are on the board: they pass the check, and their weights do what they say."""

from pathlib import Path

import pytest

from leaderboards.check.tree import check_tree
from leaderboards.evaluate.reproduce import reproduce
from leaderboards.schema.benchmark import Benchmark
from leaderboards.schema.submission import folders
from leaderboards.site.build import build

ROOT = Path(__file__).parents[2] / "leaderboards" / "submissions"
ENTRIES = [folder for benchmark in Benchmark.names() for folder in folders(ROOT, benchmark)]


@pytest.mark.parametrize("benchmark", Benchmark.names())
def test_entries_pass_the_check(benchmark):
    assert {folder.name: errors for folder, errors in check_tree(ROOT, benchmark).items() if errors} == {}


def test_entries_are_at_least_two():
    assert len(ENTRIES) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("folder", ENTRIES, ids=[folder.name for folder in ENTRIES])
def test_entries_are_reproduced(folder):
    # Number for number on the kind of machine they were made on; elsewhere by their means.
    report = reproduce(folder, rows=3, fresh=False, seed=0)
    assert report.agrees, "\n".join(report.lines())


@pytest.mark.slow
def test_entries_are_shown_on_the_site(tmp_path):
    built = build(ROOT, "v1", tmp_path / "site")
    assert built.left_out == {}
    index = (tmp_path / "site" / "index.html").read_text()
    for folder in folders(ROOT, "v1"):
        assert folder.name in index
        assert "Learning curves" in (tmp_path / "site" / "entry" / f"{folder.name}.html").read_text()
