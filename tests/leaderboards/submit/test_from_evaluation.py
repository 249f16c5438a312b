import hashlib
import shutil

import numpy as np
import pytest

from agents import build_agent, count_parameters, save_agent
from leaderboards.check.check import check
from leaderboards.schema.benchmark import load_benchmark
from leaderboards.schema.result_file import write_results
from leaderboards.schema.submission import make_seed_result, read_submission
from leaderboards.submit.submit import submit
from tests.leaderboards.helpers.make_submission import BENCHMARKS

WHO = {"authors": ["Ada Lovelace"], "url": "https://example.org/code", "date": "2026-01-02"}
TINY = {"benchmark": "tiny", "benchmarks": BENCHMARKS}
TRAINING = {"environment_steps": 1000, "cpu_seconds": {"guess": 1.5, "xor": 2.5}, "parameters": 7, "device": "cpu"}


def evaluated(path, *, seeds=5, source="own", weights=None, gap=None):
    """A file as `leaderboards evaluate` writes it."""
    benchmark = load_benchmark("tiny", BENCHMARKS)
    rows = []
    for problem in benchmark.problems:
        for seed in range(seeds):
            if (problem.name, seed) == gap:
                continue
            for size, at in problem.sizes.items():
                returns = at.chance + 0.1 * np.random.default_rng([seed, size]).random(at.episodes)
                sha = next(iter(weights)) if weights else None
                rows.append(make_seed_result("tiny", problem.name, size, seed, sha, returns.tolist()))
    return write_results(
        path, rows, benchmark=benchmark, source=source, policy="mine:make", command="python x", weights=weights
    )


def test_from_evaluation_makes_a_submission_that_passes(tmp_path, caplog):
    path = evaluated(tmp_path / "mine.json", gap=("xor", 3))
    about = {"title": "Mine", "about": "My agent.", "training": TRAINING | {"commands": ["python train.py"]}}
    folder = submit(path, root=tmp_path / "all", **WHO, **TINY, **about)
    assert check(folder, benchmarks=BENCHMARKS) == []
    made = read_submission(folder)
    assert (made.name, made.agent.source) == ("make", "own")
    assert made.training.commands == ("python train.py", "python x")
    assert made.training.parameters == {"guess": 7, "xor": 7}
    assert made.training.cpu_seconds == {"guess": 1.5, "xor": 2.5}
    assert caplog.messages == [
        "xor: left out training seeds 4, since there is none of 3",
        "xor: 3 training seeds, where an entry needs 5 to be ranked",
    ]


def test_from_evaluation_brings_weights(tmp_path):
    agent = build_agent("Badger", {"port_features": 3, "hidden_size": 2})
    save_agent(agent, tmp_path / "saved")
    weights, config = tmp_path / "saved" / "agent.safetensors", tmp_path / "saved" / "agent.json"
    sha = hashlib.sha256(weights.read_bytes()).hexdigest()
    path = evaluated(tmp_path / "mine.json", seeds=1, source="badger", weights={sha: (weights, config)})
    numbers = count_parameters(agent)
    folder = submit(path, root=tmp_path / "all", **WHO, **TINY, training=TRAINING | {"parameters": numbers})
    assert (folder / "weights" / f"{sha}.safetensors").read_bytes() == weights.read_bytes()
    shutil.rmtree(tmp_path / "weights")
    with pytest.raises(ValueError, match="source must have its weights beside it"):
        submit(path, root=tmp_path / "more", **WHO, **TINY, training=TRAINING | {"parameters": numbers})


@pytest.mark.parametrize("missing", list(TRAINING))
def test_from_evaluation_asks_for_what_no_evaluation_knows(missing, tmp_path):
    path = evaluated(tmp_path / "mine.json", seeds=1)
    training = {name: value for name, value in TRAINING.items() if name != missing}
    with pytest.raises(ValueError, match=f"training must have .* got nothing of {missing}"):
        submit(path, root=tmp_path / "all", **WHO, **TINY, training=training)
