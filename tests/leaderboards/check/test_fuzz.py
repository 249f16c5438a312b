"""Whatever strangers write: the check never fails, and what it accepts has the returns that were sealed."""

import copy
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboards.check.check import check
from leaderboards.schema.errors import printable
from leaderboards.schema.files import parse_json
from leaderboards.schema.submission import FILE, SubmissionError, read_submission, result_sha256
from tests.leaderboards.helpers.corpus import written
from tests.leaderboards.helpers.corpus_weights import weights
from tests.leaderboards.helpers.make_submission import BENCHMARKS, make_submission

EXAMPLES = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(SCALARS, lambda part: st.lists(part) | st.dictionaries(st.text(), part), max_leaves=10)
BYTES = st.lists(
    st.tuples(
        st.integers(0, 10**6), st.sampled_from(["set", "insert", "delete", "cut", "double"]), st.binary(max_size=8)
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def good():
    with tempfile.TemporaryDirectory() as root:
        yield make_submission(Path(root), seeds=2)


def mutated(content, changes):
    """Bytes with some set, inserted, taken out, cut off or doubled."""
    for place, what, new in changes:
        at = place % (len(content) + 1)
        content = {
            "set": content[:at] + new + content[at + len(new) :],
            "insert": content[:at] + new + content[at:],
            "delete": content[:at] + content[at + len(new) + 1 :],
            "cut": content[:at],
            "double": content[: at + 40] + content[at:],
        }[what]
    return content


def places_of(value, way=()):
    """The way to everything in plain data."""
    yield way
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places_of(part, (*way, key))


def checked(folder, content):
    """Errors of a submission with that as its file, and what it says if there are none."""
    before = (folder / FILE).read_bytes()
    try:
        (folder / FILE).write_bytes(content)
        errors = check(folder, benchmarks=BENCHMARKS)
        lines = [str(error) for error in errors]
        assert all(line.isprintable() and len(line) < 2000 and "can't be checked" not in line for line in lines), lines
        return errors, None if errors else read_submission(folder)
    finally:
        (folder / FILE).write_bytes(before)


@EXAMPLES
@given(changes=BYTES)
def test_check_refuses_changed_bytes_or_reads_the_same_rows(good, changes):
    errors, said = checked(good, mutated((good / FILE).read_bytes(), changes))
    assert errors or said.rows == read_submission(good).rows


@EXAMPLES
@given(data=st.data(), value=VALUES, what=st.sampled_from(["set", "delete", "add", "double"]))
def test_check_refuses_changed_values_or_reads_the_same_rows(good, data, value, what):
    content = json.loads((good / FILE).read_text())
    *way, last = data.draw(st.sampled_from([way for way in places_of(content) if way]))
    part = content
    for key in way:
        part = part[key]
    if what == "delete":
        del part[last]
    elif what == "double" and isinstance(part, list):
        part.insert(data.draw(st.integers(0, len(part))), copy.deepcopy(part[last]))
    elif what == "add" and isinstance(part, dict):
        part[data.draw(st.text())] = value
    else:
        part[last] = value
    errors, said = checked(good, json.dumps(content).encode())
    assert errors or said.rows == read_submission(good).rows


@EXAMPLES
@given(row=st.integers(0, 9), episode=st.integers(0, 7), value=st.floats(-60.0, 10.0) | st.floats())
def test_check_refuses_changed_returns(good, row, episode, value):
    content = json.loads((good / FILE).read_text())
    if content["rows"][row]["returns"][episode] == value:
        return
    content["rows"][row]["returns"][episode] = value
    errors, _ = checked(good, json.dumps(content).encode())
    assert any(error.field.startswith(f"rows[{row}]") for error in errors)


@EXAMPLES
@given(row=st.integers(0, 9), value=st.floats(-60.0, 10.0) | st.floats())
def test_check_passes_changed_returns_with_new_hashes_only_where_possible(good, row, value):
    content = json.loads((good / FILE).read_text())
    changed = content["rows"][row]
    changed["returns"][0] = value
    about = (changed[key] for key in ("problem", "size", "training_seed", "weights_sha256", "returns"))
    changed["sha256"] = result_sha256("tiny", *about)
    errors, _ = checked(good, written(content).encode())
    low, high = (-48.00048, 0.0) if changed["problem"] == "guess" else (-1.00001, 1.00001)
    possible = np.isfinite(value) and low <= value <= high and float(f"{value:.9g}") == value
    assert (not errors) == possible


@EXAMPLES
@given(changes=BYTES)
def test_check_refuses_changed_weights_under_their_old_name(good, changes):
    path = min((good / "weights").glob("*.safetensors"))
    before = path.read_bytes()
    try:
        path.write_bytes(mutated(before, changes))
        errors = check(good, benchmarks=BENCHMARKS)
        assert (not errors) == (path.read_bytes() == before)
        assert all(path.name in str(error) for error in errors)
    finally:
        path.write_bytes(before)


@EXAMPLES
@given(changes=BYTES)
def test_check_passes_only_finite_and_as_many_weights_under_a_new_name(good, changes):
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "tiny" / good.name
        shutil.copytree(good, folder)
        weights(lambda content: mutated(content, changes))(folder)
        errors = check(folder, benchmarks=BENCHMARKS)
        assert not any("can't be checked" in str(error) for error in errors)
        if not errors:
            sha = read_submission(folder).rows[0].weights_sha256
            content = (folder / "weights" / f"{sha}.safetensors").read_bytes()
            assert hashlib.sha256(content).hexdigest() == sha
            body = content[8 + int.from_bytes(content[:8], "little") :]
            assert np.isfinite(np.frombuffer(body, "<f4")).all()
            assert len(body) == 4 * read_submission(good).training.parameters["guess"]


@EXAMPLES
@given(changes=BYTES, value=VALUES)
def test_check_survives_changed_configs(good, changes, value):
    path = min((good / "weights").glob("*.json"))
    before = path.read_bytes()
    about = json.loads(before)
    try:
        for content in (
            mutated(before, changes),
            json.dumps(about | {"config": about["config"] | {"hidden_size": value}}).encode(),
            json.dumps(about | {"kind": value}).encode(),
            json.dumps(value).encode(),
        ):
            path.write_bytes(content)
            assert not any("can't be checked" in str(error) for error in check(good, benchmarks=BENCHMARKS))
    finally:
        path.write_bytes(before)


@EXAMPLES
@given(value=VALUES)
def test_parse_json_equals_json_loads_or_refuses(value):
    text = json.dumps(value)
    try:
        read = parse_json(text.encode(), "file")
    except SubmissionError:
        read = "refused"
    assert read == json.loads(text) or (read == "refused" and ("NaN" in text or "Infinity" in text))


@EXAMPLES
@given(text=st.text())
def test_printable_is_one_line(text):
    assert printable(text).isprintable()
    assert len(printable(text)) <= 120 * len("\\U00010000")
