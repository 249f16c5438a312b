"""The command line: `python -m leaderboards --help`."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from leaderboards.check import check, check_tree
from leaderboards.faults import Fault, SubmissionError, plain
from leaderboards.submission import Submission, folders, read_submission
from leaderboards.submit import submit
from leaderboards.suite import Suite, load_suite

ROOT = Path(__file__).parent / "submissions"
RIGHT, WRONG, BAD_USAGE, INTERRUPTED = 0, 1, 2, 130


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2."""
        print(f"error: {plain(message, longest=500)}; see {self.prog} --help", file=sys.stderr)
        sys.exit(BAD_USAGE)


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
        asked.source, root=asked.root, suite=asked.suite, agent=asked.agent, name=asked.name, title=asked.title,
        authors=asked.authors, url=asked.url, about=asked.about, date=asked.date, previous=asked.previous,
        training=training, say=print,
    )  # fmt: skip
    print(f"wrote {folder}, which passes the check")
    print(f"next: look at submission.json, git add {folder}, and open a pull request that holds nothing else")
    return RIGHT


def run_check(asked: argparse.Namespace) -> int:
    """Check submissions, or all that are there."""
    found: dict[Path, list[Fault]] = {}
    for folder in asked.folders:
        if not folder.is_dir():
            raise ValueError(f"FOLDER must be the folder of a submission, got {str(folder)!r}")
        found[folder] = check(folder, others=_siblings(folder), accepted=asked.accepted)
    if not asked.folders:
        for suite in Suite.names():
            found |= check_tree(asked.root, suite)
    for folder, faults in found.items():
        print(f"{folder}: {'refused' if faults else 'passes'}")
        for fault in faults:
            print(f"  {fault}")
    wrong = sum(bool(faults) for faults in found.values())
    print(f"{len(found)} checked, {wrong} refused")
    return WRONG if wrong else RIGHT


def run_withdraw(asked: argparse.Namespace) -> int:
    """Have a submission count no more."""
    from leaderboards.status import withdraw

    withdraw(asked.folder, asked.reason)
    print(f"withdrawn: {asked.folder}; its files are kept")
    return RIGHT


def run_evaluate(asked: argparse.Namespace) -> int:
    """Run a policy on the test episodes."""
    from leaderboards.evaluate import evaluate_to

    command = shlex.join(["python", "-m", "leaderboards", *asked.words])
    out = evaluate_to(
        asked.policy, suite=load_suite(asked.suite), out=asked.out, seeds=asked.seed, problems=asked.problems,
        command=command, say=print,
    )  # fmt: skip
    print(f"wrote {out}")
    print(f"next: evaluate further training seeds into it, then python -m leaderboards submit {out} --help")
    return RIGHT


def run_reproduce(asked: argparse.Namespace) -> int:
    """Run weights again."""
    from leaderboards.reproduce import reproduce

    report = reproduce(asked.folder, rows=asked.rows, fresh=asked.fresh, seed=asked.seed)
    for difference in report.differences:
        print(difference)
    print(f"{asked.folder}: {'the same' if report.exact else 'NOT the same'}")
    return RIGHT if report.exact else WRONG


def run_build(asked: argparse.Namespace) -> int:
    """Write the pages."""
    from leaderboards.site import build

    built = build(asked.root, asked.suite, asked.out)
    for name, faults in built.left_out.items():
        print(f"left out {name}: {faults[0]}" + (f" and {len(faults) - 1} more" if len(faults) > 1 else ""))
    print(f"wrote {asked.out / 'index.html'}: {built.entries} entries")
    return RIGHT


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
    one.add_argument("--seed", type=int, default=0, help="draws rows and episodes")

    one = command("build", run_build)
    one.add_argument("--out", type=Path, default=Path("results/leaderboard"), help="folder")

    for name in ("submit", "evaluate", "build"):
        commands.choices[name].add_argument("--suite", default="v1", choices=Suite.names())
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
        for fault in error.faults:
            print(f"refused: {fault}", file=sys.stderr)
        return WRONG
    except (ValueError, OSError) as error:
        print(f"error: {plain(str(error), longest=500)}", file=sys.stderr)
        return BAD_USAGE
    except KeyboardInterrupt:
        return INTERRUPTED


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


if __name__ == "__main__":
    sys.exit(main())
