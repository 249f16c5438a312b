"""The command line: `python -m leaderboards --help`."""

import io
import itertools
import logging
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from typing import NoReturn

from badger_envs.core.extras import needs_extra

try:
    with needs_extra("leaderboards", "python -m leaderboards"):
        import tyro

        from leaderboards.commands.build import Build
        from leaderboards.commands.check import Check, CheckPullRequest
        from leaderboards.commands.common import REFUSED
        from leaderboards.commands.evaluate import Evaluate
        from leaderboards.commands.reproduce import Commit, Reproduce
        from leaderboards.commands.submit import Submit, Withdraw
        from leaderboards.schema.errors import SubmissionError, printable
except ModuleNotFoundError as error:
    sys.exit(f"error: {error}")

BAD_USAGE, INTERRUPTED = 2, 130
Command = Submit | Check | CheckPullRequest | Withdraw | Evaluate | Reproduce | Commit | Build
COMMANDS: dict[str, Callable[..., Command]] = {
    "submit": Submit,
    "check": Check,
    "check-pull-request": CheckPullRequest,
    "withdraw": Withdraw,
    "evaluate": Evaluate,
    "reproduce": Reproduce,
    "commit": Commit,
    "build": Build,
}


def parse(words: Sequence[str]) -> Command:
    """The command that is asked for; exits with code 2 and a line on standard error where there is none."""
    box = io.StringIO()
    try:
        with redirect_stderr(box):
            command: Command = tyro.extras.subcommand_cli_from_dict(
                COMMANDS,
                prog="python -m leaderboards",
                description="Submit results, check them, publish them.",
                args=words,
                config=(tyro.conf.FlagCreatePairsOff,),
            )
        return command
    except SystemExit as exit:
        if exit.code:
            _exit_in_one_line(box.getvalue())
        raise


def _exit_in_one_line(box: str) -> NoReturn:
    """Print the first part of tyro's box, which may repeat any argument, as a line that is safe to print."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip("│ ") for line in box.splitlines()[1:]]
    reason = " ".join(" ".join(itertools.takewhile(lambda line: not line.startswith(("─", "╰")), lines)).split())
    print(f"error: {printable(reason, max_length=500)}; see python -m leaderboards --help", file=sys.stderr)
    sys.exit(BAD_USAGE)


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 1 where something was refused, 2 for bad usage, 130 if interrupted."""
    for stream in (sys.stdout, sys.stderr):  # a terminal without the letters of a name must not end a command
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    command = parse(list(sys.argv[1:] if words is None else words))
    handler, logger = logging.StreamHandler(sys.stdout), logging.getLogger("leaderboards")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        with needs_extra("baselines", "this command"):  # those of the board alone are there by now
            return command.run()
    except ModuleNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_USAGE
    except SubmissionError as error:
        for detail in error.errors:
            print(f"refused: {detail}", file=sys.stderr)
        return REFUSED
    except (ValueError, OSError) as error:
        print(f"error: {printable(str(error), max_length=500)}", file=sys.stderr)
        return BAD_USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        logger.removeHandler(handler)


if __name__ == "__main__":
    sys.exit(main())
