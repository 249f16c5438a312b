"""Bad submissions whose rows can't be, or can't be theirs. Unless said otherwise a forger has sealed them anew."""

import json
import shutil
from pathlib import Path
from typing import Any

from leaderboards.schema.submission import FILE
from tests.leaderboards.helpers.corpus import Bad, edit, editing, setting

Content = dict[str, Any]
OTHER = "2026-01-01_second"


def rows(content: Content, **wanted: Any) -> list[Any]:
    """Rows with these fields."""
    return [row for row in content["rows"] if all(row[key] == value for key, value in wanted.items())]


def without(**unwanted: Any) -> Any:
    """Leave out rows with these fields."""

    def change(content: Content) -> None:
        gone = rows(content, **unwanted)
        assert gone
        content["rows"] = [row for row in content["rows"] if row not in gone]

    return editing(change)


def returns(change: Any, *, sealed: bool = True) -> Any:
    """Change the returns of row 3, which is of "guess" at size 1 and training seed 1."""

    def edited(content: Content) -> None:
        content["rows"][3]["returns"] = change(content["rows"][3]["returns"])

    return editing(edited, sealed=sealed)


def same_for_two_seeds(content: Content) -> None:
    for row in rows(content, problem="guess", training_seed=0):
        (other,) = rows(content, problem="guess", training_seed=1, size=row["size"])
        other["returns"] = row["returns"]


def one_training_twice(content: Content) -> None:
    sha = rows(content, problem="guess", training_seed=0)[0]["weights_sha256"]
    for row in rows(content, problem="guess", training_seed=1):
        row["weights_sha256"] = sha


def another_seed_at_one_size(content: Content) -> None:
    (row,) = rows(content, problem="guess", training_seed=4, size=3)
    row["training_seed"] = 5


def scores(content: Content) -> None:
    for row in rows(content, problem="guess"):
        row["returns"] = [float(f"{(value + 4.0) / 2.453125:.9g}") for value in row["returns"]]


def copied_from(folder: Path, *, of: str) -> None:
    """Rows of the other submission, with its weights or with own ones."""
    theirs = json.loads((folder.parent / OTHER / FILE).read_text())["rows"]

    def change(content: Content) -> None:
        for mine, other in zip(content["rows"], theirs, strict=True):
            for key in ("returns", "weights_sha256") if of == "all" else (of,):
                mine[key] = other[key]

    edit(folder, change)
    if of != "returns":
        shutil.rmtree(folder / "weights")
        shutil.copytree(folder.parent / OTHER / "weights", folder / "weights")


PLACE = "rows[3].returns"
SPECS = [
    Bad("no row", setting("rows", []), (FILE, "rows", "must have at least 1 item")),
    Bad("rows in an object", setting("rows", {}), (FILE, "rows", "must be a valid tuple")),
    Bad(
        "a problem that is not there",
        setting("rows.3.problem", "chess"),
        (FILE, "rows[3].problem", "one of guess, xor"),
    ),
    Bad("a problem like a path", setting("rows.3.problem", "../guess"), (FILE, "rows[3].problem", "must match")),
    Bad("a size that is not there", setting("rows.3.size", 9), (FILE, "rows[3].size", "must be one of 1, 2, 3, got 9")),
    Bad("size 0", setting("rows.3.size", 0), (FILE, "rows[3].size", "must be greater than or equal to 1")),
    Bad("a negative seed", setting("rows.3.training_seed", -1), (FILE, "rows[3].training_seed", "greater than or")),
    Bad("a huge seed", setting("rows.3.training_seed", 10**6), (FILE, "rows[3].training_seed", "less than or")),
    Bad("a seed left out", without(problem="guess", training_seed=2), (FILE, "rows", "of training seeds 0, 1", "of 2")),
    Bad("the first seed left out", without(problem="xor", training_seed=0), (FILE, "rows", "without a gap", "of 0")),
    Bad(
        "a seed left out at one size",
        without(problem="guess", training_seed=1, size=3),
        (FILE, "rows", "got none of 1"),
    ),
    Bad(
        "one more seed at one size", editing(another_seed_at_one_size), (FILE, "rows", "at size 3 of the same training")
    ),
    Bad(
        "without the train size", without(problem="guess", size=2), (FILE, "rows", "at size 2, which it is trained at")
    ),
    Bad("a row twice", editing(lambda c: c["rows"].append(c["rows"][3])), (FILE, "rows[25]", "a second row of guess")),
    Bad("two returns of one seed", setting("rows.6.training_seed", 1), (FILE, "rows[6]", "must be there once")),
    Bad("an episode left out", returns(lambda r: r[:-1]), (FILE, PLACE, "must be those of all 8 episodes", "got 7")),
    Bad("an episode too many", returns(lambda r: [*r, -1.0]), (FILE, PLACE, "must be those of all 8", "got 9")),
    Bad("no episode", returns(lambda r: []), (FILE, PLACE, "got 0")),
    Bad("a mean in place of episodes", returns(lambda r: sum(r) / len(r)), (FILE, PLACE, "must be a valid tuple")),
    Bad("the same episodes twice", returns(lambda r: r[:4] * 2), (FILE, PLACE, "must be of different episodes")),
    Bad("a return above the range", returns(lambda r: [0.5, *r[1:]]), (FILE, f"{PLACE}[0]", "must lie in [-48, 0]")),
    Bad("just above the range", returns(lambda r: [*r[:-1], 1e-6]), (FILE, f"{PLACE}[7]", "must lie in", "1e-06")),
    Bad(
        "a return below the range", returns(lambda r: [-48.01, *r[1:]]), (FILE, f"{PLACE}[0]", "must lie in", "-48.01")
    ),
    Bad("the largest number", returns(lambda r: [1.7e308, *r[1:]]), (FILE, f"{PLACE}[0]", "must lie in")),
    Bad("scores in place of returns", editing(scores), (FILE, "rows[0].returns[0]", "must lie in [-48, 0]")),
    Bad("returns times 100", returns(lambda r: [100.0 * v for v in r]), (FILE, f"{PLACE}[0]", "must lie in")),
    Bad("ten digits", returns(lambda r: [-1.234567891, *r[1:]]), (FILE, f"{PLACE}[0]", "at most 9 significant digits")),
    Bad("noise added", returns(lambda r: [v - 1e-12 for v in r]), (FILE, f"{PLACE}[0]", "significant digits")),
    Bad("a small number of many digits", returns(lambda r: [-1.23456789012e-20, *r[1:]]), (FILE, PLACE, "digits")),
    Bad("a return edited", returns(lambda r: [r[0] + 1, *r[1:]], sealed=False), (FILE, "rows[3].sha256", "edited")),
    Bad(
        "its last digit edited",
        returns(lambda r: [*r[:-1], r[-1] + 1e-8], sealed=False),
        (FILE, "rows[3].sha256", "ed"),
    ),
    Bad("episodes in another order", returns(lambda r: r[::-1], sealed=False), (FILE, "rows[3].sha256", "edited")),
    Bad("returns of another size", setting("rows.3.size", 2, sealed=False), (FILE, "rows[3].sha256", "moved from")),
    Bad("another seed", setting("rows.3.training_seed", 7, sealed=False), (FILE, "rows[3].sha256", "moved from")),
    Bad("a seal of another kind", setting("rows.3.sha256", "A" * 64, sealed=False), (FILE, "rows[3].sha256", "64 hex")),
    Bad("a seal too short", setting("rows.3.sha256", "ab", sealed=False), (FILE, "rows[3].sha256", "64 hex")),
    Bad("weights like a path", setting("rows.3.weights_sha256", "../../x"), (FILE, "rows[3].weights_sha256", "64 hex")),
    Bad("weights in look-alikes", setting("rows.3.weights_sha256", "\uff11" * 64), (FILE, "weights_sha256", "64 hex")),
    Bad("no weights", setting("rows.3.weights_sha256", None), (FILE, "rows[3].weights_sha256", "must be there")),
    Bad("weights of own agents", setting("agent.source", "own"), (FILE, "rows[0].weights_sha256", "must be null")),
    Bad(
        "other weights at one size",
        setting("rows.3.weights_sha256", "0" * 64),
        (FILE, "rows[4].weights", "must be the same"),
    ),
    Bad(
        "one training as two",
        editing(one_training_twice),
        (FILE, "rows", "must differ", "the same weights for 0 and 1"),
    ),
    Bad("one result as two", editing(same_for_two_seeds), (FILE, "rows", "must differ", "same returns for 0 and 1")),
    Bad("all copied", lambda folder: copied_from(folder, of="all"), (FILE, "rows[0].returns", f"same as {OTHER}")),
    Bad("returns copied", lambda folder: copied_from(folder, of="returns"), (FILE, "returns", f"{OTHER} in 25 rows")),
    Bad("weights copied", lambda folder: copied_from(folder, of="weights_sha256"), (FILE, "weights_sha256", OTHER)),
]
TRAINING = [
    *(
        Bad(f"{key} without a problem", editing(lambda c, key=key: c["training"][key].pop("xor")),
            (FILE, f"training.{key}", "must have xor"))
        for key in ("environment_steps", "cpu_seconds", "parameters")
    ),
    *(
        Bad(f"{key} of a problem too many", setting(f"training.{key}.chess", 1),
            (FILE, f"training.{key}", "must not have chess"))
        for key in ("environment_steps", "cpu_seconds", "parameters")
    ),
    *(
        Bad(f"negative {key}", setting(f"training.{key}.xor", -1), (FILE, f"training.{key}.xor", "must be greater"))
        for key in ("environment_steps", "cpu_seconds", "parameters")
    ),
    Bad("a curve of a problem too many", setting("training.curves.chess", [[1, 0.5]]),
        (FILE, "training.curves", "must not have chess")),
    Bad("a curve that goes back", setting("training.curves.xor", [[5, 0.5], [4, 0.6]]),
        (FILE, "training.curves.xor", "must have rising environment steps")),
    Bad("a curve without end", setting("training.curves.xor", [[step, 0.5] for step in range(101)]),
        (FILE, "training.curves.xor", "at most 100")),
    Bad("too many steps", setting("training.environment_steps.xor", 10**16), (FILE, "steps.xor", "less than")),
    Bad("part of a step", setting("training.environment_steps.xor", 1.5), (FILE, "environment_steps.xor", "integer")),
    Bad("fewer parameters than there are", setting("training.parameters.xor", 5), (FILE, "parameters.xor", "be 120")),
]  # fmt: skip
