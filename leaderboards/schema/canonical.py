"""The one way to write a submission down: two files that say the same are the same bytes, and have the same hash.

JSON in UTF-8, keys in the order of the models, without fields that have their default, a line for each row and each
curve, numbers as Python writes them. What is read and written back the same was read as it was meant: no key was given
twice, no text escaped in another way, nothing hidden between the lines.
"""

import json
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

CURVES, RETURNS = "curves", "returns"
_PLAIN = re.compile(r"[A-Za-z0-9_]*")
"""Texts without anything that JSON escapes, or that stands between items."""


def is_canonical(written: bytes, content: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether bytes are those of `canonical_parts`, joined."""
    place = 0
    for part in canonical_parts(content, rows):
        if not written.startswith(part, place):
            return False
        place += len(part)
    return place == len(written)


def canonical_parts(content: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The bytes of a submission, part after part.

    Args:
        content: plain data, all but the rows.
        rows: plain data, but `returns` may be an array (episodes,) or any sequence of floats.

    Raises:
        ValueError: NaN or infinity among the numbers.
    """
    training = dict(content["training"])
    curves = training.get(CURVES, {})
    if curves:
        # Each curve is left out at first and put in afterwards; no text of a submission has a control character.
        training[CURVES] = {problem: f"\0{problem}" for problem in curves}
    head = json.dumps({**content, "training": training}, indent=1, allow_nan=False, ensure_ascii=False)
    for problem, points in curves.items():
        head = head.replace(json.dumps(f"\0{problem}"), json.dumps(points, allow_nan=False))
    yield head.removesuffix("\n}").encode()
    before = b',\n "rows": [\n  '
    for row in rows:
        yield before
        yield row_to_json(row)
        before = b",\n  "
    yield b"\n ]\n}\n"


def row_to_json(row: Mapping[str, Any]) -> bytes:
    """As `json.dumps` writes an object, several times as fast where it is mostly numbers.

    Raises:
        ValueError: NaN or infinity among the numbers.
    """
    if all(_PLAIN.fullmatch(value) for value in row.values() if isinstance(value, str)):
        values = np.asarray(row[RETURNS], np.float64)  # (episodes,)
        text = orjson.dumps({**row, RETURNS: values}, option=orjson.OPT_SERIALIZE_NUMPY)
        # Small and large numbers are written otherwise: 1e-5, 0.00001 and 1e-05 are the same. NaN would be null.
        size = np.abs(values)  # (episodes,)
        if not ((size < 1e-4) & (size > 0.0) | ~(size < 1e16)).any():
            return text.replace(b",", b", ").replace(b":", b": ")
    return json.dumps({**row, RETURNS: list(map(float, row[RETURNS]))}, allow_nan=False).encode()


def take_returns(content: Any) -> list[tuple[list[float], npt.NDArray[np.float64]]]:
    """Take the returns out of the rows of plain data: arrays are made faster than their numbers are checked one by one.

    Args:
        content: what a fast parser made of the file of a submission.

    Returns:
        For each row its returns as they were, and as an array (episodes,), where what is no float has become one.

    Raises:
        ValueError: There is something else; whoever reads it item by item can say what.
    """
    try:
        lists = [row[RETURNS] for row in content["rows"]]
        found = [(values, np.frombuffer(struct.pack(f"{len(values)}d", *values))) for values in lists]
        content["rows"] = [{**row, RETURNS: ()} for row in content["rows"]]
    except (TypeError, KeyError, struct.error) as error:
        raise ValueError(str(error)) from error
    return found


def numbers_to_json(values: Sequence[float]) -> bytes:
    """As `json.dumps` writes a list of floats; errors as in `row_to_json`."""
    return row_to_json({RETURNS: values}).removeprefix(b'{"returns": ').removesuffix(b"}")
