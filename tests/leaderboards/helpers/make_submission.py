"""Small submissions that pass every check, made without torch, and the tiny benchmark that they are for.

    folder = make_submission(tmp_path, name="second", skill=0.7)
    assert check(folder, benchmarks=BENCHMARKS) == []

`tiny.json` was written by `write_benchmark("tiny", TINY, BENCHMARKS)`, and a test compares the two.
"""

import hashlib
import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leaderboards.schema.benchmark import BenchmarkProblem, load_benchmark
from leaderboards.schema.make_benchmark import Chosen
from leaderboards.schema.submission import FILE, SeedResult, make_seed_result, parse, signed, to_bytes

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
TINY = (
    Chosen("guess", "Badger/Guessing-v0", {"dims": 2, "horizon": 4}, (1, 2, 3), 8),
    Chosen("xor", "Badger/HiddenXOR-v0", {"bits": 2}, (2, 3), 8),
)
KEY, OTHER_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (1, 2))
MEMORY, MESSAGE, IDENTITY = 2, 1, 4
FEATURES = {"Badger/Guessing-v0": 3, "Badger/HiddenXOR-v0": 5}


def make_submission(
    folder_root: Path,
    *,
    benchmark: str = "tiny",
    benchmarks: Path = BENCHMARKS,
    name: str = "first",
    date: str = "2026-01-02",
    seeds: int = 5,
    problems: tuple[str, ...] | None = None,
    sizes: dict[str, tuple[int, ...]] | None = None,
    source: str = "badger",
    skill: float = 0.5,
    spread: float = 0.1,
    key: Ed25519PrivateKey | None = None,
    **changes: Any,
) -> Path:
    """Write a valid submission.

    Args:
        folder_root: folder of all submissions; it goes into `<folder_root>/<benchmark>/<date>_<name>`.
        benchmark, benchmarks: what it is for, and where that lies.
        name, date, source: as in `submission.json`.
        seeds: training seeds of every problem.
        problems: those entered; None for all.
        sizes: those entered, by problem; all where nothing is said.
        skill: about what every run scores; what it scores besides follows from the name.
        key: that signs it, if any.
        spread: standard deviation of the scores of episodes, and a third of that of the runs.
        **changes: other fields of the file, in place of what would be there.

    Returns:
        The submission's folder.
    """
    loaded = load_benchmark(benchmark, benchmarks)
    chosen = [problem for problem in loaded.problems if problems is None or problem.name in problems]
    folder = folder_root / benchmark / f"{date}_{name}"
    folder.mkdir(parents=True)
    rows, parameters = [], {}
    for problem in chosen:
        for seed in range(seeds):
            numbers = np.random.default_rng(_number(name, problem.name, seed))
            weights, count = make_weights(problem, numbers)
            sha = _store(folder, problem, weights) if source == "badger" else None
            parameters[problem.name] = count
            middle = skill + spread / 3 * numbers.standard_normal()
            for size in (sizes or {}).get(problem.name, tuple(problem.sizes)):
                level = problem.sizes[size]
                scores = middle + spread * numbers.standard_normal(level.episodes)
                returns = level.chance + scores * (level.reference - level.chance)
                returns = np.clip(returns, level.lowest, level.highest).tolist()
                rows.append(make_seed_result(benchmark, problem.name, size, seed, sha, returns).model_dump())
    names = [problem.name for problem in chosen]
    content = {
        "format": 1,
        "suite": benchmark,
        "name": name,
        "date": date,
        "title": f"The {name} agent",
        "authors": ["Ada Lovelace", "Zoë Ångström"],
        "url": f"https://example.org/{name}",
        "about": "Made up for a test.",
        "agent": {"source": source, "description": "Experts that share one policy."},
        "training": {
            "commands": [f"python -m train --name {name}"],
            "versions": {"badger_envs": "0.1.0", "python": "3.11.4"},
            "environment_steps": dict.fromkeys(names, 10_000),
            "cpu_seconds": dict.fromkeys(names, 1.5),
            "parameters": parameters,
            "device": "cpu",
            "curves": {name: [[0, 0.0], [5_000, 0.5], [10_000, 0.75]] for name in names},
        },
        "previous": None,
        "rows": rows,
    }
    made = parse(content | changes)
    (folder / FILE).write_bytes(to_bytes(signed(made, key) if key else made))
    return folder


def with_returns(benchmark: str, row: SeedResult, returns: Sequence[float]) -> SeedResult:
    """The row with other returns, and the hash of these."""
    return make_seed_result(benchmark, row.problem, row.size, row.training_seed, row.weights_sha256, returns)


def make_weights(problem: BenchmarkProblem, numbers: np.random.Generator) -> tuple[bytes, int]:
    """A safetensors file with random weights of a small Badger for a problem, and how many they are."""
    features = FEATURES.get(problem.id, 3)
    shapes: dict[str, tuple[int, ...]] = {
        "expert.bias_hh": (3 * MEMORY,),
        "expert.bias_ih": (3 * MEMORY,),
        "expert.weight_hh": (3 * MEMORY, MEMORY),
        "expert.weight_ih": (3 * MEMORY, 2 * features + MESSAGE + IDENTITY),
        "membrane.act.bias": (1,),
        "membrane.act.weight": (1, MEMORY),
        "messages.speak.bias": (MESSAGE,),
        "messages.speak.weight": (MESSAGE, MEMORY),
    }
    tensors = {name: numbers.standard_normal(shape).astype("<f4") for name, shape in shapes.items()}
    return pack(tensors), sum(tensor.size for tensor in tensors.values())


def pack(tensors: dict[str, Any]) -> bytes:
    """A safetensors file, written by hand."""
    header, body = {}, b""
    for name, tensor in tensors.items():
        content = tensor.tobytes()
        offsets = [len(body), len(body) + len(content)]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": offsets}
        body += content
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def make_config(problem: BenchmarkProblem, sha: str) -> dict[str, Any]:
    """The JSON that lies beside the weights of `make_weights`."""
    config = {"port_features": FEATURES.get(problem.id, 3), "hidden_size": MEMORY, "message_size": MESSAGE}
    return {"format": 2, "kind": "Badger", "config": {**config, "identity_size": IDENTITY}, "weights_sha256": sha}


def _store(folder: Path, problem: BenchmarkProblem, weights: bytes) -> str:
    sha = hashlib.sha256(weights).hexdigest()
    (folder / "weights").mkdir(exist_ok=True)
    (folder / "weights" / f"{sha}.safetensors").write_bytes(weights)
    (folder / "weights" / f"{sha}.json").write_text(json.dumps(make_config(problem, sha)))
    return sha


def _number(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "little")
