"""The page of the report as a reader sees it: in a browser, on a phone and on a screen."""

import pytest

from baselines.report import write_report
from tests.helpers.chromium import assert_page_opens_without_complaints
from tests.helpers.report_content import synthetic_result, write_run

UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
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
    seen = "e => e.getClientRects().length && e.checkVisibility()"
    return browser.evaluate(f"[...document.querySelectorAll({selector!r})].filter({seen}).length")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_page_opens_from_a_file_without_complaints_and_never_scrolls_sideways(browser, page, width, dark):
    assert_page_opens_without_complaints(browser, page, width=width, dark=dark)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_that_keeps_somebody_from_reading(browser, page, width, dark):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    browser.open(page, width=width, dark=dark)
    browser.evaluate(UNFOLD)
    found = axe.Axe().run(browser.page)
    assert found.violations_count == 0, found.generate_report()


def test_tables_are_cards_on_a_phone_and_never_scroll_sideways(browser, page):
    browser.open(page, width=390)
    browser.evaluate(UNFOLD)
    wider = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
    assert browser.evaluate(wider) == 0
    before = "getComputedStyle(document.querySelector('#all tbody td'), '::before').content"
    assert browser.evaluate(before) == '"score"'


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_first_screen_is_a_sentence_and_the_whole_picture(browser, page, width, height):
    browser.open(page, width=width)
    ends = "[...document.querySelectorAll('.headline, .dots')].map(e => e.getBoundingClientRect().bottom)"
    headline, picture = browser.evaluate(ends)[:2]
    assert headline < picture < height
    assert browser.evaluate("document.documentElement.scrollHeight") < 4 * height, "what is below is folded"


def test_what_an_address_points_at_is_unfolded(browser, page):
    browser.open(page, width=390)
    assert visible(browser, "#problem-xor3 table, #ability-score table") == 0
    browser.evaluate("location.hash = 'problem-xor3'")
    browser.page.wait_for_function("document.querySelector('#problem-xor3').open")
    browser.page.click(".dots li a")
    browser.page.wait_for_function("document.querySelector('#ability-score').open")
    assert visible(browser, "#ability-score table") == 1


def test_paper_has_no_folds(browser, page):
    browser.open(page, width=1280)
    closed = "document.querySelectorAll('details:not([open])').length"
    before = browser.evaluate(closed)
    assert before > 5
    browser.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert browser.evaluate(closed) == 0
    browser.evaluate("dispatchEvent(new Event('afterprint'))")
    assert browser.evaluate(closed) == before


def test_policy_of_the_page_lets_no_other_script_or_style_in(browser, page):
    browser.open(page, width=1280)
    assert browser.complaints == [], "our own are let in"
    strange = """(() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      document.body.setAttribute("style", "color: red");
      return [window.ran === true, getComputedStyle(document.body).color];
    })()"""
    ran, color = browser.evaluate(strange)
    assert not ran
    assert color != "rgb(255, 0, 0)"


def test_page_is_dark_for_those_who_want_it_dark(browser, page):
    backgrounds = []
    for dark in (False, True):
        browser.open(page, width=1280, dark=dark)
        backgrounds.append(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert backgrounds == ["rgb(255, 255, 255)", "rgb(20, 23, 27)"]


def test_table_is_sorted_by_its_heads_with_the_mouse_and_with_keys(browser, page):
    browser.open(page, width=1280)
    browser.evaluate(UNFOLD)
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
    browser.evaluate(UNFOLD)
    table = "document.querySelector('#problem-xor3 table')"
    for _ in range(2):
        browser.evaluate(f"{table}.querySelectorAll('button')[2].click()")
        assert browser.evaluate(f"[...{table}.tBodies[0].rows].map(row => row.cells[2].textContent)")[-1] == ""


def test_filter_leaves_out_agents_and_problems(browser, page):
    browser.open(page, width=1280)
    browser.evaluate(UNFOLD)
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
    assert visible(browser, "[data-problem]") == 0
    assert visible(browser, "#verdict") == 1
    assert browser.complaints == []


def test_pictures_do_not_share_ids_and_videos_are_found(browser, page):
    browser.open(page, width=1280)
    ids = browser.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert len(ids) == len(set(ids))
    browser.evaluate(UNFOLD)
    browser.evaluate("document.querySelector('#problem-xor3 img').scrollIntoView()")
    assert browser.evaluate("document.querySelector('#problem-xor3 img').decode().then(() => true)")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_letter_on_the_page_is_smaller_than_twelve_pixels(browser, page, width):
    browser.open(page, width=width)
    browser.evaluate(UNFOLD)
    sizes = """[...document.querySelectorAll('body *')]
      .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
      .map(e => {
        const picture = e.closest('figure svg');
        const zoom = picture ? picture.getBoundingClientRect().width / picture.viewBox.baseVal.width : 1;
        return parseFloat(getComputedStyle(e).fontSize) * zoom;
      })"""
    found = browser.evaluate(sizes)
    assert len(found) > 300
    assert min(found) >= 12.0
