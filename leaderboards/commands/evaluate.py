"""Commands that run policies: those of submitters, and once more those that were submitted."""

import secrets
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tyro.conf import Positional

from badger_envs.core.checks import require_integer
from leaderboards.commands.common import OK, REFUSED, ROOT, require_author, require_root, require_unused
from leaderboards.schema.benchmark import Benchmark, load_benchmark
from leaderboards.schema.errors import SubmissionError
from leaderboards.schema.result_file import read_results
from leaderboards.schema.status import REPRODUCED, WITHDRAWN, record, status_of
from leaderboards.schema.submission import folders, read_submission


@dataclass(frozen=True)
class Evaluate:
    """Run a policy on the test episodes and write the returns to a file."""

    policy: Positional[str]
    """Folder of a saved agent, or module:factory."""
    out: Path
    """File; results are added to those in it."""
    seed: tuple[int, ...] = (0,)
    """Training seeds, from 0 on."""
    problems: tuple[str, ...] | None = None
    """Names of problems; all by default."""
    benchmark: str = "v1"
    """Name of the benchmark."""
    sandbox: Literal["auto", "required", "off"] = "auto"
    """Whether module:factory runs in a sandbox (bubblewrap; no GPU, no network); auto: where there is one."""

    def run(self) -> int:
        from leaderboards.evaluate.evaluate_to import evaluate_to

        command = shlex.join(["python", "-m", "leaderboards", *sys.argv[1:]])
        benchmark = load_benchmark(self.benchmark)
        if self.problems == ():
            raise ValueError("--problems must be followed by at least one name, got none")
        evaluate_to(
            self.policy,
            benchmark=benchmark,
            out=self.out,
            seeds=self.seed,
            problems=self.problems or (),
            command=command,
            sandbox=self.sandbox,
        )
        for way in read_results(self.out).isolation:
            where = "without a sandbox" if way.program == "none" else f"in the sandbox of {way.program}"
            print(f"{self.policy} ran {where}")
            print(f"  it could have: {'; '.join(way.not_held)}")
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
        require_author(self.record)
        if self.folders:
            require_unused("with folders, which lie beside the others", root=self.root != ROOT)
        else:
            require_root(self.root)
        for folder in self.folders:
            if not folder.is_dir():
                raise ValueError(f"FOLDER must be the folder of a submission, got {str(folder)!r}")
            if self.record and status_of(folder) == WITHDRAWN:
                raise ValueError(f"--record must not be given for what is withdrawn, got {str(folder)!r}")
        for name, value, least in (("rows", self.rows, 1), ("seed", self.seed, 0)):
            if value is not None:
                require_integer(f"--{name}", value, least)
        if self.rows is None and not self.fresh:
            require_unused("without --rows or --fresh: nothing is drawn", seed=self.seed is not None)
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
