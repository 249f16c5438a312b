"""What commands have in common: how they are run, and what they say when something is wrong. Nothing here needs torch
before a command runs."""

import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console

from badger_envs.core.extras import needs_extra


class UsageError(ValueError):
    """A value on the command line that is not allowed; one line says what is."""


class Command(Protocol):
    """A command: a dataclass of its options, as tyro reads them."""

    def run(self, console: Console) -> int:
        """Run it; returns the exit code.

        Raises:
            UsageError: An option has a value that is not allowed.
            OSError: A file can't be written, or a worker process died.
        """

    def kept(self) -> str:
        """What an interruption leaves."""


def run_command(command: Command) -> int:
    """Run a command; returns the exit code: 0, 1 where something failed, 2 for bad usage, 130 when interrupted."""
    for stream in (sys.stdout, sys.stderr):  # a terminal without the letters of a name must not end a command
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Nothing is markup: names of files and agents are printed as they are.
    console = Console(markup=False)
    if not console.is_terminal:  # a log: wide enough that no table is cut
        console = Console(markup=False, width=120)
    try:
        with needs_extra("baselines", "this command"):
            return command.run(console)
    except ModuleNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        console.print(f"\ninterrupted; {command.kept()}, start again to go on")
        return 130
    except OSError as error:
        print(f"error: {error}; {command.kept()}, start again to go on", file=sys.stderr)
        return 1


def make_folder(option: str, folder: Path) -> None:
    """Make a folder where it is missing, before the work that is to be written into it.

    Raises:
        UsageError: It can't be made, or nothing can be written into it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:  # the latter of a name that no file can have
        reason = f"got {str(folder)!r} ({getattr(error, 'strerror', None) or error})"
        raise UsageError(f"{option} must be a folder that can be written, {reason}") from error


def require_no_folder(option: str, path: Path) -> None:
    """Refuse a folder where a file is to be written, before the work.

    Raises:
        UsageError: naming the option and the folder.
    """
    if path.is_dir():
        raise UsageError(f"{option} must have no folder in place of the file {path.name}, got {str(path)!r}")


def require_names(option: str, given: Sequence[str] | None) -> None:
    """Refuse an option for names that has none: whoever writes it does not mean all.

    Raises:
        UsageError: naming the option.
    """
    if given is not None and not given:
        raise UsageError(f"{option} must be followed by at least one name, got none")


def require_device(device: str) -> None:
    """Refuse a device that torch can't use here.

    Raises:
        UsageError: naming the device and torch's reason.
    """
    import torch

    try:
        torch.zeros(1, device=device).tolist()  # on "meta" are no numbers
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"--device must be one that torch can use here, got {device!r} ({reason})") from error
