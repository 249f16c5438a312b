"""Several who write at once, and some who were killed."""

import subprocess
import sys
import threading

import pytest

from leaderboards.check.check import check
from leaderboards.schema.errors import SubmissionError
from leaderboards.schema.status import read_status, record, withdraw
from tests.leaderboards.helpers.make_submission import BENCHMARKS, make_submission


def test_record_of_many_at_once_loses_nothing(tmp_path):
    folder = make_submission(tmp_path, seeds=1)
    threads = [threading.Thread(target=record, args=(folder, "checked", f"number {n}", {})) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {step.by for step in read_status(folder)} == {f"number {n}" for n in range(16)}


def test_withdraw_is_last_whoever_records_at_the_same_time(tmp_path):
    folder, refused = make_submission(tmp_path, seeds=1), []

    def act(number):
        try:
            if number == 3:
                withdraw(folder, "a mistake")
            else:
                record(folder, "checked", f"number {number}", {})
        except SubmissionError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=act, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = read_status(folder)
    assert history[-1].status == "withdrawn"
    assert len(history) + len(refused) == 8
    assert all("nothing must come after withdrawn" in error for error in refused)


@pytest.mark.skipif(sys.platform == "win32", reason="numbers of processes")
def test_record_removes_what_a_killed_one_left(tmp_path):
    folder = make_submission(tmp_path, seeds=1)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (folder / f"status.json.{dead.pid}.tmp").write_text("{")
    record(folder, "checked", "ci", {})
    assert check(folder, benchmarks=BENCHMARKS, accepted=True) == []
