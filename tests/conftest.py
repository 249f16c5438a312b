"""Settings and fixtures for all tests."""

import pytest
import torch

from tests.helpers.chromium import Chromium, find_chromium

# Several test processes with several threads each get into each other's way: 280 s instead of 35 were seen here.
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser without a screen; tests that want one are skipped where there is none."""
    program = find_chromium()
    if program is None:
        pytest.skip("there is no Chromium to look at the page with (Debian: apt install chromium)")
    with Chromium(program, tmp_path_factory.mktemp("profile")) as running:
        yield running
