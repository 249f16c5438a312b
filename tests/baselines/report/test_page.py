"""The page of the report as a reader sees it: in a browser, on a phone and on a screen."""

import pytest

from baselines.report import write_report
from tests.helpers.chromium import assert_page_opens_without_complaints
from tests.helpers.report_content import synthetic_result, write_run

AGENTS = "[...document.querySelectorAll('#all table tbody tr')].map(row => row.cells[0].textContent)"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    out = tmp_path_factory.mktemp("page")
    result = synthetic_result()
    best = max(result.agents[0].runs, key=lambda run: run.score)
    write_run(out, best.hash, "xor3")
    return write_report(result, out)


def visible(browser, selector):
    """How many of these elements are shown."""
    return browser.evaluate(
        f"[...document.querySelectorAll({selector!r})].filter(e => e.getClientRects().length).length"
    )


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_page_opens_from_a_file_without_complaints_and_never_scrolls_sideways(browser, page, width, dark):
    assert_page_opens_without_complaints(browser, page, width=width, dark=dark)


def test_page_is_dark_for_those_who_want_it_dark(browser, page):
    backgrounds = []
    for dark in (False, True):
        browser.open(page, width=1280, dark=dark)
        backgrounds.append(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert backgrounds == ["rgb(255, 255, 255)", "rgb(20, 23, 27)"]


def test_table_is_sorted_by_its_heads_with_the_mouse_and_with_keys(browser, page):
    browser.open(page, width=1280)
    as_written = browser.evaluate(AGENTS)
    browser.evaluate("document.querySelectorAll('#all th button')[1].click()")
    assert browser.evaluate(AGENTS) == as_written[::-1], "by score, the least first"
    assert browser.evaluate("document.querySelectorAll('#all th')[1].getAttribute('aria-sort')") == "ascending"
    browser.evaluate("document.querySelectorAll('#all th button')[0].focus()")
    browser.page.keyboard.press("Enter")
    assert browser.evaluate(AGENTS) == sorted(as_written)
    browser.page.keyboard.press("Enter")
    assert browser.evaluate(AGENTS) == sorted(as_written, reverse=True)
    browser.page.keyboard.press("Enter")
    assert browser.evaluate(AGENTS) == as_written
    assert browser.evaluate("document.querySelectorAll('#all th[aria-sort]').length") == 0


def test_table_puts_what_is_empty_last_however_it_is_sorted(browser, page):
    browser.open(page, width=1280)
    table = "document.querySelector('#problem-xor3 table')"
    for _ in range(2):
        browser.evaluate(f"{table}.querySelectorAll('button')[2].click()")
        assert browser.evaluate(f"[...{table}.tBodies[0].rows].map(row => row.cells[2].textContent)")[-1] == ""


def test_filter_leaves_out_agents_and_problems(browser, page):
    browser.open(page, width=1280)
    lines = "#problem-xor3 svg [data-agent=shared]"
    assert visible(browser, lines) > 10
    assert visible(browser, "tr[data-agent=shared]") > 3
    browser.evaluate("document.querySelector('input[value=shared]').click()")
    assert visible(browser, lines) == 0
    assert visible(browser, "tr[data-agent=shared]") == 0
    assert visible(browser, "#problem-xor3 svg [data-agent=badger]") > 10
    browser.evaluate("document.querySelector('input[value=xor3]').click()")
    assert visible(browser, "#problem-xor3") == 0
    assert visible(browser, "nav a[data-problem=xor3]") == 0
    assert visible(browser, "#problem-guessing") == 1
    browser.evaluate("document.querySelector('form.filter button[value=all]').click()")
    assert visible(browser, lines) > 10
    browser.evaluate("document.querySelector('form.filter button[value=none]').click()")
    assert visible(browser, "section[data-problem]") == 0
    assert visible(browser, "#verdict") == 1
    assert browser.complaints == []


def test_pictures_do_not_share_ids_and_videos_are_found(browser, page):
    browser.open(page, width=1280)
    ids = browser.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert len(ids) == len(set(ids))
    browser.evaluate("document.querySelector('#problem-xor3 img').scrollIntoView()")
    assert browser.evaluate("document.querySelector('#problem-xor3 img').decode().then(() => true)")
