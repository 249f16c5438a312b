import pytest

from leaderboards.__main__ import main
from leaderboards.check.pull_request import check_pull_request
from leaderboards.schema.errors import SubmissionError
from tests.leaderboards.helpers import pull_requests
from tests.leaderboards.helpers.pull_requests import GIT, git, make_pull_request

pytestmark = GIT
BASE, HEAD = "refs/pull/7/merge^1", "refs/pull/7/merge"


@pytest.mark.parametrize(
    ("change", "empty", "names"),
    [("one", False, ["second"]), ("two", False, ["second", "third"]), ("one", True, ["second"])],
)
def test_check_pull_request_passes_new_submissions(tmp_path, change, empty, names):
    origin = make_pull_request(tmp_path, getattr(pull_requests, change), empty=empty)
    found = check_pull_request(origin, BASE, HEAD)
    assert {folder.name: errors for folder, errors in found.items()} == {f"2026-11-22_{name}": [] for name in names}
    assert git(origin, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("touched", "2026-11-22_first/submission.json: must not be in a pull request"),
        ("deleted", "2026-11-22_first/status.json: must not be in a pull request"),
        ("renamed", "2026-11-22_first/submission.json: must not be in a pull request"),
        ("added_to", "2026-11-22_first: must not be changed: it is on the board already"),
        ("with_status", "2026-11-22_second/status.json: must not be in a pull request"),
        ("withdrawn", "2026-11-22_first/status.json: must not be in a pull request"),
        ("link", "2026-11-22_second/submission.json: must not be in a pull request"),
        ("program", "2026-11-22_second/submission.json: must not be in a pull request"),
        ("attributes", "leaderboards/submissions/.gitattributes: must not be in a pull request"),
        ("strange_name", r"weights/a b\n::error::c.json: must not be in a pull request"),
        ("bytes_that_are_no_text", r"2026-11-22_second/\udcff.json: must not be in a pull request"),
        ("submodule", "2026-11-22_module: must not be in a pull request"),
        ("beside", ".github/workflows/leaderboard.yml: must not be in a pull request"),
        ("elsewhere", "README.md: must not be in a pull request"),
        ("foreign_code", "leaderboards/__main__.py: must not be in a pull request"),
    ],
)
def test_check_pull_request_refuses_all_but_new_files_of_new_submissions(tmp_path, change, error, capsys, monkeypatch):
    origin = make_pull_request(tmp_path, getattr(pull_requests, change))
    with pytest.raises(SubmissionError) as caught:
        check_pull_request(origin, BASE, HEAD)
    assert any(error in str(each) for each in caught.value.errors), caught.value.errors
    monkeypatch.chdir(origin)
    assert main(["check-pull-request", BASE, HEAD]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(line.startswith("refused: ") and line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("edited", "must be those of all 1000 episodes"),
        ("copied", "must be its own, got exactly the same as 2026-11-22_first"),
        ("large_file_pointer", "must have the SHA-256 of its name"),
    ],
)
def test_check_pull_request_checks_every_new_submission(tmp_path, change, error, capsys, monkeypatch):
    origin = make_pull_request(tmp_path, getattr(pull_requests, change))
    ((_, errors),) = check_pull_request(origin, BASE, HEAD).items()
    assert any(error in str(each) for each in errors), errors
    monkeypatch.chdir(origin)
    assert main(["check-pull-request", BASE, HEAD]) == 1
    assert capsys.readouterr().out.endswith("1 checked, 1 refused\n")


@pytest.mark.parametrize("revision", ["nowhere", "--output=evil", "HEAD:README.md", ""])
def test_check_pull_request_refuses_what_is_no_commit(tmp_path, revision):
    origin = make_pull_request(tmp_path, pull_requests.one)
    with pytest.raises(ValueError, match="revision must be a commit"):
        check_pull_request(origin, revision, HEAD)
    assert not (origin / "evil").exists()
