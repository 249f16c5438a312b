"""Commands that run once more what was submitted, and the one that commits to how."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tyro.conf import Positional

from badger_envs.core.checks import require_integer
from leaderboards.commands.common import OK, REFUSED, ROOT, require_author, require_root, require_unused, shown
from leaderboards.schema.benchmark import Benchmark
from leaderboards.schema.commitments import FILE, commit, read_secrets
from leaderboards.schema.errors import SubmissionError, printable
from leaderboards.schema.reproduction import read_reproduction
from leaderboards.schema.status import CHECKED, SELF_REPORTED, WITHDRAWN, record, status_of
from leaderboards.schema.submission import folders, read_submission


@dataclass(frozen=True)
class Commit:
    """Draw secrets that later draw fresh episodes, and commit to them; a submission needs one that is a day older."""

    secrets: Path
    """Your file of secrets, outside of the checkout; it is made, or added to."""
    count: int = 20
    """How many; each serves one submission."""
    root: Path = ROOT
    """Folder of all submissions."""

    def run(self) -> int:
        require_root(self.root)
        made = commit(self.root, self.secrets, self.count)
        print(f"wrote {self.root / FILE}: {len(made.commitments)} commitments")
        print(f"next: publish it with git today, and keep {self.secrets} to yourself")
        return OK


@dataclass(frozen=True)
class Reproduce:
    """Run the weights of submissions again and compare the returns; all submissions with weights if none is given."""

    folders: Positional[tuple[Path, ...]] = ()
    """Folders of submissions."""
    rows: int | None = None
    """How many results of each, drawn at random; None: all."""
    fresh: bool = False
    """Run on fresh episodes: with --secrets as the board does, without as a rehearsal by --seed."""
    secrets: Path | None = None
    """The board's file of secrets; what is found is published in reproduction.json, whatever it is."""
    published: bool = False
    """Run again what the board published, by the draw that it published, and see whether it is the same."""
    seed: int | None = None
    """Draws results and episodes; None: drawn at random and printed."""
    record: str | None = None
    """Record in status.json who ran it: with --secrets any outcome, without what agrees, as checked."""
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
        self._require_options()
        # Drawn now, so that nobody could know it when the submission was made.
        seed = secrets.randbelow(2**32) if self.seed is None else self.seed
        act = self._action(seed)
        if self.folders:
            return max(act(folder) for folder in self.folders)
        if self.secrets is None and not self.published:
            print(f"seed {seed}")
        code = OK
        for folder in (folder for benchmark in Benchmark.names() for folder in folders(self.root, benchmark)):
            try:
                if read_submission(folder).agent.source == "badger" and self._is_meant(folder):
                    code = max(code, act(folder))
            except SubmissionError as error:  # the others are run all the same
                print(f"{shown(folder)}: refused: {error}")
                code = REFUSED
        return code

    def _require_options(self) -> None:
        for name, value, least in (("rows", self.rows, 1), ("seed", self.seed, 0)):
            if value is not None:
                require_integer(f"--{name}", value, least)
        if self.rows is None and not self.fresh:
            require_unused("without --rows or --fresh: nothing is drawn", seed=self.seed is not None)
        if self.secrets is not None:
            if not self.fresh or self.record is None:
                raise ValueError("--secrets must be given with --fresh and --record, got it without")
            given = {"rows": self.rows is not None, "seed": self.seed is not None, "published": self.published}
            require_unused("with --secrets, which draws the episodes of all rows", **given)
        elif self.fresh:
            require_unused("with --fresh and without --secrets, which is a rehearsal", record=self.record is not None)
        if self.published:
            given = {"fresh": self.fresh, "rows": self.rows is not None, "record": self.record is not None}
            require_unused("with --published, which runs what is published", **given)

    def _action(self, seed: int) -> Callable[[Path], int]:
        if self.secrets is not None:
            known = read_secrets(self.secrets)
            return lambda folder: self._run_fresh(folder, known)
        return _run_published if self.published else lambda folder: self._compare(folder, seed)

    def _is_meant(self, folder: Path) -> bool:
        """Whether it is run where no folder is named."""
        if status_of(folder) == WITHDRAWN:
            return False
        return (read_reproduction(folder) is not None) == self.published or not (self.published or self.secrets)

    def _compare(self, folder: Path, seed: int) -> int:
        from leaderboards.evaluate.reproduce import reproduce

        report = reproduce(folder, rows=self.rows, fresh=self.fresh, seed=seed)
        for line in report.lines():
            print(printable(line, max_length=1000))
        print(f"{shown(folder)}: {'agrees' if report.agrees else 'DIFFERS'}, seed {report.seed}")
        if self.record and report.agrees and status_of(folder) in (SELF_REPORTED, CHECKED):
            record(folder, CHECKED, self.record, report.details())
        return OK if report.agrees else REFUSED

    def _run_fresh(self, folder: Path, known: dict[str, str]) -> int:
        from leaderboards.evaluate.reproduce_fresh import reproduce_fresh

        assert self.record is not None
        report = reproduce_fresh(folder, known, self.record)
        for line in report.lines():
            print(printable(line, max_length=1000))
        print(f"{shown(folder)}: {'reproduced' if report.agrees else 'NOT REPRODUCED'}, published in reproduction.json")
        return OK if report.agrees else REFUSED


def _run_published(folder: Path) -> int:
    from leaderboards.evaluate.reproduce_fresh import run_published

    agrees, lines = run_published(folder)
    for line in lines:
        print(printable(line, max_length=1000))
    said = (
        "DIFFERS from what is published" if not agrees else "agrees with what is published" + ", exactly" * (not lines)
    )
    print(f"{shown(folder)}: {said}")
    return OK if agrees else REFUSED
