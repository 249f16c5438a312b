"""Bad submissions whose rows can't be, or can't be theirs. Unless said otherwise a forger has sealed them anew."""

import json
import shutil
from pathlib import Path
from typing import Any

from leaderboards.schema.submission import FILE
from tests.leaderboards.helpers.corpus import Bad, bad, edit, editing, setting

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
    bad("no row", setting("rows", []), "rows", "must have at least 1 item"),
    bad("rows in an object", setting("rows", {}), "rows", "must be a valid tuple"),
    bad("a problem that is not there", setting("rows.3.problem", "chess"), "rows[3].problem", "one of guess, xor"),
    bad("a problem like a path", setting("rows.3.problem", "../guess"), "rows[3].problem", "must match"),
    bad("a size that is not there", setting("rows.3.size", 9), "rows[3].size", "must be one of 1, 2, 3, got 9"),
    bad("size 0", setting("rows.3.size", 0), "rows[3].size", "must be greater than or equal to 1"),
    bad("a negative seed", setting("rows.3.training_seed", -1), "rows[3].training_seed", "greater than or"),
    bad("a huge seed", setting("rows.3.training_seed", 10**6), "rows[3].training_seed", "less than or"),
    bad("a seed left out", without(problem="guess", training_seed=2), "rows", "of training seeds 0, 1", "of 2"),
    bad("the first seed left out", without(problem="xor", training_seed=0), "rows", "without a gap", "of 0"),
    bad("a seed left out at one size", without(problem="guess", training_seed=1, size=3), "rows", "got none of 1"),
    bad("one more seed at one size", editing(another_seed_at_one_size), "rows", "at size 3 of the same training"),
    bad("without the train size", without(problem="guess", size=2), "rows", "at size 2, which it is trained at"),
    bad("a row twice", editing(lambda c: c["rows"].append(c["rows"][3])), "rows[25]", "a second row of guess"),
    bad("two returns of one seed", setting("rows.6.training_seed", 1), "rows[6]", "must be there once"),
    bad("an episode left out", returns(lambda r: r[:-1]), PLACE, "must be those of all 8 episodes", "got 7"),
    bad("an episode too many", returns(lambda r: [*r, -1.0]), PLACE, "must be those of all 8", "got 9"),
    bad("no episode", returns(lambda r: []), PLACE, "got 0"),
    bad("a mean in place of episodes", returns(lambda r: sum(r) / len(r)), PLACE, "must be a valid tuple"),
    bad("the same episodes twice", returns(lambda r: r[:4] * 2), PLACE, "must be of different episodes"),
    bad("a return above the range", returns(lambda r: [0.5, *r[1:]]), f"{PLACE}[0]", "must lie in [-48, 0]"),
    bad("just above the range", returns(lambda r: [*r[:-1], 1e-6]), f"{PLACE}[7]", "must lie in", "1e-06"),
    bad("a return below the range", returns(lambda r: [-48.01, *r[1:]]), f"{PLACE}[0]", "must lie in", "-48.01"),
    bad("the largest number", returns(lambda r: [1.7e308, *r[1:]]), f"{PLACE}[0]", "must lie in"),
    bad("scores in place of returns", editing(scores), "rows[0].returns[0]", "must lie in [-48, 0]"),
    bad("returns times 100", returns(lambda r: [100.0 * v for v in r]), f"{PLACE}[0]", "must lie in"),
    bad("ten digits", returns(lambda r: [-1.234567891, *r[1:]]), f"{PLACE}[0]", "at most 9 significant digits"),
    bad("noise added", returns(lambda r: [v - 1e-12 for v in r]), f"{PLACE}[0]", "significant digits"),
    bad("a small number of many digits", returns(lambda r: [-1.23456789012e-20, *r[1:]]), PLACE, "digits"),
    bad("a return edited", returns(lambda r: [r[0] + 1, *r[1:]], sealed=False), "rows[3].sha256", "edited"),
    bad("its last digit edited", returns(lambda r: [*r[:-1], r[-1] + 1e-8], sealed=False), "rows[3].sha256", "ed"),
    bad("episodes in another order", returns(lambda r: r[::-1], sealed=False), "rows[3].sha256", "edited"),
    bad("returns of another size", setting("rows.3.size", 2, sealed=False), "rows[3].sha256", "moved from"),
    bad("another seed", setting("rows.3.training_seed", 7, sealed=False), "rows[3].sha256", "moved from"),
    bad("a seal of another kind", setting("rows.3.sha256", "A" * 64, sealed=False), "rows[3].sha256", "64 hex"),
    bad("a seal too short", setting("rows.3.sha256", "ab", sealed=False), "rows[3].sha256", "64 hex"),
    bad("weights like a path", setting("rows.3.weights_sha256", "../../x"), "rows[3].weights_sha256", "64 hex"),
    bad("weights in look-alikes", setting("rows.3.weights_sha256", "\uff11" * 64), "weights_sha256", "64 hex"),
    bad("no weights", setting("rows.3.weights_sha256", None), "rows[3].weights_sha256", "must be there"),
    bad("weights of own agents", setting("agent.source", "own"), "rows[0].weights_sha256", "must be null"),
    bad("other weights at one size", setting("rows.3.weights_sha256", "0" * 64), "rows[4].weights", "must be the same"),
    bad("one training as two", editing(one_training_twice), "rows", "must differ", "the same weights for 0 and 1"),
    bad("one result as two", editing(same_for_two_seeds), "rows", "must differ", "same returns for 0 and 1"),
    bad("all copied", lambda folder: copied_from(folder, of="all"), "rows[0].returns", f"same as {OTHER}"),
    bad("returns copied", lambda folder: copied_from(folder, of="returns"), "returns", f"{OTHER} in 25 rows"),
    bad("weights copied", lambda folder: copied_from(folder, of="weights_sha256"), "weights_sha256", OTHER),
]


def trained(name: str, path: str, value: Any, *says: str) -> Bad:
    """Something that training cannot have been."""
    return bad(name, setting(f"training.{path}", value), f"training.{path}", *says)


def without_cost(cost: str) -> Any:
    return editing(lambda content: content["training"][cost].pop("xor"))


COSTS = ("environment_steps", "cpu_seconds", "parameters")
TRAINING = [
    *(bad(f"{cost} without a problem", without_cost(cost), f"training.{cost}", "must have xor") for cost in COSTS),
    *(
        bad(f"{cost} of too many", setting(f"training.{cost}.chess", 1), f"training.{cost}", "must not have chess")
        for cost in COSTS
    ),
    *(trained(f"negative {cost}", f"{cost}.xor", -1, "must be greater") for cost in COSTS),
    bad(
        "a curve of a problem too many",
        setting("training.curves.chess", [[1, 0.5]]),
        "training.curves",
        "must not have chess",
    ),
    trained("a curve that goes back", "curves.xor", [[5, 0.5], [4, 0.6]], "must have rising environment steps"),
    trained("a curve without end", "curves.xor", [[step, 0.5] for step in range(101)], "at most 100"),
    trained("too many steps", "environment_steps.xor", 10**16, "less than"),
    trained("part of a step", "environment_steps.xor", 1.5, "integer"),
    trained("fewer parameters than there are", "parameters.xor", 5, "be 120"),
]
