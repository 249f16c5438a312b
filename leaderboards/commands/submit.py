"""Commands of those who submit."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tyro.conf import Positional

from leaderboards.commands.common import OK, ROOT, require_unused, shown
from leaderboards.schema.keys import default_path, load_key
from leaderboards.schema.status import withdraw
from leaderboards.schema.submission import Submission
from leaderboards.submit.submit import submit


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
    key: Path | None = None
    """File of your key, which signs it and all later versions; made if it is not there. None: the one of your user."""
    benchmark: str = "v1"
    """Name of the benchmark."""
    root: Path = ROOT
    """Folder of all submissions."""

    def run(self) -> int:
        if self.source.is_dir():
            of_files = ("steps", "cpu_seconds", "parameters", "device", "command")
            given = {name: bool(getattr(self, name)) for name in of_files}
            require_unused("with the folder of a comparison, whose results say it", **given)
        else:
            require_unused(
                "with a file of `leaderboards evaluate`, which holds one agent", agent=self.agent is not None
            )
        training: dict[str, Any] = {
            "environment_steps": _by_problem(self.steps, int, "--steps"),
            "cpu_seconds": _by_problem(self.cpu_seconds, float, "--cpu-seconds"),
            "parameters": _by_problem(self.parameters, int, "--parameters"),
            "device": self.device,
            "commands": self.command,
        }
        path = self.key or default_path()
        new = not os.path.lexists(path)
        key = load_key(path)
        names = Submission.model_fields.keys() - {"agent", "key"}  # options that pick an agent, and a file
        fields = {name: value for name, value in vars(self).items() if name in names}
        folder = submit(self.source, root=self.root, agent=self.agent, training=training, key=key, **fields)
        if new:
            print(f"made your key, {shown(path)}: keep it, nobody else can make a new version of this entry")
        print(f"wrote {folder}, which passes the check")
        print(f"next: look at submission.json, git add {folder}, and open a pull request that holds nothing else")
        return OK


@dataclass(frozen=True)
class Withdraw:
    """Withdraw a submission from the ranking; its files are kept."""

    folder: Positional[Path]
    """Folder of the submission."""
    reason: str
    """Why; it is shown on the board."""

    def run(self) -> int:
        withdraw(self.folder, self.reason)
        print(f"withdrawn: {shown(self.folder)}; its files are kept")
        return OK


def _by_problem(words: Sequence[str], kind: type[Any], option: str) -> Any:
    """["guessing=5", "xor3=6"] -> {...}; ["5"] -> 5; [] -> None."""
    try:
        if len(words) == 1 and "=" not in words[0]:
            return kind(words[0])
        pairs = [word.split("=") for word in words]
        numbers = {problem: kind(number) for problem, number in pairs}
        if len(numbers) < len(pairs):
            raise ValueError("a problem is given twice")
        return numbers or None
    except ValueError:
        raise ValueError(
            f"{option} must be a number, or PROBLEM=NUMBER, each problem once, got {' '.join(words)!r}"
        ) from None
