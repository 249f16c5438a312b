import contextlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents import load_agent
from leaderboards.check.check import check
from leaderboards.schema.canonical import numbers_to_json
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
from tests.leaderboards.helpers.corpus import edit, raw, setting
from tests.leaderboards.helpers.make_submission import BENCHMARKS, make_submission

ROW = {"problem": "guess", "size": 2, "training_seed": 0, "weights_sha256": None}


def test_submission_is_read_back_byte_for_byte(tmp_path):
    folder = make_submission(tmp_path)
    submission = read_submission(folder)
    assert isinstance(submission, Submission)
    assert submission.folder_name == folder.name == "2026-01-02_first"
    assert to_bytes(submission) == (folder / FILE).read_bytes()
    assert parse(json.loads(to_bytes(submission))) == submission
    assert len(submission.rows) == 25
    assert len((folder / FILE).read_text().splitlines()) < 75, "a line for each row, so that differences can be read"


def test_make_seed_result_keeps_nine_digits_and_hashes_them():
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
def test_result_sha256_covers_every_field(other):
    assert result_sha256(*other) != result_sha256("tiny", "guess", 2, 0, None, [-1.0, -2.0])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_make_seed_result_refuses_nan_and_infinity(value):
    with pytest.raises(ValidationError, match="finite"):
        make_seed_result("tiny", **ROW, returns=[-1.0, value])


def test_read_submission_accepts_integers_as_returns(tmp_path):
    folder = make_submission(tmp_path)
    raw("rows.3.returns.0", "-3")(folder)
    assert read_submission(folder).rows[3].returns[0] == -3.0


def test_read_submission_raises_all_errors_at_once(tmp_path):
    folder = make_submission(tmp_path)
    edit(folder, lambda content: content.update(title="<b>", date="soon", score=1.0))
    setting("rows.0.size", "2")(folder)
    with pytest.raises(SubmissionError) as caught:
        read_submission(folder)
    assert {error.field for error in caught.value.errors} == {"title", "date", "score", "rows[0].size"}
    assert {error.file for error in caught.value.errors} == {FILE}


def test_check_passes_names_in_any_script(tmp_path):
    folder = make_submission(tmp_path, title="Барсук — 獾 & “co”", authors=["Жанна д'Арк", "李小龍", "محمد"])
    assert check(folder, benchmarks=BENCHMARKS) == []


def test_folders_are_sorted_by_date(tmp_path):
    for date in ("2026-02-01", "2025-12-31", "2026-01-15"):
        make_submission(tmp_path, date=date)
    (tmp_path / "tiny" / ".left.over").mkdir()
    (tmp_path / "tiny" / "README.md").write_text("")
    assert [folder.name[:10] for folder in folders(tmp_path, "tiny")] == ["2025-12-31", "2026-01-15", "2026-02-01"]
    assert folders(tmp_path, "nothing") == []


@pytest.mark.parametrize("source", ["badger", "own"])
def test_make_submission_passes_the_check_with_weights_of_agents(source, tmp_path):
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


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "\n",
        lambda text: text.replace(": ", ":", 1),
        lambda text: text.replace('"title"', '"titl\\u0065"', 1),
        lambda text: text.replace("Zoë", "Zo\\u00eb"),
        lambda text: text.replace('"format": 1', '"format": 1.0', 1),
        lambda text: json.dumps(json.loads(text)),
        lambda text: json.dumps(dict(reversed(json.loads(text).items())), indent=1),
        lambda text: text.replace('"rows": [\n', '"rows": [\n\n', 1),
        lambda text: text.replace("0.5]", "5e-1]", 1),
        lambda text: text.replace('"source": "badger"', '"source":"badger"'),
    ],
)
def test_check_refuses_what_is_written_otherwise_than_submit_writes_it(tmp_path, change):
    folder = make_submission(tmp_path, seeds=1)
    before = (folder / FILE).read_text()
    (folder / FILE).write_text(change(before))
    assert (folder / FILE).read_text() != before
    errors = check(folder, benchmarks=BENCHMARKS)
    assert [error.file for error in errors] == [FILE]
    assert "must be" in str(errors[0])
    with contextlib.suppress(SubmissionError):  # whatever it says is said by Python, not by its spelling
        assert read_submission(folder).agent.source == "badger"


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([1e-5, -1e-4, 1e16, -0.0])))
def test_numbers_to_json_equals_json_dumps(values):
    assert numbers_to_json(values) == json.dumps(values).encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_to_json_refuses_nan_and_infinity(value):
    with pytest.raises(ValueError, match="Out of range float values"):
        numbers_to_json([1.0, value])
