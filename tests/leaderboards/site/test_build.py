"""The pages as files: whole or not there, the same bytes every time, and every number with its formula."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from leaderboards.check.tree import walk_tree
from leaderboards.schema.benchmark import load_benchmark
from leaderboards.schema.status import record, withdraw
from leaderboards.schema.submission import FILE
from leaderboards.site.board import rank
from leaderboards.site.board_json import to_json
from leaderboards.site.build import build
from leaderboards.site.pages import pages
from leaderboards.site.sections import rules_of
from leaderboards.site.site_folder import LIST
from tests.helpers.paths import ROOT
from tests.leaderboards.helpers.boards import board
from tests.leaderboards.helpers.corpus import setting
from tests.leaderboards.helpers.html_page import Page
from tests.leaderboards.helpers.make_submission import BENCHMARKS, make_submission


@pytest.fixture
def root(tmp_path):
    """Three submissions: one checked, one withdrawn, one self-reported."""
    root = tmp_path / "submissions"
    first = make_submission(root, name="first", skill=0.9)
    record(first, "checked", "the board", {"rows": 10, "exact": True}, date="2026-01-05")
    withdraw(make_submission(root, name="second", skill=0.7), "found a mistake", date="2026-01-06")
    make_submission(root, name="third", skill=0.5, source="own")
    return root


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_build_writes_a_page_for_board_entries_and_problems_and_the_raw_files(root, tmp_path):
    built = build(root, "tiny", tmp_path / "site", benchmarks=BENCHMARKS)
    assert (built.entries, built.left_out) == (3, {})
    names = [f"2026-01-02_{name}" for name in ("first", "second", "third")]
    assert set(files(tmp_path / "site")) == {
        "index.html",
        "board.json",
        "problem/guess.html",
        "problem/xor.html",
        *(f"entry/{name}.html" for name in names),
        LIST,
    }
    page = (tmp_path / "site/entry" / f"{names[0]}.html").read_text()
    (link,) = re.findall(r'href="([^"]+/submission\.json)"', page)
    assert (tmp_path / "site/entry" / link).read_bytes() == (root / "tiny" / names[0] / FILE).read_bytes()
    assert hashlib.sha256((root / "tiny" / names[0] / FILE).read_bytes()).hexdigest() in page
    assert "exact yes" in page
    assert "True" not in page
    assert "found a mistake" in (tmp_path / "site/entry" / f"{names[1]}.html").read_text()


def test_build_writes_the_same_bytes_again(root, tmp_path):
    for name in ("one", "two"):
        build(root, "tiny", tmp_path / name, benchmarks=BENCHMARKS)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    build(root, "tiny", tmp_path / "one", benchmarks=BENCHMARKS)
    assert files(tmp_path / "one") == files(tmp_path / "two"), "also over an older site"


def test_build_writes_the_same_bytes_in_another_process(root, tmp_path):
    build(root, "tiny", tmp_path / "here", benchmarks=BENCHMARKS)
    script = (
        "import sys; from pathlib import Path\n"
        "class Refuse:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name.split('.')[0] in ('torch', 'baselines', 'matplotlib'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "from leaderboards.site.build import build\n"
        "root, out, benchmarks = map(Path, sys.argv[1:])\n"
        "build(root, 'tiny', out, benchmarks=benchmarks)\n"
    )
    there = tmp_path / "there"
    command = [sys.executable, "-c", script, str(root), str(there), str(BENCHMARKS)]
    subprocess.run(command, check=True, cwd=ROOT, env={"PYTHONHASHSEED": "7"})
    assert files(tmp_path / "here") == files(there)


def test_build_leaves_out_what_does_not_pass_the_check(root, tmp_path):
    edited = root / "tiny" / "2026-01-02_third" / FILE
    content = json.loads(edited.read_text())
    content["rows"][0]["returns"][0] += 0.5
    edited.write_text(json.dumps(content))
    (root / "tiny" / "2026-01-02_first" / "status.json").write_text('{"format": 1, "history": [{"status": "best"}]}')
    broken = root / "tiny" / "<script>alert(1)<"
    broken.mkdir()
    built = build(root, "tiny", tmp_path / "site", benchmarks=BENCHMARKS)
    assert built.entries == 1
    assert set(built.left_out) == {"2026-01-02_first", "2026-01-02_third", broken.name}
    assert all(errors and all(str(error) for error in errors) for errors in built.left_out.values())
    assert not any("third" in path or "script" in path for path in files(tmp_path / "site"))


def test_build_refuses_to_replace_what_is_no_site(root, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="out must be a new or empty folder"):
        build(root, "tiny", mine, benchmarks=BENCHMARKS)
    assert files(mine) == {"thesis.txt": b"years of work"}
    with pytest.raises(ValueError, match="benchmark must be one of tiny"):
        build(root, "v0", tmp_path / "site", benchmarks=BENCHMARKS)


def test_build_that_fails_leaves_the_old_site_alone(root, tmp_path):
    out = tmp_path / "site"
    build(root, "tiny", out, benchmarks=BENCHMARKS)
    before = files(out)
    benchmarks = tmp_path / "benchmarks"
    benchmarks.mkdir()
    # A benchmark with a problem whose documentation can't be found, so that pages can't be made.
    text = (BENCHMARKS / "tiny.json").read_text().replace("Badger/HiddenXOR-v0", "Badger/Nothing-v0")
    (benchmarks / "tiny.json").write_text(text)
    with pytest.raises(ValueError, match="id must be one of"):
        build(root, "tiny", out, benchmarks=benchmarks)
    assert files(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["benchmarks", "site", "submissions"]


def test_build_removes_older_pages(root, tmp_path):
    out = tmp_path / "site"
    build(root, "tiny", out, benchmarks=BENCHMARKS)
    shutil.rmtree(root / "tiny" / "2026-01-02_second")
    assert (out / "entry" / "2026-01-02_second.html").is_file()
    build(root, "tiny", out, benchmarks=BENCHMARKS)
    assert not (out / "entry" / "2026-01-02_second.html").exists()


@pytest.mark.parametrize("name", ["board.json", "index.html", "entry/mine.html", LIST])
def test_build_replaces_no_folder_that_it_did_not_make(root, tmp_path, name):
    theirs = tmp_path / "theirs"
    (theirs / name).parent.mkdir(parents=True)
    (theirs / name).write_text('{"format": 1, "entries": ["years of work"]}')
    before = files(theirs)
    with pytest.raises(ValueError, match="out must be a new or empty folder, or a site that was built before"):
        build(root, "tiny", theirs, benchmarks=BENCHMARKS)
    assert files(theirs) == before


def test_build_keeps_what_others_put_into_a_site(root, tmp_path):
    out = tmp_path / "site"
    build(root, "tiny", out, benchmarks=BENCHMARKS)
    (out / "notes").mkdir()
    (out / "notes" / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="nothing else than a site that was built before, got 'notes/thesis.txt'"):
        build(root, "tiny", out, benchmarks=BENCHMARKS)
    assert (out / "notes" / "thesis.txt").read_text() == "years of work"


def test_build_removes_what_a_killed_build_left_and_nothing_else(root, tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for kind in ("new", "old"):
        (tmp_path / f".site.{dead.pid}.{kind}" / "entry").mkdir(parents=True)
    kept = [tmp_path / f".other.{dead.pid}.new", tmp_path / f".site.{os.getpid()}.tmp", tmp_path / ".site.new"]
    for folder in kept:
        folder.mkdir()
    build(root, "tiny", tmp_path / "site", benchmarks=BENCHMARKS)
    assert sorted(tmp_path.glob(".*")) == sorted(kept)


def test_build_shows_what_was_checked_and_not_what_lies_there_later(root, tmp_path):
    folder = root / "tiny" / "2026-01-02_first"
    before = hashlib.sha256((folder / FILE).read_bytes()).hexdigest()
    found = walk_tree(root, "tiny", benchmarks=BENCHMARKS)
    checked = next(found)
    setting("title", "Something else")(folder)
    assert checked.folder == folder
    assert checked.written.submission.title == "The first agent"
    assert hashlib.sha256(checked.written.content).hexdigest() == before


def test_build_links_to_an_address_for_the_raw_files(root, tmp_path):
    build(root, "tiny", tmp_path / "site", benchmarks=BENCHMARKS, raw="https://example.org/submissions/tiny")
    page = (tmp_path / "site/entry/2026-01-02_first.html").read_text()
    assert 'href="https://example.org/submissions/tiny/2026-01-02_first/submission.json"' in page


def test_build_of_no_entries_has_pages(tmp_path):
    built = build(tmp_path / "nothing", "tiny", tmp_path / "site", benchmarks=BENCHMARKS)
    assert built.entries == 0
    assert "There are no entries yet" in (tmp_path / "site/index.html").read_text()
    assert "There are no entries on this problem yet" in (tmp_path / "site/problem/xor.html").read_text()


def test_pages_link_numbers_to_their_formulas(parsed):
    index = parsed["index.html"]
    for anchor in ("score", "iqm", "interval", "rank", "ranked", "sizes", "probability", "profile", "costs", "status"):
        assert anchor in index.ids
    asked = {link["href"] for page in parsed.values() for link in page.links if link.get("class") == "why"}
    assert {"#rank", "#iqm", "#probability", "../index.html#iqm", "../index.html#sizes"} <= asked


def test_pages_include_the_numbers_as_data(texts):
    data = json.loads(texts["board.json"])
    assert data == json.loads(json.dumps(to_json(board())))
    first = data["entries"][0]
    assert (first["id"], first["rank"]["rank"], first["status"]) == ("2026-01-02_best", 1, "reproduced")
    assert list(first["problems"]["guess"]["sizes"]) == ["1", "2", "3"]
    assert f"{first['score']['estimate']:.3f}" in texts["index.html"]


def test_pages_show_no_interval_for_one_seed(texts):
    assert "one seed, no interval" in texts["entry/2026-01-02_one-seed.html"]
    assert "one seed, no interval" not in texts["entry/2026-01-02_best.html"]
    assert not any(">nan" in text or " nan" in text for text in texts.values())
    (alone,) = [each for each in json.loads(texts["board.json"])["entries"] if each["id"] == "2026-01-02_one-seed"]
    for at in alone["problems"]["guess"]["sizes"].values():
        assert (at["score"]["low"], at["score"]["high"]) == (None, None)


def test_rules_of_are_those_of_the_task():
    benchmark = load_benchmark("v1")
    for problem in benchmark.problems:
        assert {"", "Observation", "Action", "Reward", "Episode end", "Reference returns"} <= set(rules_of(problem))


def test_pages_include_every_problem_of_v1():
    benchmark = load_benchmark("v1")
    found = dict(pages(rank(benchmark, []), {}))
    for problem in benchmark.problems:
        page = Page(found[f"problem/{problem.name}.html"])
        assert "Observation" in page.words


def test_pages_say_which_problems_were_not_entered(texts):
    page = texts["entry/2026-01-02_one-problem.html"]
    assert "Not entered: Guess." in page
    assert "Unranked: not on guess" in page
