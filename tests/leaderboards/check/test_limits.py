"""Files made to take time and memory: each is refused within limits that hold for the process of the check."""

import subprocess
import sys

import pytest

from leaderboards.check.check import check
from leaderboards.check.limited import check_within_limits
from leaderboards.schema.fields import MAX_ERRORS
from leaderboards.schema.submission import FILE
from tests.helpers.paths import ROOT
from tests.leaderboards.helpers.corpus import edit, setting
from tests.leaderboards.helpers.make_submission import BENCHMARKS, make_submission

SIZE = 2 * 2**20
"""Bytes of the attack."""
LIMITED = """
import resource, sys
from pathlib import Path
from leaderboards.check.check import check
from leaderboards.check.limited import check_within_limits
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
for folder in sys.argv[2:]:
    print(*check(Path(folder), benchmarks=Path(sys.argv[1])), sep="\\n", end="\\n\\n")
"""


def check_here_within_limits(*folders):
    """What the check says of each folder in a process that has 1 GiB and 10 CPU-seconds."""
    command = [sys.executable, "-c", LIMITED, str(BENCHMARKS), *map(str, folders)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [lines.splitlines() for lines in done.stdout.strip("\n").split("\n\n")]


def flood(item, size=SIZE):
    """A JSON list of one thing over and over."""
    return "[" + ",".join([item] * (size // (len(item) + 1))) + "]"


PLACES = (
    "rows", "rows.3", "rows.3.returns", "authors", "title", "agent", "training", "training.commands",
    "training.curves", "training.curves.guess", "training.versions",
)  # fmt: skip
ITEMS = ("{}", "1", '{"a":{}}', "[[1]]")


@pytest.mark.parametrize("path", PLACES)
def test_check_refuses_floods_before_it_reads_them(tmp_path, path):
    folders = []
    for number, item in enumerate(ITEMS):
        folder = make_submission(tmp_path / str(number), seeds=1)
        setting(path, "@flood@", sealed=False)(folder)
        text = (folder / FILE).read_text()
        size = SIZE if (path, item) == ("rows", "{}") else SIZE // 16
        (folder / FILE).write_text(text.replace('"@flood@"', flood(item, size)))
        folders.append(folder)
    for lines in check_here_within_limits(*folders):
        assert 1 <= len(lines) <= MAX_ERRORS + 1
        assert all("can't be checked" not in line for line in lines)
        assert lines[0].startswith(f"{FILE}: ")


@pytest.mark.parametrize("path", ["", "training", "training.versions", "agent", "rows.3", "training.parameters"])
def test_check_refuses_floods_of_keys(tmp_path, path):
    folder = make_submission(tmp_path, seeds=1)
    keys = {f"k{number}": {} for number in range(40_000)}

    def change(content):
        for part in path.split(".") if path else ():
            content = content[int(part) if part.isdigit() else part]
        content.update(keys)

    edit(folder, change, sealed=False)
    (lines,) = check_here_within_limits(folder)
    assert 1 <= len(lines) <= MAX_ERRORS + 1
    assert "must have at most" in lines[0]


def test_check_runs_under_limits_of_memory_and_time(tmp_path):
    folder = make_submission(tmp_path, seeds=1)
    assert check_within_limits([folder], benchmarks=BENCHMARKS) == {folder: []}
    for limits in ({"memory": 64 * 2**20}, {"seconds": 0}):
        (error,) = check_within_limits([folder], benchmarks=BENCHMARKS, **limits)[folder]
        assert "can't be checked" in str(error)
    edit(folder, lambda content: content.update(title="<b>", suite="none"))
    assert check_within_limits([folder], benchmarks=BENCHMARKS)[folder] == check(folder, benchmarks=BENCHMARKS)


def test_check_stops_reading_weights_at_the_first_hundred_errors(tmp_path):
    folder = make_submission(tmp_path, seeds=1)

    def change(content):
        row = content["rows"][0]
        content["rows"] = [{**row, "training_seed": n, "weights_sha256": f"{n:064x}"} for n in range(300)]

    edit(folder, change)
    errors = check(folder, benchmarks=BENCHMARKS)
    assert len(errors) == MAX_ERRORS + 1
