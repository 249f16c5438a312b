"""Fixtures for tests of the site."""

import pytest
from boards import board
from html_page import Page

from leaderboards.pages import pages


@pytest.fixture(scope="module")
def texts():
    """All files of a board with an entry of every kind, one of them hostile."""
    return dict(pages(board(), {}))


@pytest.fixture(scope="module")
def parsed(texts):
    return {path: Page(text) for path, text in texts.items() if path.endswith(".html")}
