"""Trains by a `run.py`, in a virtual environment of the trainer's own: `python inside.py run.py runs.json`.

Copied there by `baselines.third_party.environment`, so it knows nothing but the standard library, numpy, and the names
that a `run.py` has:

    RUNS = {"what the page calls it": function, ...}

Each function takes an id. It yields a function that returns the weights, such as `network.parameters`, when they are
made and not yet trained; and returns how many environment steps it took. A run has trained if the weights changed and
are finite.
"""

import hashlib
import importlib
import json
import sys
import time
import traceback
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

IDS = ("Badger/Guessing-v0", "Badger/HiddenXOR-v0")
"""What every trainer is run on."""


def leaves(weights: Any) -> Iterator[np.ndarray[Any, Any]]:
    """The arrays of weights that are nested in any way."""
    if isinstance(weights, Mapping):
        weights = weights.values()
    if hasattr(weights, "detach"):
        yield weights.detach().cpu().numpy()
    elif hasattr(weights, "dtype") or not isinstance(weights, Iterable):
        yield np.asarray(weights)
    else:
        for part in weights:
            yield from leaves(part)


def digest(weights: Any) -> str:
    """One hash of all weights.

    Raises:
        ValueError: There are none, or one is not finite.
    """
    arrays = list(leaves(weights))
    if not arrays or not all(np.isfinite(array).all() for array in arrays):
        raise ValueError(f"weights must be finite numbers, got {len(arrays)} arrays of which not all are")
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def train(function: Any, id: str) -> dict[str, Any]:
    """Run one function of a `run.py` to its end; what it raises becomes its outcome."""
    began, steps, outcome = time.perf_counter(), 0, "trained"
    try:
        going: Generator[Any, None, int] = function(id)
        weights = next(going)
        before = digest(weights())
        try:
            next(going)
            outcome = "yielded twice"
        except StopIteration as end:
            steps = int(end.value)
        if outcome == "trained" and digest(weights()) == before:
            outcome = "weights unchanged"
    except Exception as error:  # the other runs go on
        traceback.print_exc()
        outcome = f"{type(error).__name__}: {error}"
    return {"id": id, "steps": steps, "seconds": round(time.perf_counter() - began, 1), "outcome": outcome}


def main(script: str, out: str) -> None:
    """Run everything that a `run.py` has on every id, and write down what came of it."""
    sys.path.insert(0, str(Path(script).parent))  # as a module, so that processes that are spawned find it too
    module = importlib.import_module(Path(script).stem)
    runs = []
    for name, function in module.RUNS.items():
        for id in IDS:
            runs.append({"name": name, **train(function, id)})
            print(runs[-1], flush=True)
    Path(out).write_text(json.dumps(runs), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
