import json
from datetime import UTC, datetime

import pytest

from leaderboards.schema.errors import SubmissionError
from leaderboards.schema.status import FILE, STATUSES, read_status, record, status_of, withdraw
from tests.leaderboards.helpers.make_submission import make_submission


@pytest.fixture
def folder(tmp_path):
    return make_submission(tmp_path, seeds=1)


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_status_without_a_file_is_self_reported(folder):
    assert status_of(folder) == "self-reported"
    assert read_status(folder) == ()


def test_record_keeps_the_history_in_order(folder):
    before = everything(folder)
    record(folder, "checked", "ci", {"rows": 25}, date="2026-02-01")
    assert status_of(folder) == "checked"
    record(folder, "reproduced", "ci", {"rows": [3, 7], "exact": True, "seed": 11}, date="2026-02-01")
    record(folder, "reproduced", "Ada", {"rows": [1]}, date="2026-03-01")
    assert status_of(folder) == "reproduced"
    withdraw(folder, "wrong learning rate", date="2026-03-02")
    assert status_of(folder) == "withdrawn"
    history = read_status(folder)
    assert [(step.status, step.date, step.by) for step in history] == [
        ("checked", "2026-02-01", "ci"),
        ("reproduced", "2026-02-01", "ci"),
        ("reproduced", "2026-03-01", "Ada"),
        ("withdrawn", "2026-03-02", "the submitter"),
    ]
    assert history[1].details == {"rows": [3, 7], "exact": True, "seed": 11}
    assert history[-1].details == {"reason": "wrong learning rate"}
    after = everything(folder)
    del after[folder / FILE]
    assert after == before


def test_status_of_format_1_is_read_and_what_is_added_is_of_format_2(folder):
    (folder / FILE).write_text(json.dumps({"format": 1, "history": [{**STEP, "status": "reproduced"}]}))
    assert status_of(folder) == "reproduced"
    record(folder, "not reproduced", "ci", {"fresh": True}, date="2026-02-02")
    assert json.loads((folder / FILE).read_text())["format"] == 2
    assert [step.status for step in read_status(folder)] == ["reproduced", "not reproduced"]


def test_record_dates_today_by_default(folder):
    before = datetime.now(UTC).date().isoformat()
    record(folder, "checked", "ci", {})
    assert before <= read_status(folder)[0].date <= datetime.now(UTC).date().isoformat()


@pytest.mark.parametrize(
    ("before", "after"),
    [(one, two) for place, one in enumerate(STATUSES) for two in STATUSES[:place]]
    + [("withdrawn", "withdrawn"), ("self-reported", "self-reported")],
)
def test_record_refuses_to_go_back_or_to_follow_a_withdrawal(folder, before, after):
    if before != "self-reported":
        record(folder, before, "ci", {}, date="2026-02-01")
    kept = everything(folder)
    with pytest.raises(SubmissionError, match=f"status.json: .*{after}"):
        record(folder, after, "ci", {}, date="2026-02-02")
    assert everything(folder) == kept


def test_record_leaves_agents_of_others_self_reported_until_withdrawn(tmp_path):
    folder = make_submission(tmp_path, source="own", seeds=1)
    for status in ("checked", "reproduced"):
        with pytest.raises(SubmissionError, match="status of an agent of source own must stay self-reported"):
            record(folder, status, "ci", {})
    assert not (folder / FILE).exists()
    withdraw(folder, "found a mistake")
    assert status_of(folder) == "withdrawn"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("good", "ci", {}), "status.json: status: must be 'checked', .* got 'good'"),
        (("checked", "", {}), "status.json: by: "),
        (("checked", "a\nb", {}), "status.json: by: .*control characters"),
        (("checked", "<b>", {}), "status.json: by: "),
        (("checked", "ci", {"rows": float("nan")}), "status.json: details: .*not JSON compliant"),
        (("checked", "ci", {"rows": {1, 2}}), "status.json: details: .*not JSON serializable"),
        (("checked", "ci", []), "status.json: details"),
    ],
)
def test_record_refuses_impossible_steps_and_writes_nothing(folder, arguments, error):
    with pytest.raises(SubmissionError, match=error):
        record(folder, *arguments)
    assert not (folder / FILE).exists()


@pytest.mark.parametrize("date", ["2026-02-30", "yesterday", "2026-2-1", "20260201", "2026-02-01T00:00"])
def test_record_refuses_dates_that_are_no_days(folder, date):
    with pytest.raises(SubmissionError, match="status.json: date: "):
        record(folder, "checked", "ci", {}, date=date)


def test_record_refuses_earlier_dates(folder):
    record(folder, "checked", "ci", {}, date="2026-02-02")
    with pytest.raises(SubmissionError, match="date must not lie before 2026-02-02, got 2026-02-01"):
        record(folder, "checked", "ci", {}, date="2026-02-01")


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_withdraw_refuses_an_empty_reason(folder, reason):
    with pytest.raises(SubmissionError, match="details.reason: must say something"):
        withdraw(folder, reason)
    assert status_of(folder) == "self-reported"


def test_withdraw_refuses_a_missing_submission(tmp_path):
    with pytest.raises(SubmissionError, match="must lie in the folder of a submission, got '2026-01-02_nobody'"):
        withdraw(tmp_path / "2026-01-02_nobody", "mistake")
    assert not any(tmp_path.iterdir())


STEP = {"status": "checked", "date": "2026-02-01", "by": "ci", "details": {}}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", "must be valid JSON"),
        ("[]", "status.json: "),
        ("{}", "format"),
        ('{"format": 1, "history": []}', "history: "),
        ('{"format": 1, "format": 1, "history": []}', "twice"),
        (json.dumps({"format": 3, "history": [STEP]}), "format: must be less than or equal to 2, got 3"),
        (json.dumps({"format": True, "history": [STEP]}), "format: "),
        (json.dumps({"format": 1, "history": [STEP], "more": 1}), "more: "),
        (json.dumps({"format": 1, "history": [{**STEP, "status": "self-reported"}]}), r"history\[0\].status: "),
        (json.dumps({"format": 1, "history": [{**STEP, "status": "first"}]}), r"history\[0\].status: "),
        (json.dumps({"format": 1, "history": [{**STEP, "by": 3}]}), r"history\[0\].by: "),
        (json.dumps({"format": 1, "history": [{**STEP, "score": 3}]}), r"history\[0\].score: "),
        (json.dumps({"format": 1, "history": [{**STEP, "status": "withdrawn"}, STEP]}), "nothing must come after"),
        (json.dumps({"format": 1, "history": [{**STEP, "status": "reproduced"}, STEP]}), "must not go back"),
        (json.dumps({"format": 1, "history": [STEP, {**STEP, "date": "2025-01-01"}]}), "must not lie before"),
        (json.dumps({"format": 1, "history": [STEP]}).replace("{}", '{"rows": NaN}'), "NaN"),
        (json.dumps({"format": 1, "history": [STEP]}).replace("{}", '{"rows": 1e999}'), r"history\[0\].details: "),
        ("[" * 100_000, "nested less deeply"),
        (" " * (2**20 + 1), "must have at most 1048576 bytes"),
    ],
)
def test_status_refuses_damaged_files_and_keeps_them(folder, content, error):
    (folder / FILE).write_text(content)
    for act in (status_of, lambda folder: record(folder, "checked", "ci", {}), lambda folder: withdraw(folder, "no")):
        with pytest.raises(SubmissionError, match=error) as caught:
            act(folder)
        assert str(caught.value).startswith("status.json: ")
        assert str(caught.value).isprintable()
    assert (folder / FILE).read_text() == content


@pytest.mark.parametrize("reason", ["<b>gone</b>", "gone\x1b[31m", "line\nline", " gone", "x" * 1001])
def test_withdraw_refuses_reasons_that_no_board_shows(folder, reason):
    with pytest.raises(SubmissionError, match="status.json: reason: must|status.json: reason: must have at most"):
        withdraw(folder, reason)
    assert not (folder / FILE).exists()


def test_status_notices_every_bit_that_changed(folder):
    record(folder, "reproduced", "ci", {"rows": [3, 7], "seed": 11, "exact": True}, date="2026-02-01")
    written, history = (folder / FILE).read_bytes(), read_status(folder)
    noticed = 0
    for place in range(len(written)):
        for bit in range(8):
            changed = bytearray(written)
            changed[place] ^= 1 << bit
            (folder / FILE).write_bytes(changed)
            try:
                assert read_status(folder) == history  # a space that became a line's end
            except SubmissionError:
                noticed += 1
    assert noticed > 0.97 * 8 * len(written.replace(b" ", b""))


def test_status_without_its_hash_is_read_and_gets_one(folder):
    (folder / FILE).write_text(json.dumps({"format": 1, "history": [STEP]}))
    assert status_of(folder) == "checked"
    record(folder, "reproduced", "ci", {})
    assert "sha256" in json.loads((folder / FILE).read_text())


def test_status_follows_no_link(folder, tmp_path):
    (tmp_path / "elsewhere.json").write_text(json.dumps({"format": 1, "history": [STEP]}))
    (folder / FILE).symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(SubmissionError, match="status.json: must be a file, got a link"):
        status_of(folder)
