"""The entries that are on the board: they pass the check, and their weights do what they say."""

from pathlib import Path

import pytest

from leaderboards.check.check import check_tree
from leaderboards.evaluate.reproduce import reproduce
from leaderboards.schema.benchmark import Suite
from leaderboards.schema.submission import folders
from leaderboards.site.build import build

ROOT = Path(__file__).parents[2] / "leaderboards" / "submissions"
ENTRIES = [folder for suite in Suite.names() for folder in folders(ROOT, suite)]


@pytest.mark.parametrize("suite", Suite.names())
def test_everything_on_the_board_passes_the_check(suite):
    assert {folder.name: faults for folder, faults in check_tree(ROOT, suite).items() if faults} == {}


def test_there_are_entries():
    assert len(ENTRIES) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("folder", ENTRIES, ids=[folder.name for folder in ENTRIES])
def test_rows_of_every_entry_are_reproduced(folder):
    # Number for number on the kind of machine they were made on; elsewhere by their means.
    report = reproduce(folder, rows=3, fresh=False, seed=0)
    assert report.agrees, "\n".join(report.lines())


@pytest.mark.slow
def test_the_site_of_the_board_shows_every_entry(tmp_path):
    built = build(ROOT, "v1", tmp_path / "site")
    assert built.left_out == {}
    index = (tmp_path / "site" / "index.html").read_text()
    for folder in folders(ROOT, "v1"):
        assert folder.name in index
        assert "While it was trained" in (tmp_path / "site" / "entry" / f"{folder.name}.html").read_text()
