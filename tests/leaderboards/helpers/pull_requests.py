"""Repositories with pull requests to a board, good and bad."""

import shutil
import subprocess
import sys

import pytest

from leaderboards.schema.benchmark import BENCHMARKS
from tests.leaderboards.helpers.copies import copy_submission
from tests.leaderboards.helpers.make_submission import make_submission

GIT = pytest.mark.skipif(
    shutil.which("git") is None or sys.platform != "linux", reason="runs what the Linux runner runs"
)


def git(folder, *words):
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def make_pull_request(tmp_path, change, *, empty=False):
    """A repository with a board and, as `refs/pull/7/merge`, a pull request merged into it.

    Args:
        tmp_path: where to.
        change: makes the pull request; takes the folder of all submissions and arguments of `make_submission`.
        empty: whether the board has no entry yet.
    """
    origin, board = tmp_path / "origin", tmp_path / "origin" / "leaderboards" / "submissions"
    board.mkdir(parents=True)
    about = {"benchmark": "v1", "benchmarks": BENCHMARKS, "problems": ("xor3",), "sizes": {"xor3": (3,)}}
    about["date"] = "2026-11-22"
    (origin / "README.md").write_text("a board")
    if not empty:
        first = make_submission(board, name="first", **about)
        (first / "status.json").write_text("{}")
    git(origin, "init", "-q", "-b", "main")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "base")
    git(origin, "checkout", "-qb", "theirs")
    change(board, about)
    git(origin, "add", "-A", ".")
    git(origin, "commit", "-qm", "submitted")
    git(origin, "checkout", "-q", "main")
    (origin / "later").write_text("the base moved on")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "base")
    git(origin, "merge", "-q", "--no-ff", "-m", "merge", "theirs")
    git(origin, "update-ref", "refs/pull/7/merge", "HEAD")
    git(origin, "reset", "-q", "--hard", "HEAD^1")
    return origin


def one(board, about):
    return make_submission(board, name="second", **about)


def disguised(board, about):
    """Weights of the first one, with a number moved a little."""
    copy_submission(board / "v1" / "2026-11-22_first", board / "v1", change=lambda values: values[::-1])


def two(board, about):
    one(board, about)
    make_submission(board, name="third", **about)


def edited(board, about):
    folder = one(board, about)
    text = (folder / "submission.json").read_text()
    (folder / "submission.json").write_text(text.replace('"returns": [', '"returns": [0.125, ', 1))


def touched(board, about):
    one(board, about)
    with (board / "v1" / "2026-11-22_first" / "submission.json").open("a") as file:
        file.write(" ")


def deleted(board, about):
    shutil.rmtree(board / "v1" / "2026-11-22_first")


def renamed(board, about):
    (board / "v1" / "2026-11-22_first").rename(board / "v1" / "2026-11-22_mine")


def added_to(board, about):
    sha = "0" * 64
    (board / "v1" / "2026-11-22_first" / "weights" / f"{sha}.json").write_text("{}")


def with_status(board, about):
    (one(board, about) / "status.json").write_text("{}")


def withdrawn(board, about):
    (board / "v1" / "2026-11-22_first" / "status.json").write_text('{"status": "withdrawn"}')


def link(board, about):
    folder = one(board, about)
    (folder / "submission.json").rename(board.parent.parent / "elsewhere.json")
    (folder / "submission.json").symlink_to("../../../../elsewhere.json")


def program(board, about):
    (one(board, about) / "submission.json").chmod(0o755)


def attributes(board, about):
    one(board, about)
    (board / ".gitattributes").write_text("*.json filter=evil")


def strange_name(board, about):
    folder = one(board, about)
    (folder / "weights" / "a b\n::error::c.json").write_text("{}")


def foreign_code(board, about):
    one(board, about)
    (board.parent / "__init__.py").write_text("raise SystemExit(0)")
    (board.parent / "__main__.py").write_text("raise SystemExit(0)")
    edited_folder = board / "v1" / "2026-11-22_second" / "submission.json"
    edited_folder.write_text(edited_folder.read_text().replace('"suite": "v1"', '"suite": "v2"'))


def beside(board, about):
    one(board, about)
    (board.parents[1] / ".github" / "workflows").mkdir(parents=True)
    (board.parents[1] / ".github" / "workflows" / "leaderboard.yml").write_text("on: {}")


def elsewhere(board, about):
    one(board, about)
    (board.parents[1] / "README.md").write_text("another board")


def copied(board, about):
    shutil.copytree(board / "v1" / "2026-11-22_first", board / "v1" / "2026-11-23_copy")
    (board / "v1" / "2026-11-23_copy" / "status.json").unlink()
    path = board / "v1" / "2026-11-23_copy" / "submission.json"
    path.write_text(path.read_text().replace('"first"', '"copy"').replace("2026-11-22", "2026-11-23"))


def large_file_pointer(board, about):
    folder = one(board, about)
    (weights, *_) = folder.glob("weights/*.safetensors")
    weights.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")


def submodule(board, about):
    one(board, about)
    (board / "v1" / "2026-11-22_module").mkdir()
    commit = git(board, "rev-parse", "HEAD").strip()
    path = "leaderboards/submissions/v1/2026-11-22_module"
    git(board.parents[1], "update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")


def bytes_that_are_no_text(board, about):
    folder = one(board, about)
    (folder / "\udcff.json").write_text("{}")
