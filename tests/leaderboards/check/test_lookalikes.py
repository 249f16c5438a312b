"""Names and titles that can't be seen, or are taken for others."""

import pytest

from leaderboards.check.check import check
from leaderboards.check.lookalikes import skeleton
from leaderboards.check.tree import check_tree
from leaderboards.commands.check import Check
from tests.leaderboards.helpers.corpus import setting
from tests.leaderboards.helpers.make_submission import BENCHMARKS, KEY, make_submission

UNSEEN = {
    "a Hangul filler": "\u3164",
    "blank Braille": "\u2800 \u2800",
    "half-width fillers": "\uffa0\uffa0",
    "a variation selector": "Badger\ufe0f",
    "a joiner of graphemes": "Bad\u034fger",
    "marks alone": "\u0301\u0302",
    "towers of marks": "Z" + "\u0301" * 12 + "algo",
    "two spaces": "Badger  free",
    "a selector of ideographs": "\u845b\U000e0100",
}


@pytest.mark.parametrize("title", UNSEEN.values(), ids=UNSEEN)
def test_titles_must_be_seen(tmp_path, title):
    for path in ("title", "authors.0"):
        folder = make_submission(tmp_path / path, seeds=1)
        setting(path, title)(folder)
        errors = [error for error in check(folder, benchmarks=BENCHMARKS) if error.field.startswith(path[:5])]
        assert errors
        assert errors[0].reason.startswith("must")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Badger", "\u0412adger"), ("Badger", "B\u0430dg\u0435r"), ("Badger", "BADGER"), ("Badger", "\uff22adger"),
        ("Zoom", "Z00m"), ("Mail", "MaiI"), ("Modern", "Modem"), ("Swarm", "Svvarm"), ("Badger", "\U0001d401adger"),
        ("Badger free", "Badger-free"),
    ],
)  # fmt: skip
def test_titles_that_look_like_those_of_others_are_refused(tmp_path, one, other):
    first = make_submission(tmp_path, name="first", title=one, seeds=1)
    second = make_submission(tmp_path, name="second", title=other, seeds=1)
    found = check_tree(tmp_path, "tiny", benchmarks=BENCHMARKS)
    assert found[first] == []
    assert [(error.field, "look like that of 2026-01-02_first" in error.reason) for error in found[second]] == [
        ("title", True)
    ]


@pytest.mark.parametrize("name", ["m0dern", "modem", "mo-dern"])
def test_names_that_look_like_those_of_others_are_refused(tmp_path, name):
    make_submission(tmp_path, name="modern", title="One", seeds=1)
    second = make_submission(tmp_path, name=name, title="Another", date="2026-01-03", seeds=1)
    (error,) = check_tree(tmp_path, "tiny", benchmarks=BENCHMARKS)[second]
    assert (error.field, "look like that of 2026-01-02_modern" in error.reason) == ("name", True)


def test_titles_that_differ_and_those_of_versions_are_passed(tmp_path):
    made = [make_submission(tmp_path, name=name, title=title, seeds=1, key=KEY) for name, title in NAMES.items()]
    made.append(
        make_submission(
            tmp_path, name="one", title="B\u0430dger", date="2026-02-01", previous=made[0].name, seeds=2, key=KEY
        )
    )
    assert check_tree(tmp_path, "tiny", benchmarks=BENCHMARKS) == {folder: [] for folder in made}
    assert skeleton("\u737e") != skeleton("\u718a")


NAMES = {"one": "Badger", "two": "Badger, mean messages", "three": "\u737e", "four": "\u718a", "five": "Badger 2"}


def test_control_characters_of_a_folder_never_reach_the_terminal(tmp_path, capsys):
    folder = make_submission(tmp_path / "v1", seeds=1)
    evil = folder.rename(folder.with_name("x\x1b[2J\x07\u202ey"))
    Check(folders=(evil,)).run()
    said = capsys.readouterr().out
    assert said
    assert all(line.isprintable() for line in said.splitlines())
