"""Weights and configs that strangers saved, checked without torch; nothing in them is ever executed.

A safetensors file is eight bytes with the length of a header, the header in JSON with type, shape and place of every
tensor, then their numbers one after the other without gaps.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors import SafetensorError, deserialize

from leaderboards.check.agent_schema import CONFIGS, FORMATS, complaint, config_errors, make_config
from leaderboards.check.agent_shapes import weight_shapes
from leaderboards.schema.errors import ErrorDetails, SubmissionError, printable, short_repr
from leaderboards.schema.files import parse_json, read_bytes, read_json

FOLDER = "weights"
FILE_NAME = re.compile(r"([0-9a-f]{64})\.(safetensors|json)")
MAX_BYTES = 4 * 2**20
MAX_HEADER_BYTES = 100_000
MAX_CONFIG_BYTES = 64 * 2**10
MAX_AXES = 8
MAX_NUMBERS = 20_000_000
"""In all weights of a submission; twenty-five trainings of this project have two hundred thousand."""


class CheckedWeights(NamedTuple):
    """What is known of weights."""

    errors: list[ErrorDetails]
    numbers: int
    """How many there are."""
    kind: str
    """Of agent; empty where one of the files can't be read, or says what can't be."""
    config: str
    """Of the agent, as JSON."""
    format: int


def check_weights(folder: Path, sha: str) -> CheckedWeights:
    """Check `<sha>.safetensors` and `<sha>.json` of a submission.

    Args:
        folder: of the weights.
        sha: SHA-256 that the first of them must have.

    """
    errors: list[ErrorDetails] = []
    shapes: dict[str, tuple[int, ...]] = {}
    name = f"{FOLDER}/{sha}.safetensors"
    try:
        content = read_bytes(folder / f"{sha}.safetensors", name, MAX_BYTES)
        digest = hashlib.sha256(content).hexdigest()
        if digest != sha:
            errors.append(ErrorDetails(name, "", f"must have the SHA-256 of its name, got {digest}"))
        shapes = _check_tensors(content, name)
    except SubmissionError as error:
        errors += error.errors
    name = f"{FOLDER}/{sha}.json"
    try:
        about = read_json(folder / f"{sha}.json", name, MAX_CONFIG_BYTES)
        errors += [ErrorDetails(name, field, reason) for field, reason in _complaints(about, sha)]
    except SubmissionError as error:
        errors += error.errors
    numbers = sum(map(math.prod, shapes.values()))
    if errors:
        return CheckedWeights(errors, numbers, "", "", 0)
    kind, config, format = about["kind"], json.dumps(about["config"]), about["format"]
    errors += _shape_errors(shapes, _expected_shapes(kind, config, format), kind, f"{FOLDER}/{sha}.safetensors")
    return CheckedWeights(errors, numbers, kind, config, format)


@lru_cache(maxsize=4096)
def _expected_shapes(kind: str, config: str, format: int) -> dict[str, tuple[int, ...]] | None:
    return weight_shapes(kind, make_config(kind, json.loads(config), format))


def _shape_errors(
    shapes: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]] | None, kind: str, name: str
) -> Iterator[ErrorDetails]:
    """Of weights that no agent of this kind and config could load."""
    if expected is None or shapes == expected:
        return
    for tensor in sorted(shapes.keys() | expected.keys()):
        wanted, got = expected.get(tensor), shapes.get(tensor)
        if got is None:
            yield ErrorDetails(name, tensor, f"must be there, of shape {list(wanted or ())}: {kind} has it")
        elif wanted is None:
            yield ErrorDetails(name, tensor, f"must not be there: {kind} of this config has no such weights")
        elif got != wanted:
            yield ErrorDetails(name, tensor, f"must be of shape {list(wanted)} in {kind}, got {list(got)}")


def _check_tensors(content: bytes, name: str) -> dict[str, tuple[int, ...]]:
    """Names and shapes of what a safetensors file holds.

    Raises:
        SubmissionError: It is none, or not one that we would write.
    """
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or not 2 <= length <= min(MAX_HEADER_BYTES, len(content) - 8):
        reason = f"must begin with the length of a header of at most {MAX_HEADER_BYTES} bytes that is there"
        raise SubmissionError([ErrorDetails(name, "", f"{reason}, got {length} in a file of {len(content)} bytes")])
    # Where the library is laxer than we are: it takes a name that is given twice, other keys, and any dtype.
    header = parse_json(content[8 : 8 + length], name)
    if not isinstance(header, dict):
        raise SubmissionError([ErrorDetails(name, "", "must have a header that is an object")])
    for tensor, about in header.items():
        if not isinstance(about, dict) or set(about) != {"dtype", "shape", "data_offsets"}:
            reason = "must have dtype, shape and data_offsets and nothing else"
            raise SubmissionError([ErrorDetails(name, tensor, reason)])
        if about["dtype"] != "F32":
            reason = f"must have dtype F32, got {short_repr(about['dtype'])}"
            raise SubmissionError([ErrorDetails(name, tensor, reason)])
    try:
        deserialize(content)  # type: ignore[no-untyped-call]
    except SafetensorError as error:  # types, signs and sizes of shapes and offsets; neither overlap nor gap nor rest
        reason = f"must be a safetensors file, got: {printable(str(error))}"
        raise SubmissionError([ErrorDetails(name, "", reason)]) from None
    for tensor, about in header.items():
        if len(about["shape"]) > MAX_AXES or max(about["shape"], default=0) > MAX_BYTES:
            reason = f"must have a shape of at most {MAX_AXES} axes, none longer than a file may be"
            raise SubmissionError([ErrorDetails(name, tensor, reason)])
    finite = np.isfinite(np.frombuffer(content, "<f4", offset=8 + length))  # of all tensors: there are no gaps
    if not finite.all():
        offset = 4 * int(np.argmin(finite))  # of the first number that is not
        tensor = next(tensor for tensor, about in header.items() if offset in range(*about["data_offsets"]))
        raise SubmissionError([ErrorDetails(name, tensor, "must hold finite numbers, got NaN or infinity")])
    return {tensor: tuple(about["shape"]) for tensor, about in header.items()}


def _complaints(about: Any, sha: str) -> Iterator[tuple[str, str]]:
    """Fields of a config and what is wrong with them."""
    wrong = complaint(about)
    if wrong is not None:
        key, must = wrong
        yield key, f"{must}, got {short_repr(about[key])}" if key else must
        return
    if about["format"] not in FORMATS:
        yield "format", f"must be 1 or 2, got {short_repr(about['format'])}"
    if about["weights_sha256"] != sha:
        yield "weights_sha256", f"must be the one in the name of the file, got {short_repr(about['weights_sha256'])}"
    if about["kind"] not in CONFIGS:
        yield "kind", f"must be one of {', '.join(CONFIGS)}, got {short_repr(about['kind'])}"
    elif about["format"] in FORMATS:
        for field, reason in _config_errors(about["kind"], json.dumps(about["config"]), about["format"]):
            yield f"config.{field}", reason


@lru_cache(maxsize=4096)  # many weights have the same config
def _config_errors(kind: str, config: str, format: int) -> tuple[tuple[str, str], ...]:
    return tuple(config_errors(kind, json.loads(config), format))
