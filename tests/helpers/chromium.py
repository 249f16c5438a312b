"""The system's Chromium without a screen, driven by Playwright: looks at a page as a reader does."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Path of the browser; None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Chromium:
    """One page at a time in a browser.

    Attributes:
        complaints: errors and warnings of the console, and uncaught exceptions, since the page was opened.
        requested: addresses that the page asked for.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._page: Page | None = None
        self.complaints: list[str] = []
        self.requested: list[str] = []

    def open(self, path: Path, *, width: int, dark: bool = False) -> None:
        """Open a file in a window of this width and wait until it is loaded."""
        if self._page:
            self._page.close()
        scheme: Any = "dark" if dark else "light"
        self._page = self._browser.new_page(
            viewport={"width": width, "height": 900}, is_mobile=width < 600, color_scheme=scheme
        )
        self.complaints, self.requested = [], []
        complaints, requested = self.complaints, self.requested
        self._page.on(
            "console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        self._page.on("pageerror", lambda error: complaints.append(str(error)))
        self._page.on("request", lambda request: requested.append(request.url))
        self._page.goto(path.resolve().as_uri())

    @property
    def page(self) -> Page:
        """The page that is open."""
        assert self._page is not None, "no page is open"
        return self._page

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        return self.page.evaluate(script)


@contextmanager
def run_chromium(program: str) -> Iterator[Chromium]:
    """A browser for a `with` statement."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield Chromium(browser)
        finally:
            browser.close()


def assert_page_opens_without_complaints(browser: Chromium, path: Path, *, width: int, dark: bool) -> None:
    """From a file alone, with everything in it opened, and without scrolling sideways; it stays open."""
    browser.open(path, width=width, dark=dark)
    browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    browser.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert browser.evaluate("window.innerWidth") == width
    assert browser.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert browser.complaints == []
    assert all(address.startswith(("file:", "data:")) for address in browser.requested)
    # Wide tables scroll in a box of their own.
    boxes = "[...document.querySelectorAll('table')].map(each => getComputedStyle(each.parentElement).overflowX)"
    assert set(browser.evaluate(boxes)) == {"auto"}
