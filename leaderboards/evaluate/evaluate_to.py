"""The evaluator behind the command line: a policy by its name, and a file that results are added to."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from badger_envs.core.checks import require_integer
from leaderboards.evaluate.evaluate import evaluate_benchmark
from leaderboards.evaluate.policy_process import require_reference
from leaderboards.evaluate.sandbox import Sandbox
from leaderboards.evaluate.subprocess_policy import STEP_SECONDS, PolicyProcess
from leaderboards.schema.benchmark import Benchmark
from leaderboards.schema.isolation import Isolation
from leaderboards.schema.result_file import read_to_extend, write_results
from leaderboards.schema.submission import MAX_SEED, SeedResult


def evaluate_to(
    policy: str,
    *,
    benchmark: Benchmark,
    out: Path,
    seeds: Sequence[int],
    problems: Sequence[str] = (),
    command: str,
    seconds: float = STEP_SECONDS,
    sandbox: Sandbox = "auto",
) -> Path:
    """Evaluate a policy by name and add the results to a file; see `write_results`.

    Args:
        policy: folder of a saved agent of this project, of which there is one training seed; or "module:factory",
            which runs in a process of its own for every seed, see `leaderboards.evaluate.subprocess_policy`.
        benchmark: whose episodes.
        out: the file.
        seeds: training seeds.
        problems: names; all that the policy supports if none is given.
        command: that goes into the file.
        seconds: time limit for an answer of module:factory.
        sandbox: whether module:factory runs in a sandbox; the file says whether it did.

    Returns:
        `out`.

    Raises:
        ValueError: No such policy or problem, no seed, no sandbox where one is required, a file of another policy or
            benchmark, or a policy that supports no problem of the benchmark. PolicyError, a subclass: the policy
            failed.
    """
    if not seeds or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds must be at least one, each once, got {list(seeds)}")
    for seed in seeds:
        require_integer("seed", seed, 0, MAX_SEED)
    chosen = [benchmark.problem(name) for name in problems] or benchmark.problems
    wanted = {(problem.name, size) for problem in chosen for size in problem.sizes}
    if not Path(policy).is_dir():
        require_reference(policy)
    if not out.parent.is_dir():
        raise ValueError(f"out must lie in a folder that is there, got {out}")
    if out.is_dir():
        raise ValueError(f"out must be a file, got the folder {out}")
    try:
        with tempfile.TemporaryFile(dir=out.parent):
            pass
    except OSError as error:
        raise ValueError(f"out must lie in a folder that can be written, got {out} ({error.strerror})") from error
    rows: list[SeedResult] = []
    isolation: list[Isolation] = []
    if Path(policy).is_dir():
        from leaderboards.evaluate.saved_agent import SavedAgent, one_thread

        if len(seeds) > 1:
            raise ValueError(f"seeds must be one for a saved agent, which was trained once, got {list(seeds)}")
        saved = SavedAgent(Path(policy))
        source, name, weights = "badger", saved.kind, {saved.sha256: (saved.weights, saved.config)}
        read_to_extend(out, benchmark.name, source, name)
        with one_thread():
            rows += evaluate_benchmark(
                saved, benchmark, training_seed=seeds[0], rows=wanted, weights_sha256=saved.sha256
            )
    else:
        source, name, weights = "own", policy, {}
        read_to_extend(out, benchmark.name, source, name)
        for seed in seeds:
            with PolicyProcess(policy, seconds=seconds, sandbox=sandbox) as make:
                isolation.append(make.isolation)
                rows += evaluate_benchmark(make, benchmark, training_seed=seed, rows=wanted)
    missing = [name for name in problems if name not in {row.problem for row in rows}]
    if not rows or missing:
        what = ", ".join(missing) or f"any problem of {benchmark.name}"
        raise ValueError(f"policy must support {what}, got {policy!r}")
    about = {"source": source, "policy": name, "command": command}
    return write_results(out, rows, benchmark=benchmark, **about, weights=weights, isolation=isolation)
