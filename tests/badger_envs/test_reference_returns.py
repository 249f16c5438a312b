"""Known returns that no formula gives: what is stored, and how it is measured."""

import json
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from badger_envs import SPECS, Guessing, ModularReacher, measure_reference_returns
from badger_envs.core.policy import Blind
from badger_envs.envs.optimisation.policies import known_curve
from badger_envs.measure_reference_returns import measure, tasks_of
from badger_envs.reference_returns import STORE, mean_return, measured_return, task_key
from badger_envs.registry import get_spec, reference_returns

STORED = json.loads(files("badger_envs").joinpath(STORE).read_text())
MEASURED = {"Badger/ModularReacher-v0": {"chance", "reference"}, "Badger/ModularRobot-v0": {"reference"}}
NO_FEEDBACK = {"kinds": "helpful", "feedback": "none", "questions": 12}
"""The arguments of advice whose reference no formula gives."""
NO_CONFIDENCE = {"members": 2, "items": 4, "rounds": 0, "confidence": False}
"""The arguments of ranking for which Bayes has no formula."""


def test_store_holds_the_measured_levels_of_every_task_that_the_registry_names_and_of_no_other():
    wanted = {task_key(task): levels for id, levels in MEASURED.items() for task in tasks_of(get_spec(id))}
    wanted[task_key(get_spec("Badger/Advice-v0").make_task(**NO_FEEDBACK))] = {"reference"}
    for task in tasks_of(get_spec("Badger/Optimisation-v0")):
        searched = {"all_equal", "evolution"} | (set() if known_curve(task) else {"reference"})
        searched |= {"first_alone"} if task.feedback == "first" else set()
        played = {"reference", "all_bid", "threshold"} if task.rent else {"reference", "greedy"}
        wanted[task_key(task)] = played if task.is_bandit else searched
    wanted[task_key(get_spec("Badger/Ranking-v0").make_task(**NO_CONFIDENCE))] = {"alone", "reference"}
    for data in ("digits", "characters"):  # of blobs integrals give all
        variant = {"learners": 2, "classes": 3, "inputs": 8, "examples": 6, "data": data}
        wanted[task_key(get_spec("Badger/Stream-v0").make_task(**variant))] = {"alone", "reference"}
    for task in tasks_of(get_spec("Badger/Maze-v0")):
        wanted[task_key(task)] = {"compass"} if task.local == "shown" else {"reference"}
    assert {key: set(stored["levels"]) for key, stored in STORED.items()} == wanted


def test_measure_stores_what_the_returns_of_an_environment_ask_for(tmp_path):
    task = ModularReacher(segments=2, horizon=3)
    measure(get_spec("Badger/ModularReacher-v0"), [task], 50, tmp_path / "store.json")
    (stored,) = json.loads((tmp_path / "store.json").read_text()).items()
    assert (stored[0], stored[1]["episodes"]) == (task_key(task), 50)
    spec = get_spec("Badger/ModularReacher-v0")
    expected = {level: mean_return(task, spec.policy(level, task), 50)._asdict() for level in ("chance", "reference")}
    assert stored[1]["levels"] == expected


@pytest.mark.parametrize("episodes", ["1", "-5", "2.5", "nan", "", str(2**24 + 1), "9" * 5000])
def test_measuring_refuses_counts_of_episodes_before_the_work(monkeypatch, capsys, episodes):
    monkeypatch.setattr(sys, "argv", ["measure", "Badger/ModularReacher-v0", "--episodes", episodes])
    with pytest.raises(SystemExit, match="2"):
        measure_reference_returns.main()
    assert "must be an integer in [2, 16777216], got" in capsys.readouterr().err


def test_measuring_refuses_a_package_that_cannot_be_written_before_the_work(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["measure", "Badger/ModularReacher-v0"])
    monkeypatch.setattr(measure_reference_returns, "files", lambda package: Path("/proc/nowhere"))
    with pytest.raises(SystemExit, match="2"):
        measure_reference_returns.main()
    assert "the package must lie in a folder that can be written, got" in capsys.readouterr().err


def test_measure_leaves_out_tasks_whose_levels_formulas_give(tmp_path):
    measure(get_spec("Badger/Guessing-v0"), [Guessing()], 50, tmp_path / "store.json")
    assert not (tmp_path / "store.json").exists()


def test_measured_return_is_the_stored_one_where_there_is_one():
    key = task_key(ModularReacher())
    assert measured_return(ModularReacher(), "reference", Blind) == STORED[key]["levels"]["reference"]["mean"]


@pytest.mark.parametrize("id", SPECS)
def test_reference_returns_are_worked_out_once_for_a_task(id):
    task = get_spec(id).make_task()
    assert reference_returns(task) is reference_returns(get_spec(id).make_task())
