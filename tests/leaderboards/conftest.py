"""Fixtures for tests of the board."""

import pytest

from leaderboards.site.pages import pages
from tests.leaderboards.helpers.boards import board
from tests.leaderboards.helpers.html_page import Page


@pytest.fixture(autouse=True)
def logged(caplog):
    """What is logged is in `caplog.messages`, progress too."""
    caplog.set_level("INFO", logger="leaderboards")


@pytest.fixture(scope="module")
def texts():
    """All files of a board with an entry of every kind, one of them hostile."""
    return dict(pages(board(), {}))


@pytest.fixture(scope="module")
def parsed(texts):
    return {path: Page(text) for path, text in texts.items() if path.endswith(".html")}
