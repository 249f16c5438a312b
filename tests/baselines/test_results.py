"""Files of results: what is written is read back, and whatever is wrong is named with its file, field and value."""

import json
import subprocess
import sys

import numpy as np
import pytest

from baselines.results.comparison import FORMAT, ComparisonResult
from baselines.results.data import ResultFileError
from baselines.results.run import CurvePoint, ProbeCurve
from tests.helpers.paths import ROOT
from tests.helpers.report_content import synthetic_result

RESULT = synthetic_result()


def test_read_gives_what_was_written(tmp_path):
    RESULT.write(tmp_path / "result.json")
    assert ComparisonResult.read(tmp_path / "result.json") == RESULT
    assert json.loads((tmp_path / "result.json").read_text())["format"] == FORMAT


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("format",), 4, "file: format: Input should be 3, got 4"),
        (("suite_version",), "1", "file: suite_version: Input should be a valid integer, got '1'"),
        (("colour",), "red", "file: colour: must be a known field, got 'red'"),
        (("agents", 0, "runs", 1, "score"), None, "file: agents.0.runs.1.score: .* valid number, got None"),
        (("agents", 0, "runs", 1, "score"), float("nan"), "file: "),
        (("agents", 0, "runs", 0, "curve", 3, "error"), "high", "file: agents.0.runs.0.curve.3.error: .*, got 'high'"),
        (
            ("agents", 0, "runs", 0, "grids"),
            [{"axis": "steps", "episodes": 1, "metric": {"1": {"2": 0}, "3": {}}}],
            "file: agents.0.runs.0.grids.0: metric must have a value on the axis, and the same sizes at each",
        ),
        (
            ("agents", 0, "runs", 0, "grids"),
            [{"axis": "steps", "episodes": 1, "metric": {"1": {"2": 0}}}],
            "file: agents.0: must have the same grids in all runs",
        ),
        (("agents", 0, "score"), None, "file: agents.0: must have a score where it has runs"),
        (("agents", 0, "settings"), None, "file: agents.0: .* and settings and costs where these were trained"),
        (("agents", 0, "runs", 0, "hash"), "../../home", "file: agents.0.runs.0.hash: .* pattern .*, got '../../home'"),
        (("agents", 0, "agent"), "a/b", "file: agents.0.agent: .* pattern .*, got 'a/b'"),
        (("agents", 0, "problem"), "..", "file: agents.0.problem: .* pattern .*, got '..'"),
        (("problems", 0, "name"), "chess", "file: agents must be on the problems of the result, got xor3"),
    ],
)
def test_from_json_names_the_field_and_the_value(path, value, message):
    content = json.loads(RESULT.model_dump_json())
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ResultFileError, match=message):
        ComparisonResult.from_json(json.dumps(content), "file")


def test_from_json_refuses_a_missing_field_and_what_is_no_json():
    content = json.loads(RESULT.model_dump_json())
    del content["agents"][2]["label"]
    with pytest.raises(ResultFileError, match=r"file: agents.2.label: must be there$"):
        ComparisonResult.from_json(json.dumps(content), "file")
    for damaged in ("", "{", "[]", "null"):
        with pytest.raises(ResultFileError, match="file: "):
            ComparisonResult.from_json(damaged, "file")


def test_read_and_find_of_a_file_that_is_missing_or_cut_off(tmp_path):
    with pytest.raises(ResultFileError, match=r"gone.json: must be a file that can be read, got: No such file"):
        CurvePoint.read(tmp_path / "gone.json")
    assert CurvePoint.find(tmp_path / "gone.json") is None
    (tmp_path / "half.json").write_text('{"update": 1')
    assert CurvePoint.find(tmp_path / "half.json") is None


@pytest.mark.parametrize("record", [RESULT.agents[0].runs[0].probes["life"], RESULT], ids=lambda r: type(r).__name__)
def test_read_notices_every_single_bit_that_changed(tmp_path, record):
    record.write(tmp_path / "file.json")
    content = (tmp_path / "file.json").read_bytes()
    rng = np.random.default_rng(0)
    for place, bit in zip(rng.integers(len(content) - 1, size=60), rng.integers(8, size=60), strict=True):
        changed = bytearray(content)
        changed[place] ^= 1 << bit
        with pytest.raises(ResultFileError):
            type(record).from_json(bytes(changed), "file.json")


def test_read_refuses_a_probe_without_its_hash_and_takes_a_result_that_was_written_before_there_was_one():
    probe = RESULT.agents[0].runs[0].probes["life"]
    with pytest.raises(ResultFileError, match="file: sha256: must be there, as the last field"):
        ProbeCurve.from_json(probe.model_dump_json(), "file")
    assert ComparisonResult.from_json(RESULT.model_dump_json(), "file") == RESULT


@pytest.mark.parametrize("format", [0, 1, 2.0, 99, "3", True, None])
def test_read_refuses_other_formats(format):
    content = json.dumps({**json.loads(RESULT.model_dump_json()), "format": format})
    with pytest.raises(ResultFileError, match="file: format: Input should be 3, got"):
        ComparisonResult.from_json(content, "file")


def test_read_takes_format_2():
    result = ComparisonResult.read(ROOT / "docs" / "standard" / "result.json")
    assert (result.format, len(result.problems), len(result.agents)) == (FORMAT, 5, 34)
    badger = result.agents[0]
    assert (badger.description[:7], badger.planned_runs, badger.costs.parameters) == ("experts", 5, 6513)
    assert badger.score.estimate == 0.9964303528131664
    assert badger.runs[0].curve[0].environment_steps == 11520
    assert badger.settings.trained_sizes == ()
    assert result.problems[0].reference_returns["all_equal"] == pytest.approx(-13.7135417)
    with pytest.raises(ResultFileError, match="file: must be a whole result of format 2, got KeyError"):
        ComparisonResult.from_json('{"format": 2}', "file")


def test_results_and_what_submits_them_need_no_torch():
    code = "import sys, baselines.results.comparison, leaderboards.submit.submit; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
