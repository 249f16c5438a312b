"""The board as a reader sees it: in a browser, on a phone and on a screen, with the mouse and with keys alone."""

import re
from pathlib import Path

import pytest

from leaderboards.schema.benchmark import load_benchmark
from leaderboards.site.board import rank
from leaderboards.site.pages import pages
from tests.helpers.chromium import assert_page_opens_without_complaints
from tests.leaderboards.helpers.boards import board, submission
from tests.leaderboards.helpers.make_submission import BENCHMARKS

PAGES = (
    "index.html",
    "entry/2026-01-02_gap.html",
    "entry/2026-01-02_long.html",
    "entry/2026-01-02_hostile.html",
    "problem/guess.html",
)
TITLES = "[...document.querySelectorAll('#board tbody tr:not([hidden]) .title')].map(each => each.textContent)"
WITH_WEIGHTS = (
    "[...document.querySelectorAll('#board tbody')[1].querySelectorAll('tr:not([hidden]) .title')]"
    ".map(each => each.textContent)"
)
STATUSES = "[...document.querySelectorAll('#board tbody tr:not([hidden]) .badge')].map(each => each.textContent)"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    for path, text in pages(board(), {}):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    return folder


def tab_to(browser, selector):
    """Press Tab until an element has the focus."""
    for _ in range(200):
        browser.page.keyboard.press("Tab")
        if browser.evaluate(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(f"Tab never came to {selector}")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_pages_open_from_a_file_and_never_scroll_sideways(browser, site, path, width, dark):
    assert_page_opens_without_complaints(browser, site / path, width=width, dark=dark)
    expected = "rgb(20, 23, 27)" if dark else "rgb(255, 255, 255)"
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == expected


def test_pages_run_no_script_in_a_name(browser, site):
    browser.open(site / "index.html", width=1280)
    assert browser.evaluate("document.querySelectorAll('img, script').length") == 1, "the script of the page alone"
    # Even if a template forgot to escape one day, the policy of the page refuses what it does not know.
    browser.evaluate(
        "(s => { s.textContent = 'window.broken = true'; document.body.append(s); })(document.createElement('script'))"
    )
    browser.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.broken = true\">')")
    browser.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert browser.evaluate("window.broken") is None
    assert len(browser.complaints) >= 2, "both attempts were refused"


def test_board_is_sorted_with_the_mouse(browser, site):
    browser.open(site / "index.html", width=1280)
    as_written = browser.evaluate(TITLES)
    heads = browser.evaluate("[...document.querySelectorAll('#board th button')].map(each => each.textContent)")
    browser.evaluate(f"document.querySelectorAll('#board th button')[{heads.index('score')}].click()")
    upwards = browser.evaluate(WITH_WEIGHTS)
    assert (upwards[0], upwards[-1]) == ("The worse-than-blind agent", "The one-problem agent"), "no score comes last"
    assert browser.evaluate(TITLES)[0] == as_written[1] != upwards[0], "kinds of evidence stay apart"
    browser.evaluate(f"document.querySelectorAll('#board th button')[{heads.index('score')}].click()")
    downwards = browser.evaluate(WITH_WEIGHTS)
    assert downwards[-2:] == ["The worse-than-blind agent", "The one-problem agent"]
    assert browser.evaluate("document.querySelector('#board th[aria-sort]').getAttribute('aria-sort')") == "descending"
    browser.evaluate(f"document.querySelectorAll('#board th button')[{heads.index('score')}].click()")
    assert browser.evaluate(TITLES) == as_written
    assert browser.complaints == []


def test_board_is_sorted_with_keys(browser, site):
    browser.open(site / "index.html", width=1280)
    as_written = browser.evaluate(TITLES)
    tab_to(browser, "#board thead th:nth-child(2) button")
    browser.page.keyboard.press("Enter")
    by_title = browser.evaluate(WITH_WEIGHTS)
    assert browser.evaluate(TITLES) != as_written
    assert sorted(by_title[1:], key=str.lower) == by_title[1:]
    browser.page.keyboard.press("Enter")
    assert browser.evaluate(WITH_WEIGHTS)[0] == "The worse-than-blind agent"


def test_board_is_filtered_by_words_status_and_rank(browser, site):
    browser.open(site / "index.html", width=1280)
    everybody = len(browser.evaluate(TITLES))
    assert everybody == len(board().entries)
    tab_to(browser, "input[type=search]")
    browser.page.keyboard.insert_text("tied ada")
    assert browser.evaluate(TITLES) == ["The tied-one agent", "The tied-two agent"]
    assert browser.evaluate("document.querySelector('form output').textContent") == f"2 of {everybody} shown"
    browser.page.keyboard.insert_text(" nobody has this")
    assert browser.evaluate(TITLES) == []
    browser.evaluate("(f => { f.reset(); f.dispatchEvent(new Event('input')); })(document.querySelector('form'))")
    browser.evaluate(
        "(s => { s.value = 'reproduced'; s.dispatchEvent(new Event('input', {bubbles: true})); })"
        "(document.querySelector('select'))"
    )
    assert set(browser.evaluate(STATUSES)) == {"reproduced"}
    browser.evaluate("document.querySelector('form').reset()")
    browser.evaluate("document.querySelector('input[type=checkbox]').click()")
    assert len(browser.evaluate(TITLES)) == len(board().ranked)
    assert browser.complaints == []


def test_board_search_stays_on_the_page_at_enter(browser, site):
    browser.open(site / "index.html", width=1280)
    tab_to(browser, "input[type=search]")
    browser.page.keyboard.insert_text("gap")
    browser.page.keyboard.press("Enter")
    assert browser.evaluate(TITLES) == ["The gap agent"]
    assert browser.evaluate("location.search") == ""


def test_tables_of_problems_and_entries_are_sorted_too(browser, site):
    browser.open(site / "problem/guess.html", width=390)
    titles = "[...document.querySelectorAll('#entries tbody')[1].querySelectorAll('.title')].map(e => e.textContent)"
    as_written = browser.evaluate(titles)
    browser.evaluate("document.querySelectorAll('#entries th button')[1].click()")
    assert browser.evaluate(titles)[0] == "The worse-than-blind agent"
    browser.evaluate("document.querySelectorAll('#entries th button')[1].click()")
    browser.evaluate("document.querySelectorAll('#entries th button')[1].click()")
    assert browser.evaluate(titles) == as_written
    assert browser.complaints == []


def test_formulas_are_one_press_away(browser, site):
    browser.open(site / "entry/2026-01-02_gap.html", width=1280)
    linked = "document.querySelector('a.why[href$=\"#interval\"]').href"
    assert browser.evaluate(linked) == (site / "index.html").resolve().as_uri() + "#interval"
    browser.open(site / "index.html", width=1280)
    tab_to(browser, 'a.why[href="#rank"]')
    browser.page.keyboard.press("Enter")
    assert browser.evaluate("location.hash") == "#rank"
    assert browser.evaluate("document.querySelector(':target').textContent") == "Rank interval"


def test_pictures_have_names_and_every_control_a_label(browser, site):
    for path in PAGES:
        browser.open(site / path, width=1280)
        assert browser.evaluate("document.querySelectorAll('svg:not([aria-label]):not([aria-hidden])').length") == 0
        assert browser.evaluate("[...document.querySelectorAll('input, select')].every(e => e.labels.length)")
        assert browser.evaluate("document.querySelectorAll('h1').length") == 1


def test_tables_never_scroll_sideways_on_a_phone(browser, site):
    for path in PAGES:
        browser.open(site / path, width=390)
        browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        wide = "[...document.querySelectorAll('table')].filter(e => e.offsetWidth > e.parentElement.clientWidth).length"
        assert browser.evaluate(wide) == 0, path


@pytest.mark.parametrize("width", [390, 1280])
def test_no_text_is_smaller_than_twelve_pixels(browser, site, width):
    pictures = (
        "[...document.querySelectorAll('svg text')].map(e => parseFloat(getComputedStyle(e).fontSize) * "
        "e.getScreenCTM().a)"
    )
    words = (
        "[...document.querySelectorAll('body *')].filter(e => e.children.length === 0 && e.textContent.trim() && "
        "!e.closest('svg')).map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    for path in PAGES:
        browser.open(site / path, width=width)
        browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert min(browser.evaluate(pictures)) >= 12.0, path
        assert min(browser.evaluate(words)) >= 12.0, path


def test_the_first_screen_shows_the_picture(browser, site):
    for width in (390, 1280):
        browser.open(site / "index.html", width=width)
        bottom = browser.evaluate("document.querySelector('#best .dots').getBoundingClientRect().bottom")
        assert bottom < 844, "the sentence and the whole picture, without scrolling"


def test_intervals_are_seen_with_the_mouse_and_with_keys(browser, site):
    tip = "getComputedStyle(document.querySelector('.hot[data-tip]'), '::after').content"
    browser.open(site / "index.html", width=1280)
    assert browser.evaluate(tip) == "none"
    browser.page.hover(".hot[data-tip]")
    assert "95 % interval" in browser.evaluate(tip)
    browser.open(site / "index.html", width=1280)
    tab_to(browser, ".hot")
    assert "95 % interval" in browser.evaluate(tip)
    browser.page.keyboard.press("ArrowRight")
    assert browser.evaluate("document.activeElement.dataset.label") == "Xor"
    browser.page.keyboard.press("ArrowDown")
    rows = "document.activeElement.parentElement.id"
    assert browser.evaluate(rows) == browser.evaluate("document.querySelectorAll('tr[data-status]')[1].id")
    assert browser.evaluate("document.querySelectorAll('#board .hot[tabindex=\"0\"]').length") == 1


def test_links_unfold_what_they_lead_to_and_paper_shows_everything(browser, site):
    browser.open(site / "index.html", width=1280)
    folded = "document.querySelectorAll('details:not([open])').length"
    assert browser.evaluate(folded) >= 3
    browser.page.click("nav.index a[href='#submit']")
    browser.page.wait_for_function("document.querySelector('#submit').open")
    before = browser.evaluate(folded)
    browser.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert browser.evaluate(folded) == 0
    browser.evaluate("dispatchEvent(new Event('afterprint'))")
    assert browser.evaluate(folded) == before
    browser.page.emulate_media(media="print")
    assert browser.evaluate("getComputedStyle(document.querySelector('summary')).breakAfter") == "avoid"
    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"


def test_long_lists_go_on_at_further_pages(monkeypatch, browser, tmp_path):
    monkeypatch.setattr("leaderboards.site.pages.ON_A_PAGE", 4)
    texts = dict(pages(board(), {}))
    names = [path for path in texts if path.startswith("index")]
    assert names == ["index.html", *(f"index-{number}.html" for number in range(2, len(names) + 1))]
    assert len(names) == -(-len(board().entries) // 4)
    found = [id for path in names for id in re.findall(r'<tr id="([^"]+)"', texts[path])]
    assert found == [entry.id for entry in board().entries], "everybody once, in order"
    assert "problem/guess-2.html" in texts
    assert '<h2 class="first">' not in texts["problem/guess-2.html"], "what is not a list stands on the first page"
    for path, text in texts.items():
        if path.endswith(".html"):
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text)
    browser.open(tmp_path / "index.html", width=1280)
    browser.page.click("nav.turn a")
    assert browser.page.url.endswith("index-2.html")
    assert browser.evaluate("document.querySelector('[aria-current]').textContent") == "2"


def test_a_long_list_begins_short_and_is_searched_and_printed_whole(browser, tmp_path):
    one = submission(sizes={"guess": (2,), "xor": (2,)})
    many = [(one.model_copy(update={"name": f"agent-{n}", "title": f"Agent {n}"}), "checked") for n in range(25)]
    (tmp_path / "index.html").write_text(dict(pages(rank(load_benchmark("tiny", BENCHMARKS), many), {}))["index.html"])
    seen = "[...document.querySelectorAll('#board tr[data-status]')].filter(each => each.offsetHeight).length"
    browser.open(tmp_path / "index.html", width=390)
    assert browser.evaluate(seen) == 10
    browser.page.click("button.more")
    assert browser.evaluate(seen) == 25
    browser.open(tmp_path / "index.html", width=390)
    tab_to(browser, "input[type=search]")
    browser.page.keyboard.insert_text("24")
    assert browser.evaluate(seen) == 1
    browser.open(tmp_path / "index.html", width=1280)
    assert browser.evaluate(seen) == 20
    browser.page.emulate_media(media="print")
    assert browser.evaluate(seen) == 25


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(browser, site, width, dark):
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core is of the package axe-playwright-python")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text()
    for path in PAGES:
        browser.open(site / path, width=width, dark=dark)
        browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        browser.page.evaluate(script)  # by the debugger, which no policy of a page keeps out
        found = browser.evaluate("axe.run().then(found => found.violations.map(e => e.id + ': ' + e.nodes[0].html))")
        assert found == [], path
