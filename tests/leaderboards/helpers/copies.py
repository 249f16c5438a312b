"""Copies of submissions, disguised."""

import hashlib
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load

from leaderboards.schema.submission import FILE, make_seed_result, parse, read_submission, to_bytes
from tests.leaderboards.helpers.make_submission import MEMORY, pack


def copy_submission(
    folder: Path,
    root: Path,
    *,
    name: str = "copied",
    source: str | None = None,
    change: Callable[..., Any] = lambda values, numbers: values,
    weights: Callable[[bytes], bytes] | None = None,
) -> Path:
    """A copy under another name.

    Args:
        folder: of the original.
        root: folder of the benchmark's submissions.
        name: of the copy.
        source: "own" leaves the weights away; None: as it is.
        change: of returns (episodes,), with a generator, and the row if it takes one.
        weights: change of a safetensors file; None: one number is moved a little, so that no file is the same.
    """
    original = read_submission(folder)
    copied = root / f"{original.date}_{name}"
    copied.mkdir(parents=True)
    names: dict[str | None, str | None] = {None: None}
    keep = original.agent.source == "badger" and source != "own"
    for sha in {row.weights_sha256 for row in original.rows if row.weights_sha256}:
        if not keep:
            names[sha] = None
            continue
        made = (weights or nudged)((folder / "weights" / f"{sha}.safetensors").read_bytes())
        names[sha] = hashlib.sha256(made).hexdigest()
        about = json.loads((folder / "weights" / f"{sha}.json").read_text()) | {"weights_sha256": names[sha]}
        (copied / "weights").mkdir(exist_ok=True)
        (copied / "weights" / f"{names[sha]}.safetensors").write_bytes(made)
        (copied / "weights" / f"{names[sha]}.json").write_text(json.dumps(about))
    rows = []
    for number, row in enumerate(original.rows):
        given = (np.array(row.returns), np.random.default_rng(number), row)
        returns = change(*given[: len(inspect.signature(change).parameters)])
        about = (row.problem, row.size, row.training_seed, names[row.weights_sha256])
        rows.append(make_seed_result(original.benchmark, *about, list(returns)).model_dump())
    content = original.model_dump(mode="json") | {"name": name, "title": f"The {name} agent", "rows": rows}
    content["agent"]["source"] = "badger" if keep else "own"
    (copied / FILE).write_bytes(to_bytes(parse(content)))
    return copied


def nudged(content: bytes) -> bytes:
    """One number moved by a thousandth of a thousandth."""
    tensors = {name: tensor.copy() for name, tensor in load(content).items()}
    first = tensors[min(tensors)].reshape(-1)
    first[0] = first[0] * (1.0 + 1e-6) + 1e-6
    return pack(tensors)


def permuted_units(content: bytes) -> bytes:
    """The same agent with its hidden units in another order: rows of each gate, and columns of what reads them."""
    tensors = {name: tensor.copy() for name, tensor in load(content).items()}
    order = np.arange(MEMORY)[::-1]
    for name, tensor in tensors.items():
        if name.startswith("expert.") and len(tensor) == 3 * MEMORY:
            tensors[name] = np.concatenate([block[order] for block in np.split(tensor, 3)])
        if tensor.ndim == 2 and tensor.shape[1] == MEMORY:
            tensors[name] = tensors[name][:, order]
    return pack({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()})
