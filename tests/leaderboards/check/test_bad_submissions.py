import os
import stat

import pytest

from leaderboards.check.check import check
from leaderboards.schema.fields import MAX_ERRORS
from leaderboards.schema.submission import read_submission
from tests.leaderboards.helpers.corpus_fields import IDENTITY, IN_NUMBERS, IN_TEXTS, KEYS
from tests.leaderboards.helpers.corpus_files import FILES
from tests.leaderboards.helpers.corpus_rows import SPECS, TRAINING
from tests.leaderboards.helpers.corpus_weights import CONFIGS, WEIGHTS
from tests.leaderboards.helpers.make_submission import BENCHMARKS, make_submission

CORPUS = [*IN_NUMBERS, *IN_TEXTS, *IDENTITY, *KEYS, *SPECS, *TRAINING, *FILES, *WEIGHTS, *CONFIGS]


def everything_in(folder):
    """Path -> kind, content and time of every file, folder and link."""
    found = {}
    for path in sorted(folder.rglob("*")):
        about = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(about.st_mode) and about.st_size < 2**24 else None
        target = os.readlink(path) if stat.S_ISLNK(about.st_mode) else None
        found[path] = (about.st_mode, about.st_size, about.st_mtime_ns, content, target)
    return found


@pytest.mark.parametrize("bad", CORPUS, ids=lambda bad: bad.name)
def test_check_refuses_bad_submissions_by_file_field_and_reason(bad, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    other = make_submission(tmp_path, name="second", date="2026-01-01")
    folder = make_submission(tmp_path)
    folder = bad.change(folder) or folder
    before = everything_in(tmp_path)
    errors = check(folder, others=[read_submission(other)], benchmarks=BENCHMARKS)
    assert everything_in(tmp_path) == before
    lines = [str(error) for error in errors]
    assert any(all(word in line for word in bad.says) for line in lines), lines
    for line in lines:
        assert line.isprintable()
        assert len(line) < 2000
        assert "can't be checked" not in line
    assert len(lines) <= MAX_ERRORS + 1


def test_corpus_has_many_different_submissions():
    assert len({bad.name for bad in CORPUS}) == len(CORPUS) > 300
