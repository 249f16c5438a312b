"""Who may continue an entry: whoever shows a key that it was made with, or a maintainer; nobody who types a name."""

import os
import stat
import subprocess
import sys

import pytest

from leaderboards.check.check import check, check_safely
from leaderboards.check.duplicates import KnownSubmissions
from leaderboards.check.tree import check_tree
from leaderboards.schema.keys import load_key, maintainers, public_of
from leaderboards.schema.submission import FILE, read_submission
from tests.helpers.paths import ROOT
from tests.leaderboards.helpers.corpus import edit, setting
from tests.leaderboards.helpers.make_submission import BENCHMARKS, KEY, OTHER_KEY, make_submission

NEWER = {"date": "2026-03-01", "seeds": 2}


def errors_of(tmp_path, **newer):
    """Make an entry of Ada and a version of it, and say what is wrong with the latter."""
    first = make_submission(tmp_path, key=KEY, seeds=1)
    second = make_submission(tmp_path, **NEWER, previous=first.name, **newer)
    found = check_tree(tmp_path, "tiny", benchmarks=BENCHMARKS)
    assert found[first] == []
    return [str(error) for error in found[second]]


def test_entries_are_continued_with_their_key(tmp_path):
    assert errors_of(tmp_path, key=KEY) == []


@pytest.mark.parametrize("key", [None, OTHER_KEY], ids=["no key", "another key"])
def test_entries_are_not_taken_over_by_typing_the_owner_as_co_author(tmp_path, key):
    (error,) = errors_of(tmp_path, key=key, authors=["Eve", "Ada Lovelace"])
    assert "previous: must be continued with a key that 2026-01-02_first was made with, or by a maintainer" in error


def test_entries_are_not_taken_over_with_the_public_half_of_the_key(tmp_path):
    first = make_submission(tmp_path, key=KEY, seeds=1)
    second = make_submission(tmp_path, key=OTHER_KEY, **NEWER, previous=first.name)
    text = (second / FILE).read_text()
    (second / FILE).write_text(text.replace(public_of(OTHER_KEY), public_of(KEY)))
    (error,) = check_tree(tmp_path, "tiny", benchmarks=BENCHMARKS)[second]
    assert str(error).startswith("submission.json: signature: must be that of this file by the key in it")


def test_signatures_of_one_submission_sign_no_other(tmp_path):
    first, second = (
        make_submission(tmp_path, key=KEY, seeds=1),
        make_submission(tmp_path, name="second", key=KEY, seeds=1),
    )
    signatures = [read_submission(folder).signature for folder in (first, second)]
    (second / FILE).write_text((second / FILE).read_text().replace(signatures[1], signatures[0]))
    assert [error.field for error in check(second, benchmarks=BENCHMARKS)] == ["signature"]


def test_signed_submissions_change_in_nothing(tmp_path):
    for number, change in enumerate((("title", "Another"), ("authors.0", "Eve"), ("rows.0.returns.0", -1.0))):
        folder = make_submission(tmp_path / str(number), key=OTHER_KEY, seeds=1)
        setting(*change)(folder)
        assert [error.field for error in check(folder, benchmarks=BENCHMARKS)] == ["signature"]


def test_key_and_signature_are_there_together(tmp_path):
    for key in ("key", "signature"):
        folder = make_submission(tmp_path / key, key=OTHER_KEY, seeds=1)
        edit(folder, lambda content, key=key: content.pop(key))
        assert [error.field for error in check(folder, benchmarks=BENCHMARKS)] == ["key"]


def test_maintainers_continue_what_others_made_and_owners_go_on_after_them(tmp_path):
    first = make_submission(tmp_path, key=KEY, seeds=1)
    second = make_submission(tmp_path, key=OTHER_KEY, **NEWER, previous=first.name)
    third = make_submission(tmp_path, key=KEY, date="2026-04-01", seeds=3, previous=second.name)
    known = KnownSubmissions(maintainers=frozenset({public_of(OTHER_KEY)}))
    for folder in (first, second, third):
        found = check_safely(folder, known, benchmarks=BENCHMARKS)
        assert found.errors == []
        known.add(found.written.submission, found.written.returns)


def test_entries_older_than_keys_are_continued_by_maintainers_alone(tmp_path):
    first = make_submission(tmp_path, seeds=1)
    second = make_submission(tmp_path, key=KEY, **NEWER, previous=first.name)
    (error,) = check_tree(tmp_path, "tiny", benchmarks=BENCHMARKS)[second]
    assert error.field == "previous"
    assert all(len(bytes.fromhex(key)) == 32 for key in maintainers())


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files")
def test_keys_are_made_once_for_their_owner_alone(tmp_path):
    path = tmp_path / "deep" / "key.pem"
    made = public_of(load_key(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert public_of(load_key(path)) == made
    path.chmod(0o640)
    with pytest.raises(ValueError, match="key must be a file that nobody else can read: chmod 600"):
        load_key(path)
    path.chmod(0o600)
    path.write_text("nothing")
    with pytest.raises(ValueError, match="key must be an Ed25519 key in PEM"):
        load_key(path)


def test_check_without_the_library_says_what_to_install():
    code = "import sys; sys.modules['cryptography'] = None; import leaderboards.check.check"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    last = done.stderr.strip().splitlines()[-1]
    assert "needs cryptography" in last
    assert "pip install -c constraints.txt -e '.[leaderboards]'" in last
