"""docs/trainers.md, made of what ran: records, and lines of the scripts themselves."""

import ast
import textwrap

from baselines.third_party.environment import CHECKOUT, plain, version_of
from baselines.third_party.record import FOLDER, TRAINED, Record, read_record, requirements, trainers

PAGE = CHECKOUT / "docs" / "trainers.md"
BEGIN, END = "# page: begin", "# page: end"
"""Comments in a `run.py`; what stands between them is shown."""
SHOWN = ("gymnasium", "pettingzoo", "numpy", "torch")
"""Packages whose versions the page has beside the trainer's."""

HEAD = """# Trainers of others

They train on these environments with no glue: what stands below is all that there is to write. Each ran from the built
wheel, in a clean virtual environment of its own; a run counts if the weights changed and are finite. These are short
runs that say "it works", not how well anybody learns: for that see [results](results.md).

Made by `python -m baselines third-party NAME ...`, which builds the environment, runs
`baselines/third_party/NAME/run.py`, writes `record.json` beside it and this page. Do not edit it.
"""

FOOT = """## One more

A folder in `baselines/third_party/` with `requirements.txt`, exact versions with the trainer first, and `run.py`: its
docstring stands above, with the lines between the comments `# page: begin` and `# page: end`, and `RUNS` names
functions. Each takes an id, yields a function that returns the weights, such as `network.parameters`, before they are
trained, and returns the environment steps that it took.
"""


def excerpt(source: str) -> str:
    """The lines of a script between the marks, without what is only there for the record.

    Raises:
        ValueError: There is a begin without an end, or an end without a begin, or nothing between.
    """
    parts: list[list[str]] = []
    shown = False
    for line in source.splitlines():
        mark = line.strip()
        if mark in (BEGIN, END):
            if shown == (mark == BEGIN):
                raise ValueError(f"marks must come in pairs, got {mark!r} twice")
            shown = mark == BEGIN
            if shown:
                parts.append([])
        elif shown and not mark.startswith("yield "):
            parts[-1].append(line)
    if shown or not parts or not all(parts):
        raise ValueError(f"a script must have lines between {BEGIN!r} and {END!r}")
    return "\n\n".join(textwrap.dedent("\n".join(part)).strip() for part in parts)


def _row(record: Record, name: str) -> str:
    runs = [run for run in record.runs if run.name == name]
    done = [run for run in runs if run.outcome == TRAINED]
    ids = ", ".join(f"`{run.id.removeprefix('Badger/')}`" for run in done) or "none"
    failed = "".join(f"; {run.id}: {run.outcome}" for run in runs if run.outcome != TRAINED)
    steps = ", ".join(f"{run.steps:,}" for run in done)
    seconds = ", ".join(f"{run.seconds:.0f}" for run in done)
    package = next(iter(requirements(record.trainer)))
    version = version_of(record.packages, package)
    if plain(package) != plain(record.trainer):  # such as Ray's of RLlib
        version = f"{package} {version}"
    return f"| [{record.trainer}](#{record.trainer}) | {version} | {name} | {ids}{failed} | {steps} | {seconds} |"


def _section(record: Record) -> str:
    source = (FOLDER / record.trainer / "run.py").read_text(encoding="utf-8")
    about = ast.get_docstring(ast.parse(source))
    found = {name: version_of(record.packages, name) for name in SHOWN}
    versions = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    # "py" and not "python": tests run what is marked as the latter, without these trainers.
    return f"""## {record.trainer}

{about}

```py
{excerpt(source)}
```

Ran on {record.date} with Python {record.python}, {versions}.
"""


def make_page() -> str:
    """The whole page.

    Raises:
        ResultFileError: A record is missing, or not what was written.
        ValueError: A script has no lines to show.
    """
    records = [read_record(name) for name in trainers()]
    rows = [_row(record, name) for record in records for name in dict.fromkeys(run.name for run in record.runs)]
    table = "\n".join(("| trainer | version | what | ran on | steps | seconds |", "|---|---|---|---|---|---|", *rows))
    return "\n".join((HEAD, table, "", *map(_section, records), FOOT))
