import json

import numpy as np
import pytest
from pydantic import ValidationError

from agents import load_agent
from leaderboards.check.check import check
from leaderboards.schema.submission import (
    FILE,
    Submission,
    SubmissionError,
    folders,
    make_seed_result,
    parse,
    read_submission,
    result_sha256,
    to_bytes,
)
from tests.leaderboards.helpers.make_submission import BENCHMARKS, make_submission

ROW = {"problem": "guess", "size": 2, "training_seed": 0, "weights_sha256": None}


def test_what_is_written_is_read_back_byte_for_byte(tmp_path):
    folder = make_submission(tmp_path)
    submission = read_submission(folder)
    assert isinstance(submission, Submission)
    assert submission.folder_name == folder.name == "2026-01-02_first"
    assert to_bytes(submission) == (folder / FILE).read_bytes()
    assert parse(json.loads(to_bytes(submission))) == submission
    assert len(submission.rows) == 25
    assert len((folder / FILE).read_text().splitlines()) < 75, "a line for each row, so that differences can be read"


def test_a_row_keeps_nine_digits_of_its_returns_and_its_seal_says_what_it_holds():
    row = make_seed_result("tiny", **ROW, returns=[-1.23456789012345, -0.1, 0.0, -1 / 3])
    assert row.returns == (-1.23456789, -0.1, 0.0, -0.333333333)
    assert row.sha256 == result_sha256("tiny", "guess", 2, 0, None, row.returns)
    assert row.sha256 == result_sha256("tiny", "guess", 2, 0, None, np.array(row.returns))
    assert row.sha256 == result_sha256("tiny", "guess", 2, 0, None, [-1.23456789, -0.1, -0.0, -0.333333333])


@pytest.mark.parametrize(
    "other",
    [
        ("v1", "guess", 2, 0, None, [-1.0, -2.0]), ("tiny", "xor", 2, 0, None, [-1.0, -2.0]),
        ("tiny", "guess", 3, 0, None, [-1.0, -2.0]), ("tiny", "guess", 2, 1, None, [-1.0, -2.0]),
        ("tiny", "guess", 2, 0, "0" * 64, [-1.0, -2.0]), ("tiny", "guess", 2, 0, None, [-2.0, -1.0]),
        ("tiny", "guess", 2, 0, None, [-1.0, -2.00000001]), ("tiny", "guess", 2, 0, None, [-1.0]),
    ],
)  # fmt: skip
def test_a_seal_is_of_everything_that_a_row_says(other):
    assert result_sha256(*other) != result_sha256("tiny", "guess", 2, 0, None, [-1.0, -2.0])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_row_can_not_hold_what_is_no_number(value):
    with pytest.raises(ValidationError, match="finite"):
        make_seed_result("tiny", **ROW, returns=[-1.0, value])


def test_whole_numbers_are_returns_too(tmp_path):
    folder = make_submission(tmp_path)
    content = json.loads((folder / FILE).read_text())
    row = content["rows"][3]
    row["returns"][0] = -3
    row["sha256"] = result_sha256(
        "tiny", *(row[key] for key in ("problem", "size", "training_seed", "weights_sha256", "returns"))
    )
    (folder / FILE).write_text(json.dumps(content))
    assert read_submission(folder).rows[3].returns[0] == -3.0
    assert check(folder, benchmarks=BENCHMARKS) == []


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    folder = make_submission(tmp_path)
    content = json.loads((folder / FILE).read_text())
    content |= {"title": "<b>", "date": "soon", "score": 1.0}
    content["rows"][0]["size"] = "2"
    (folder / FILE).write_text(json.dumps(content))
    with pytest.raises(SubmissionError) as caught:
        read_submission(folder)
    assert {error.field for error in caught.value.errors} == {"title", "date", "score", "rows[0].size"}
    assert {error.file for error in caught.value.errors} == {FILE}


def test_names_in_any_script_are_welcome(tmp_path):
    folder = make_submission(tmp_path, title="Барсук — 獾 & “co”", authors=["Жанна д'Арк", "李小龍", "محمد"])
    assert check(folder, benchmarks=BENCHMARKS) == []


def test_folders_are_those_of_a_benchmark_by_date(tmp_path):
    for date in ("2026-02-01", "2025-12-31", "2026-01-15"):
        make_submission(tmp_path, date=date)
    (tmp_path / "tiny" / ".left.over").mkdir()
    (tmp_path / "tiny" / "README.md").write_text("")
    assert [folder.name[:10] for folder in folders(tmp_path, "tiny")] == ["2025-12-31", "2026-01-15", "2026-02-01"]
    assert folders(tmp_path, "nothing") == []


@pytest.mark.parametrize("source", ["badger", "own"])
def test_made_up_submissions_are_valid_and_their_weights_are_those_of_agents(source, tmp_path):
    folder = make_submission(tmp_path, source=source, problems=("xor",), sizes={"xor": (2,)}, seeds=2, skill=0.9)
    assert check(folder, benchmarks=BENCHMARKS) == []
    submission = read_submission(folder)
    assert {(row.problem, row.size) for row in submission.rows} == {("xor", 2)}
    assert (folder / "weights").exists() == (source == "badger")
    for path in folder.glob("weights/*.safetensors"):
        place = tmp_path / "agent"
        place.mkdir(exist_ok=True)
        (place / "agent.safetensors").write_bytes(path.read_bytes())
        (place / "agent.json").write_bytes(path.with_suffix(".json").read_bytes())
        assert load_agent(place).accepts(2)
