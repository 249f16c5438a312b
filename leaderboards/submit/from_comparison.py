"""An agent out of the folder that `python -m baselines compare --suite standard --out FOLDER` wrote."""

import hashlib
import logging
import shlex
from pathlib import Path
from typing import Any

from leaderboards.check.weights import MAX_BYTES, MAX_CONFIG_BYTES
from leaderboards.schema.benchmark import Benchmark, BenchmarkProblem, current_arguments
from leaderboards.schema.errors import SubmissionError, printable
from leaderboards.schema.files import read_bytes, read_json
from leaderboards.schema.submission import SeedResult, make_seed_result
from leaderboards.submit.draft import Draft, seeds_without_gap

logger = logging.getLogger(__name__)

MAX_RESULT_BYTES = 256 * 2**20
MAX_POINTS = 50
"""Of a learning curve."""
PRIVATE_OPTIONS = ("--out",)
"""Of commands: they say where files lie on somebody's machine, and nothing about the results."""

Run = dict[str, Any]
"""A run: `specification`, `tests` by size, costs; and with `weights` and `about`, what was saved of the agent."""


def from_comparison(folder: Path, benchmark: Benchmark, agent: str | None) -> Draft:
    """All runs of an agent that finished on the problems of a benchmark.

    Args:
        folder: holds `result.json` and `runs/`.
        benchmark: what is submitted to.
        agent: its name; may be None where only one was trained.

    Raises:
        ValueError: There is no such agent, or nothing of it can be submitted.
    """
    content = read_json(folder / "result.json", "result.json", MAX_RESULT_BYTES)
    try:
        entries = _entries(content["agents"], agent)
        tasks = {problem["name"]: problem for problem in content["problems"]}
        runs: dict[str, dict[int, Run]] = {}
        for problem in benchmark.problems:
            entry = _entry(entries, tasks, problem)
            if entry is None:
                logger.warning(f"{problem.name}: {entries[0]['agent']} was not trained on it")
                continue
            found = _finished(folder, benchmark, problem, entry)
            kept = seeds_without_gap(found, problem.name)
            if len(kept) < benchmark.min_seeds:
                logger.warning(
                    f"{problem.name}: {len(kept)} runs, where an entry needs {benchmark.min_seeds} to be ranked"
                )
            if kept:
                runs[problem.name] = {seed: found[seed] for seed in kept}
        if not runs:
            raise ValueError(
                f"source must hold finished runs of {entries[0]['agent']}, got none on benchmark {benchmark.name}"
            )
        return Draft(
            agent=entries[0]["agent"],
            title=entries[0]["label"],
            about=entries[0]["about"],
            source="badger",
            rows=[row for name, found in runs.items() for row in _rows(benchmark, benchmark.problem(name), found)],
            weights=_weights(runs),
            training=_training(content["runs"], runs),
        )
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        reason = f"got {type(error).__name__}: {printable(str(error))}"
        raise ValueError(f"source must be a folder that baselines compare wrote, {reason}") from error


def _entries(agents: list[dict[str, Any]], name: str | None) -> list[dict[str, Any]]:
    """What there is of an agent, by problem."""
    trained = list(dict.fromkeys(entry["agent"] for entry in agents if not entry["handcrafted"]))
    if name is None and len(trained) == 1:
        name = trained[0]
    if name not in trained:
        raise ValueError(f"agent must be one of those trained, {', '.join(trained)}, got {name!r}")
    return [entry for entry in agents if entry["agent"] == name]


def _entry(entries: list[dict[str, Any]], tasks: dict[str, Any], problem: BenchmarkProblem) -> dict[str, Any] | None:
    """What there is of an agent on a problem: of the same name if need be, since one task may be trained on twice."""
    wanted = (problem.id, problem.arguments)
    same = [e for e in entries if (tasks[e["problem"]]["task"], tasks[e["problem"]]["arguments"]) == wanted]
    return next((entry for entry in same if entry["problem"] == problem.name), same[0] if same else None)


def _finished(folder: Path, benchmark: Benchmark, problem: BenchmarkProblem, entry: dict[str, Any]) -> dict[int, Run]:
    """Runs that were tested as the benchmark says, by training seed."""
    failed = len(entry["failed"])
    if failed or len(entry["runs"]) < entry["wanted"]:
        logger.warning(f"{problem.name}: {len(entry['runs'])} of {entry['wanted']} runs finished, {failed} runs failed")
    found = {}
    for listed in entry["runs"]:
        about, place = f"{problem.name}, training seed {listed['seed']}", folder / "runs" / Path(listed["hash"]).name
        try:
            run = read_json(place / "run.json", "run.json", MAX_RESULT_BYTES)
            run["about"] = read_json(place / "agent.json", "agent.json", MAX_CONFIG_BYTES)
            run["weights"] = read_bytes(place / "agent.safetensors", "agent.safetensors", MAX_BYTES)
        except SubmissionError as error:
            logger.warning(f"{about}: left out, {error}")
            continue
        if run["about"]["weights_sha256"] != hashlib.sha256(run["weights"]).hexdigest():
            logger.warning(f"{about}: left out, its weights are not those that it was saved with")
        elif not _is_as_said(run, benchmark, problem, problem.train_size):
            logger.warning(f"{about}: left out, it was not tested on the episodes of benchmark {benchmark.name}")
        else:
            found[listed["seed"]] = run
    return found


def _is_as_said(run: Run, benchmark: Benchmark, problem: BenchmarkProblem, size: int) -> bool:
    """Whether a run was tested at a size on the episodes of the benchmark."""
    test, wanted = run["tests"].get(str(size)), problem.sizes[size]
    return bool(
        test
        and test["id"] == problem.id
        and current_arguments(problem.id, test["arguments"]) == wanted.arguments
        and test["episode_set"] == benchmark.episode_set
        and test["first_episode"] == wanted.first_episode
        and test["episodes"] == wanted.episodes
    )


def _rows(benchmark: Benchmark, problem: BenchmarkProblem, runs: dict[int, Run]) -> list[SeedResult]:
    """Of all sizes at which every run was tested."""
    sizes = [size for size in problem.sizes if all(_is_as_said(run, benchmark, problem, size) for run in runs.values())]
    left = sorted(set(problem.sizes) - set(sizes))
    if left:
        can = not all(set(left) <= set(run["cannot_have_size"]) for run in runs.values())
        reason = "not tested on the episodes of the benchmark" if can else "the agent can't have them"
        logger.warning(f"{problem.name}: without {problem.size_name} {', '.join(map(str, left))}, {reason}")
    return [
        make_seed_result(
            benchmark.name,
            problem=problem.name,
            size=size,
            training_seed=seed,
            weights_sha256=run["about"]["weights_sha256"],
            returns=run["tests"][str(size)]["returns"],
        )
        for seed, run in runs.items()
        for size in sizes
    ]


def _weights(runs: dict[str, dict[int, Run]]) -> dict[str, tuple[bytes, Any]]:
    found: dict[str, tuple[bytes, Any]] = {}
    for run in (run for of_problem in runs.values() for run in of_problem.values()):
        sha, pair = run["about"]["weights_sha256"], (run["weights"], run["about"])
        if found.setdefault(sha, pair) != pair:
            raise ValueError(f"source must have one config for each set of weights, got two for {sha}")
    return found


def _training(parts: list[dict[str, Any]], runs: dict[str, dict[int, Run]]) -> dict[str, Any]:
    """How everything came about, means over training seeds."""

    def mean(problem: str, key: str) -> float:
        return sum(float(run[key]) for run in runs[problem].values()) / len(runs[problem])

    devices = sorted({run["device"] for of_problem in runs.values() for run in of_problem.values()})
    return {
        "commands": list(dict.fromkeys(_public(part["command"]) for part in parts)),
        "versions": {name: version for part in parts for name, version in part["versions"].items()},
        "environment_steps": {problem: round(mean(problem, "environment_steps")) for problem in runs},
        "cpu_seconds": {problem: round(mean(problem, "training_cpu_seconds"), 3) for problem in runs},
        "parameters": {problem: round(mean(problem, "parameters")) for problem in runs},
        "device": ", ".join(devices),
        "curves": {problem: _curve(list(runs[problem].values())) for problem in runs},
    }


def _curve(runs: list[Run]) -> list[tuple[int, float]]:
    """The learning curve, mean over training seeds at the same updates, of few enough points."""
    several = list(zip(*(run["curve"] for run in runs), strict=False))
    few = several[:: -(-len(several) // MAX_POINTS)] if several else []
    return [
        (
            round(sum(point["environment_steps"] for point in points) / len(points)),
            round(sum(point["score"] for point in points) / len(points), 4),
        )
        for points in few
    ]


def _public(command: str) -> str:
    """A command without where its results went."""
    words = iter(shlex.split(command))
    kept = []
    for word in words:
        if word in PRIVATE_OPTIONS:
            next(words, None)
        elif not word.startswith(tuple(f"{option}=" for option in PRIVATE_OPTIONS)):
            kept.append(word)
    return shlex.join(kept)
