"""Settings and fixtures for all tests."""

import pytest
import torch

from tests.helpers.chromium import find_chromium, run_chromium

# Several test processes with several threads each get into each other's way: 280 s instead of 35 were seen here.
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def browser():
    """A browser without a screen; tests that want one are skipped where there is none."""
    program = find_chromium()
    if program is None:
        pytest.skip("there is no Chromium to look at the page with (Debian: apt install chromium)")
    with run_chromium(program) as running:
        yield running
