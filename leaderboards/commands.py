"""The commands of `python -m leaderboards`: each calls the library and prints the outcome.

A field is an option, its docstring the help. `run` returns the exit code: 0, or 1 where something is refused.
"""

import secrets
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tyro.conf import Positional

from badger_envs.evaluation import versions
from leaderboards.check.check import check, check_tree
from leaderboards.check.pull_request import check_pull_request
from leaderboards.schema.benchmark import Benchmark, load_benchmark
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.status import CHECKED, REPRODUCED, SELF_REPORTED, WITHDRAWN, record, status_of, withdraw
from leaderboards.schema.submission import Submission, folders, read_submission, read_submissions
from leaderboards.submit.submit import submit

ROOT = Path(__file__).parent / "submissions"
OK, REFUSED = 0, 1
"""Exit codes."""


@dataclass(frozen=True)
class Submit:
    """Make a submission from results and check it."""

    # Options named like a field of `Submission` go into submission.json.

    source: Positional[Path]
    """Folder that `baselines compare` wrote, or file that `leaderboards evaluate` wrote."""
    authors: tuple[str, ...]
    """Names of all authors."""
    url: str
    """Address of the code, https://..."""
    agent: str | None = None
    """Name of the agent, where the results have several."""
    name: str | None = None
    """Name of the submission: lower-case letters, digits and hyphens; None: the agent's."""
    title: str | None = None
    """Title on the board; None: as in the results."""
    about: str | None = None
    """Description, a few sentences; None: as in the results."""
    date: str | None = None
    """YYYY-MM-DD; None: today."""
    previous: str | None = None
    """Folder of the version that this one replaces."""
    steps: tuple[str, ...] = ()
    """For a file of `leaderboards evaluate`: environment steps of one training; a number, or PROBLEM=NUMBER each."""
    cpu_seconds: tuple[str, ...] = ()
    """For a file of `leaderboards evaluate`: CPU-seconds of one training; a number, or PROBLEM=NUMBER each."""
    parameters: tuple[str, ...] = ()
    """For a file of `leaderboards evaluate`: trained parameters; a number, or PROBLEM=NUMBER each."""
    device: str | None = None
    """For a file of `leaderboards evaluate`: the device of the training."""
    command: tuple[str, ...] = ()
    """For a file of `leaderboards evaluate`: commands of the training; quote each."""
    benchmark: str = "v1"
    """Name of the benchmark."""
    root: Path = ROOT
    """Folder of all submissions."""

    def run(self) -> int:
        training: dict[str, Any] = {
            "environment_steps": _by_problem(self.steps, int, "--steps"),
            "cpu_seconds": _by_problem(self.cpu_seconds, float, "--cpu-seconds"),
            "parameters": _by_problem(self.parameters, int, "--parameters"),
            "device": self.device,
            "commands": self.command,
        }
        names = Submission.model_fields.keys() - {"agent"}  # that option picks one of several agents
        fields = {name: value for name, value in vars(self).items() if name in names}
        folder = submit(self.source, root=self.root, agent=self.agent, training=training, **fields)
        print(f"wrote {folder}, which passes the check")
        print(f"next: look at submission.json, git add {folder}, and open a pull request that holds nothing else")
        return OK


@dataclass(frozen=True)
class Check:
    """Check submissions; all of them if no folder is given."""

    folders: Positional[tuple[Path, ...]] = ()
    """Folders of submissions."""
    accepted: bool = False
    """The folders are on the board, so they may hold its status.json."""
    record: str | None = None
    """Record in status.json of everything that passes who checked it."""
    root: Path = ROOT
    """Folder of all submissions."""

    def run(self) -> int:
        found: dict[Path, list[ErrorDetails]] = {}
        for folder in self.folders:
            if not folder.is_dir():
                raise ValueError(f"FOLDER must be the folder of a submission, got {str(folder)!r}")
            found[folder] = check(folder, others=read_submissions(_beside(folder)), accepted=self.accepted)
        if not self.folders:
            for benchmark in Benchmark.names():
                found |= check_tree(self.root, benchmark)
        for folder, errors in found.items():
            if self.record and not errors and status_of(folder) == SELF_REPORTED:
                record(folder, CHECKED, self.record, {"versions": versions()})
        return _report(found)


@dataclass(frozen=True)
class CheckPullRequest:
    """Check that the commits between BASE and HEAD add valid submissions and change nothing else on the board.

    Only files of git are read: nothing of HEAD is checked out, imported or run.
    """

    base: Positional[str]
    """Revision that the pull request is merged into."""
    head: Positional[str]
    """Revision after the merge."""

    def run(self) -> int:
        return _report(check_pull_request(Path.cwd(), self.base, self.head))


@dataclass(frozen=True)
class Withdraw:
    """Withdraw a submission from the ranking; its files are kept."""

    folder: Positional[Path]
    """Folder of the submission."""
    reason: str
    """Why; it is shown on the board."""

    def run(self) -> int:
        withdraw(self.folder, self.reason)
        print(f"withdrawn: {self.folder}; its files are kept")
        return OK


@dataclass(frozen=True)
class Evaluate:
    """Run a policy on the test episodes and write the returns to a file."""

    policy: Positional[str]
    """Folder of a saved agent, or module:factory."""
    out: Path
    """File; results are added to those in it."""
    seed: tuple[int, ...] = (0,)
    """Training seeds, from 0 on."""
    problems: tuple[str, ...] = ()
    """Names of problems; all if none is given."""
    benchmark: str = "v1"
    """Name of the benchmark."""

    def run(self) -> int:
        from leaderboards.evaluate.evaluate import evaluate_to

        command = shlex.join(["python", "-m", "leaderboards", *sys.argv[1:]])
        benchmark = load_benchmark(self.benchmark)
        evaluate_to(
            self.policy, benchmark=benchmark, out=self.out, seeds=self.seed, problems=self.problems, command=command
        )
        print(f"wrote {self.out}")
        print(f"next: evaluate further training seeds into it, then python -m leaderboards submit {self.out} --help")
        return OK


@dataclass(frozen=True)
class Reproduce:
    """Run the weights of submissions again and compare the returns; all submissions with weights if none is given."""

    folders: Positional[tuple[Path, ...]] = ()
    """Folders of submissions."""
    rows: int | None = None
    """How many results of each, drawn at random; None: all."""
    fresh: bool = False
    """Run on other episodes than the benchmark's and compare the means."""
    seed: int | None = None
    """Draws results and episodes; None: drawn at random and printed."""
    record: str | None = None
    """Record in status.json of everything that agrees who ran it."""
    root: Path = ROOT
    """Folder of all submissions."""

    def run(self) -> int:
        # Drawn now, so that nobody could know it when the submission was made.
        seed = secrets.randbelow(2**32) if self.seed is None else self.seed
        if self.folders:
            return max(self._reproduce(folder, seed) for folder in self.folders)
        print(f"seed {seed}")
        code = OK
        for folder in (folder for benchmark in Benchmark.names() for folder in folders(self.root, benchmark)):
            try:
                if read_submission(folder).agent.source == "badger" and status_of(folder) != WITHDRAWN:
                    code = max(code, self._reproduce(folder, seed))
            except SubmissionError as error:  # the others are run all the same
                print(f"{folder}: refused: {error}")
                code = REFUSED
        return code

    def _reproduce(self, folder: Path, seed: int) -> int:
        from leaderboards.evaluate.reproduce import reproduce

        report = reproduce(folder, rows=self.rows, fresh=self.fresh, seed=seed)
        for line in report.lines():
            print(line)
        print(f"{folder}: {'agrees' if report.agrees else 'DIFFERS'}, seed {report.seed}")
        if self.record and report.agrees:
            record(folder, REPRODUCED, self.record, report.details())
        return OK if report.agrees else REFUSED


@dataclass(frozen=True)
class Build:
    """Build the pages of the board."""

    out: Path = Path("results/leaderboard")
    """Folder of the pages."""
    benchmark: str = "v1"
    """Name of the benchmark."""
    root: Path = ROOT
    """Folder of all submissions."""

    def run(self) -> int:
        from leaderboards.site.build import build

        built = build(self.root, self.benchmark, self.out)
        for name, errors in built.left_out.items():
            print(f"left out {name}: {errors[0]}" + (f" and {len(errors) - 1} more" if len(errors) > 1 else ""))
        print(f"wrote {self.out / 'index.html'}: {built.entries} entries")
        return OK


Command = Submit | Check | CheckPullRequest | Withdraw | Evaluate | Reproduce | Build


def _report(found: Mapping[Path, Sequence[ErrorDetails]]) -> int:
    for folder, errors in found.items():
        print(f"{folder}: {'refused' if errors else 'passes'}")
        for error in errors:
            print(f"  {error}")
    refused = sum(bool(errors) for errors in found.values())
    print(f"{len(found)} checked, {refused} refused")
    return REFUSED if refused else OK


def _beside(folder: Path) -> list[Path]:
    """Folders of the other submissions to the same benchmark."""
    here = folder.absolute()
    return [other for other in folders(here.parent.parent, here.parent.name) if other.name != here.name]


def _by_problem(words: Sequence[str], kind: type[Any], option: str) -> Any:
    """["guessing=5", "xor3=6"] -> {...}; ["5"] -> 5; [] -> None."""
    try:
        if len(words) == 1 and "=" not in words[0]:
            return kind(words[0])
        pairs = [word.split("=") for word in words]
        return {problem: kind(number) for problem, number in pairs} or None
    except ValueError:
        raise ValueError(f"{option} must be a number, or PROBLEM=NUMBER each, got {' '.join(words)!r}") from None
