"""What the commands of `python -m leaderboards` do: they call the library and print what came of it."""

import argparse
import secrets
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from badger_envs.evaluation import versions
from leaderboards.check.check import check, check_tree
from leaderboards.schema.benchmark import Benchmark, load_benchmark
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.status import CHECKED, REPRODUCED, SELF_REPORTED, record, status_of, withdraw
from leaderboards.schema.submission import Submission, folders, read_submission
from leaderboards.submit.submit import submit

RIGHT, WRONG = 0, 1
"""Exit codes."""


def run_submit(asked: argparse.Namespace) -> int:
    """Make a submission and say what to do with it."""
    training: dict[str, Any] = {
        "environment_steps": _by_problem(asked.steps, int, "--steps"),
        "cpu_seconds": _by_problem(asked.cpu_seconds, float, "--cpu-seconds"),
        "parameters": _by_problem(asked.parameters, int, "--parameters"),
        "device": asked.device,
        "commands": asked.command or [],
    }
    folder = submit(
        asked.source, root=asked.root, benchmark=asked.benchmark, agent=asked.agent, name=asked.name, title=asked.title,
        authors=asked.authors, url=asked.url, about=asked.about, date=asked.date, previous=asked.previous,
        training=training, say=print,
    )  # fmt: skip
    print(f"wrote {folder}, which passes the check")
    print(f"next: look at submission.json, git add {folder}, and open a pull request that holds nothing else")
    return RIGHT


def run_check(asked: argparse.Namespace) -> int:
    """Check submissions, or all that are there."""
    found: dict[Path, list[ErrorDetails]] = {}
    for folder in asked.folders:
        if not folder.is_dir():
            raise ValueError(f"FOLDER must be the folder of a submission, got {str(folder)!r}")
        found[folder] = check(folder, others=_siblings(folder), accepted=asked.accepted)
    if not asked.folders:
        for benchmark in Benchmark.names():
            found |= check_tree(asked.root, benchmark)
    for folder, errors in found.items():
        print(f"{folder}: {'refused' if errors else 'passes'}")
        for error in errors:
            print(f"  {error}")
        if asked.record and not errors and status_of(folder) == SELF_REPORTED:
            record(folder, CHECKED, asked.record, {"versions": versions()})
    wrong = sum(bool(errors) for errors in found.values())
    print(f"{len(found)} checked, {wrong} refused")
    return WRONG if wrong else RIGHT


def run_withdraw(asked: argparse.Namespace) -> int:
    """Have a submission count no more."""
    withdraw(asked.folder, asked.reason)
    print(f"withdrawn: {asked.folder}; its files are kept")
    return RIGHT


def run_evaluate(asked: argparse.Namespace) -> int:
    """Run a policy on the test episodes."""
    from leaderboards.evaluate.evaluate import evaluate_to

    command = shlex.join(["python", "-m", "leaderboards", *asked.words])
    out = evaluate_to(
        asked.policy, benchmark=load_benchmark(asked.benchmark), out=asked.out, seeds=asked.seed,
        problems=asked.problems, command=command, say=print,
    )  # fmt: skip
    print(f"wrote {out}")
    print(f"next: evaluate further training seeds into it, then python -m leaderboards submit {out} --help")
    return RIGHT


def run_reproduce(asked: argparse.Namespace) -> int:
    """Run weights again."""
    from leaderboards.evaluate.reproduce import reproduce

    # Nobody can have known it when the submission was made.
    seed = secrets.randbelow(2**32) if asked.seed is None else asked.seed
    report = reproduce(asked.folder, rows=asked.rows, fresh=asked.fresh, seed=seed)
    for line in report.lines():
        print(line)
    print(f"{asked.folder}: {'agrees' if report.agrees else 'DIFFERS'}, seed {report.seed}")
    if asked.record and report.agrees:
        record(asked.folder, REPRODUCED, asked.record, report.details())
    return RIGHT if report.agrees else WRONG


def run_build(asked: argparse.Namespace) -> int:
    """Write the pages."""
    from leaderboards.site.build import build

    built = build(asked.root, asked.benchmark, asked.out)
    for name, errors in built.left_out.items():
        print(f"left out {name}: {errors[0]}" + (f" and {len(errors) - 1} more" if len(errors) > 1 else ""))
    print(f"wrote {asked.out / 'index.html'}: {built.entries} entries")
    return RIGHT


def _siblings(folder: Path) -> list[Submission]:
    """The other submissions beside one, as far as they can be read."""
    found = []
    for other in folders(folder.absolute().parent.parent, folder.absolute().parent.name):
        if other.name != folder.absolute().name:
            try:
                found.append(read_submission(other))
            except SubmissionError:  # its own affair
                continue
    return found


def _by_problem(words: Sequence[str], kind: type[Any], option: str) -> Any:
    """["guessing=5", "xor3=6"] -> {...}; ["5"] -> 5; [] -> None."""
    try:
        if len(words) == 1 and "=" not in words[0]:
            return kind(words[0])
        pairs = [word.split("=") for word in words]
        return {problem: kind(number) for problem, number in pairs} or None
    except ValueError:
        raise ValueError(f"{option} must be a number, or PROBLEM=NUMBER each, got {' '.join(words)!r}") from None
