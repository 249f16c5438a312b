"""Commands that check submissions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tyro.conf import Positional

from badger_envs.evaluation import versions
from leaderboards.check.copies import resemblances_among_siblings
from leaderboards.check.limited import check_within_limits
from leaderboards.check.pull_request import check_pull_request
from leaderboards.check.tree import check_tree
from leaderboards.commands.common import OK, REFUSED, ROOT, require_author, require_root, require_unused, shown
from leaderboards.schema.benchmark import Benchmark
from leaderboards.schema.errors import ErrorDetails
from leaderboards.schema.status import CHECKED, SELF_REPORTED, record, status_of


@dataclass(frozen=True)
class Check:
    """Check submissions; all of them if no folder is given. Each of those given has 2 GiB and 120 CPU-seconds."""

    folders: Positional[tuple[Path, ...]] = ()
    """Folders of submissions."""
    accepted: bool = False
    """The folders are on the board, so they may hold its status.json."""
    record: str | None = None
    """Record in status.json of everything that passes who checked it."""
    root: Path = ROOT
    """Folder of all submissions."""

    def run(self) -> int:
        require_author(self.record)
        if self.folders:
            require_unused("with folders, which lie beside the others", root=self.root != ROOT)
        else:
            require_root(self.root)
            require_unused("without folders: all of them are on the board", accepted=self.accepted)
        found: dict[Path, list[ErrorDetails]] = {}
        for folder in self.folders:
            if not folder.is_dir():
                raise ValueError(f"FOLDER must be the folder of a submission, got {str(folder)!r}")
        found |= check_within_limits(self.folders, accepted=self.accepted)
        if not self.folders:
            for benchmark in Benchmark.names():
                found |= check_tree(self.root, benchmark)
        for folder, errors in found.items():
            if self.record and not errors and status_of(folder) == SELF_REPORTED:
                record(folder, CHECKED, self.record, {"versions": versions()})
        for folder in self.folders:
            for each in resemblances_among_siblings(folder) if not found[folder] else ():
                print(f"{folder}: {each.as_error()}")
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


def _report(found: Mapping[Path, Sequence[ErrorDetails]]) -> int:
    for folder, errors in found.items():
        print(f"{shown(folder)}: {'refused' if errors else 'passes'}")
        for error in errors:
            print(f"  {error}")
    refused = sum(bool(errors) for errors in found.values())
    print(f"{len(found)} checked, {refused} refused")
    return REFUSED if refused else OK
