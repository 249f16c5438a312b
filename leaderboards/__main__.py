"""The command line: `python -m leaderboards --help`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from leaderboards.commands import (
    WRONG,
    run_build,
    run_check,
    run_evaluate,
    run_reproduce,
    run_submit,
    run_withdraw,
)
from leaderboards.schema.benchmark import Benchmark
from leaderboards.schema.errors import SubmissionError, printable

ROOT = Path(__file__).parent / "submissions"
BAD_USAGE, INTERRUPTED = 2, 130


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2."""
        print(f"error: {printable(message, max_length=500)}; see {self.prog} --help", file=sys.stderr)
        sys.exit(BAD_USAGE)


def parser() -> Parser:
    """All commands and their options."""
    made = Parser(prog="python -m leaderboards", description="Submit results, check them, publish them.")
    commands = made.add_subparsers(dest="what", required=True, metavar="COMMAND", parser_class=Parser)

    def command(name: str, run: Any) -> Parser:
        added = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        added.set_defaults(run=run)
        return added

    one = command("submit", run_submit)
    one.add_argument("source", type=Path, help="folder of `baselines compare`, or file of `leaderboards evaluate`")
    one.add_argument("--authors", nargs="+", required=True, metavar="AUTHOR")
    one.add_argument("--url", required=True, help="https://... of the code")
    one.add_argument("--agent", help="by name, where there are results of several")
    one.add_argument("--name", help="of the submission: small letters, digits and hyphens; the agent's if not given")
    one.add_argument("--title", help="as people see it")
    one.add_argument("--about", help="what it is, in a sentence or a few")
    one.add_argument("--date", help="YYYY-MM-DD; today if not given")
    one.add_argument("--previous", help="folder of the version that this one replaces")
    for option, what in (("steps", "environment steps"), ("cpu-seconds", "seconds"), ("parameters", "parameters")):
        about = f"{what} of one training, of agents that were evaluated alone; a number, or PROBLEM=NUMBER each"
        one.add_argument(f"--{option}", nargs="+", default=[], metavar="N", help=about)
    one.add_argument("--device", help="that it was trained on, likewise")
    one.add_argument("--command", nargs="+", help="that trained it, likewise; quote each")

    one = command("check", run_check)
    one.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="of submissions; all if none is given")
    one.add_argument("--accepted", action="store_true", help="they are on the board and may have its status.json")

    one.add_argument("--record", metavar="WHO", help="note in status.json of what passes who checked it")

    one = command("withdraw", run_withdraw)
    one.add_argument("folder", type=Path)
    one.add_argument("--reason", required=True)

    one = command("evaluate", run_evaluate)
    one.add_argument("policy", help="folder of a saved agent, or module:factory")
    one.add_argument("--out", type=Path, required=True, help="file; rows are added to what is in it")
    one.add_argument("--seed", nargs="+", type=int, default=[0], metavar="N", help="training seeds, from 0 on")
    one.add_argument("--problems", nargs="+", default=[], metavar="PROBLEM", help="all if none is given")

    one = command("reproduce", run_reproduce)
    one.add_argument("folder", type=Path)
    one.add_argument("--rows", type=int, help="how many, drawn at random; all if not given")
    one.add_argument("--fresh", action="store_true", help="on other episodes, compared by their mean")
    one.add_argument("--seed", type=int, help="draws rows and episodes; drawn itself if not given, and printed")
    one.add_argument("--record", metavar="WHO", help="note in its status.json, where it agrees, who ran it")

    one = command("build", run_build)
    one.add_argument("--out", type=Path, default=Path("results/leaderboard"), help="folder")

    for name in ("submit", "evaluate", "build"):
        commands.choices[name].add_argument("--benchmark", default="v1", choices=Benchmark.names())
    for name in ("submit", "check", "build"):
        commands.choices[name].add_argument("--root", type=Path, default=ROOT, help="folder of all submissions")
    return made


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 1 where something was refused, 2 for bad usage, 130 if interrupted."""
    given = list(sys.argv[1:] if words is None else words)
    asked = parser().parse_args(given, argparse.Namespace(words=given))
    try:
        code: int = asked.run(asked)
        return code
    except SubmissionError as error:
        for detail in error.errors:
            print(f"refused: {detail}", file=sys.stderr)
        return WRONG
    except (ValueError, OSError) as error:
        print(f"error: {printable(str(error), max_length=500)}", file=sys.stderr)
        return BAD_USAGE
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
