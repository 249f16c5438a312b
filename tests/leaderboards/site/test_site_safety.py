"""What submitters write stays text, links lead where they say, and nothing but the script of the site may run."""

import base64
import hashlib
from urllib.parse import urldefrag

from leaderboards.schema.benchmark import load_benchmark
from leaderboards.site.board import rank
from leaderboards.site.pages import pages
from tests.helpers.paths import ROOT
from tests.leaderboards.helpers.boards import HOSTILE, submission
from tests.leaderboards.helpers.make_submission import BENCHMARKS


def test_pages_escape_what_submitters_write(texts, parsed):
    hostile = next(page for path, page in parsed.items() if path.endswith("_hostile.html"))
    assert HOSTILE in "".join(hostile.words)
    for path, page in parsed.items():
        assert len(page.scripts) == 1, path
        assert not any(tag in ("img", "iframe", "object", "embed", "base") for tag, _ in page.tags), path
        assert not any(name.startswith("on") for _, given in page.tags for name in given), path
        assert not any("javascript:" in (link["href"] or "") for link in page.links), path


def test_pages_link_elsewhere_by_https_without_referrer(parsed):
    outside = [link for page in parsed.values() for link in page.links if "//" in link["href"]]
    assert len(outside) > 10
    assert all(link["href"].startswith("https://") and link["rel"] == "noopener nofollow" for link in outside)
    for page in parsed.values():
        fetched = [
            given
            for tag, given in page.tags
            if tag in ("link", "script", "img") and ("src" in given or "href" in given)
        ]
        assert fetched == [{"rel": "icon", "href": "data:,"}]


def test_pages_have_no_dead_links(texts, parsed):
    for path, page in parsed.items():
        assert len(set(page.ids)) == len(page.ids), f"{path} has an id twice"
        for link in page.links:
            if "//" in link["href"]:
                continue
            target, anchor = urldefrag(link["href"])
            place = str((ROOT / path).parent.joinpath(target).resolve().relative_to(ROOT)) if target else path
            if place.startswith("raw/"):
                continue
            assert place in texts, f"{path} links to {place}"
            assert not anchor or anchor in parsed[place].ids, f"{path} links to {place}#{anchor}"


def test_pages_allow_only_their_own_script_and_style(parsed):
    for path, page in parsed.items():
        (policy,) = [
            given["content"] for tag, given in page.tags if given.get("http-equiv") == "Content-Security-Policy"
        ]
        allowed = dict(part.split(" ", 1) for part in policy.split("; "))
        for name, found in (("script-src", page.scripts), ("style-src", page.styles)):
            digest = base64.b64encode(hashlib.sha256("".join(found).encode()).digest()).decode()
            assert allowed[name] == f"'sha256-{digest}'", path
        assert allowed["default-src"] == "'none'"


def test_pages_run_no_template_in_a_name():
    one = submission(name="braces", title="{{ 7 * 7 }} {% raw %}")
    found = dict(pages(rank(load_benchmark("tiny", BENCHMARKS), [(one, "checked")]), {}))
    assert "{{ 7 * 7 }} {% raw %}" in found["entry/2026-01-02_braces.html"]
