"""Comparisons as data: who meets whom on what, with which budget."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from badger_envs.registry import find_row
from baselines.comparison.cells import Cell
from baselines.contestants import TRAINED, Contestant
from baselines.outer_loops.backprop import Backprop
from baselines.outer_loops.interface import OuterLoop, Stage

TUNING_SEED = 1000
"""Seeds of trials lie here, away from those of the runs that count."""


@dataclass(frozen=True)
class Suite:
    """A comparison."""

    name: str
    about: str
    environments: dict[str, dict[str, Any]]
    """Id -> arguments of the task that is trained on."""
    contestants: tuple[Contestant, ...]
    outer_loop: OuterLoop
    """The same for all, but for the learning rate."""
    learning_rates: tuple[float, ...]
    """Tried by everybody, on validation episodes."""
    trial_updates: int
    """Budget of a trial."""
    trial_seeds: int
    """Trials of each learning rate."""
    parameters: int
    """How many everybody on equal footing has, within 10 %."""
    seeds: int = 3
    own_seeds: int = 1
    """Seeds of contestants who train in their own way."""
    test_sizes: tuple[int, ...] = ()
    """Sizes that everybody who can is tested at."""
    free_sizes: tuple[int, ...] = ()
    """Sizes that contestants who train in their own way are tested at."""


GUESSING = "Badger/Guessing-v0"

_FAMILIES = tuple(TRAINED[name] for name in ("badger", "monolithic", "shared", "commnet"))
_HANDCRAFTED = (
    Contestant("probe", "probe (reference)", "handcrafted: moves one output at a time", policy="reference"),
    Contestant("blind", "blind (chance)", "handcrafted: always 0", policy="chance"),
)


def _any_size(updates: int) -> Contestant:
    trained = find_row(GUESSING).train_sizes
    return Contestant(
        "badger_sizes",
        "Badger, trained at 2..6",
        "Badger with random ids and attention messages; at first fixed ids and 3 ports, then 2 to 6 ports",
        "Badger",
        {"messages": "attention", "identity": "random", "memory": 32},
        outer_loop=Backprop(
            updates=updates,
            batch=128,
            learning_rate=3e-3,
            stages=(
                Stage(until=0.15, sizes=(3, 3), horizon=(10, 10), alike=True),
                Stage(until=0.3, sizes=(3, 3), horizon=(10, 10)),
                Stage(until=1.0, sizes=(min(trained), max(trained)), horizon=(10, 20)),
            ),
        ),
    )


_POCKET_LOOP = Backprop(
    updates=1800,
    batch=64,
    stages=(Stage(until=0.6, horizon=(10, 10)), Stage(until=1.0, horizon=(10, 20))),
)

SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite(
            name="pocket",
            about="everybody on the guessing game with 3 numbers, and one Badger for every size; minutes",
            environments={GUESSING: {"dims": 3}},
            contestants=(*_FAMILIES, _any_size(6500), *_HANDCRAFTED),
            outer_loop=_POCKET_LOOP,
            learning_rates=(2e-3, 4e-3, 8e-3, 16e-3),
            trial_updates=900,
            trial_seeds=2,
            seeds=5,
            parameters=6500,
            test_sizes=tuple(range(1, 11)),
            free_sizes=find_row(GUESSING).test_sizes,
        ),
        Suite(
            name="sizes",
            about="the Badger for every size with its full budget, three seeds; about seven minutes of one core each",
            environments={GUESSING: {"dims": 3}},
            contestants=(_any_size(20_000), *_HANDCRAFTED),
            outer_loop=_POCKET_LOOP,
            learning_rates=(2e-3,),
            trial_updates=1,
            trial_seeds=1,
            parameters=6500,
            own_seeds=3,
            free_sizes=find_row(GUESSING).test_sizes,
        ),
    )
}


@dataclass(frozen=True)
class Entry:
    """A contestant on a task: the cells that it takes."""

    contestant: Contestant
    task: str
    trials: tuple[Cell, ...]
    """Cells that choose the learning rate; none where there is nothing to choose."""
    runs: tuple[Cell, ...]
    """Cells that count; where there are trials their learning rate is still to be chosen."""


def plan(suite: Suite, contestant: Contestant, task_id: str, seeds: int) -> Entry:
    """The cells of a contestant on a task."""
    row, arguments = find_row(task_id), suite.environments[task_id]
    task = row.make_task(**arguments)
    if contestant.kind is None:
        run = Cell(contestant.name, task_id, arguments, 0, policy=contestant.policy, test_sizes=suite.free_sizes)
        return Entry(contestant, task_id, (), (run,))
    config = contestant.fitted(task, suite.parameters)
    own_way = contestant.outer_loop is not None
    loop = contestant.outer_loop or suite.outer_loop

    def cell(seed: int, outer_loop: OuterLoop, **more: Any) -> Cell:
        return Cell(contestant.name, task_id, arguments, seed, contestant.kind, config, outer_loop=outer_loop, **more)

    trials: tuple[Cell, ...] = ()
    if not own_way and len(suite.learning_rates) > 1:
        trials = tuple(
            cell(
                TUNING_SEED + seed,
                replace(loop, learning_rate=rate, updates=suite.trial_updates),
                episode_set="VALIDATION",
                episodes=500,
            )
            for rate in suite.learning_rates
            for seed in range(suite.trial_seeds)
        )
    sizes = suite.free_sizes if own_way else suite.test_sizes
    return Entry(contestant, task_id, trials, tuple(cell(seed, loop, test_sizes=sizes) for seed in range(seeds)))


def choose(trials: list[tuple[Cell, dict[str, Any]]]) -> float:
    """The learning rate whose trials have the best mean score on validation episodes.

    One trial of each rate is not enough: a rate that is lucky once and fails two times of three then wins, which
    happened here. A rate with a trial that raised is not chosen.

    Args:
        trials: trials with their results.

    Raises:
        ValueError: There is no rate whose trials all finished.
    """
    scores: dict[float, list[float]] = {}
    for trial, result in trials:
        assert trial.outer_loop is not None
        score = -np.inf if "failed" in result else main_test(trial, result)["score"]
        scores.setdefault(trial.outer_loop.learning_rate, []).append(score)
    best = max(scores, key=lambda rate: np.mean(scores[rate]), default=None)
    if best is None or not np.isfinite(scores[best]).all():
        raise ValueError("no learning rate was found: a trial of each failed")
    return best


def main_test(cell: Cell, result: dict[str, Any]) -> dict[str, Any]:
    """The test at the size that the cell was trained at."""
    row = find_row(cell.task)
    test: dict[str, Any] = result["tests"][str(getattr(row.make_task(**cell.arguments), row.size))]
    return test
