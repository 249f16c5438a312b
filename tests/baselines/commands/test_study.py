"""The study command, on runs with next to no training."""

from dataclasses import replace

import pytest
from rich.console import Console

from badger_envs import Guessing
from baselines.commands.study import Study
from baselines.commands.train import plan_recipe
from baselines.commands.usage import UsageError
from baselines.execution.runner import execute
from baselines.experiments.stored import load_trained
from baselines.results.run import RUN_FILE, RunResult
from baselines.studies.lives import record_lives


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root, made = tmp_path_factory.mktemp("runs"), {}
    recipes = ("guessing_free", "guessing_first", "xor3", "ranking_1x2", "optimisation_peaks", "memory_one")
    for recipe in (*recipes, "stream_blocks"):
        run = replace(plan_recipe(recipe, updates=1), test_sizes=(), grids=(), episodes=4)
        assert not execute(run, root).failure
        made[recipe] = root / run.hash
    return made


def study(*arguments, **options):
    console = Console(record=True, width=100, quiet=False)
    assert Study(*arguments, **options).run(console) == 0
    return " ".join(console.export_text().split())


def test_study_draws_lives(folders, tmp_path):
    text = study("lives", (folders["guessing_first"],), out=tmp_path)
    assert "Below: the messages that each expert hears" in text
    assert {path.suffix for path in tmp_path.iterdir()} == {".png", ".svg", ".csv"}


def test_lives_are_as_many_of_as_many_experts_as_is_asked_for(folders, tmp_path):
    study("lives", (folders["guessing_free"],), out=tmp_path, size=4, experts=4, episodes=3)
    (table,) = tmp_path.glob("*.csv")
    lives = {line.split(",")[0] for line in table.read_text().splitlines()[1:]}
    assert lives == {"0", "1", "2"}
    agent = load_trained(folders["guessing_free"], RunResult.read(folders["guessing_free"] / RUN_FILE))
    assert record_lives(agent, Guessing(dims=4), 2, experts=4).messages.shape[2] == 4
    assert record_lives(agent, Guessing(dims=4), 2).messages.shape[2] == 12


def test_study_draws_growth_at_another_size(folders, tmp_path):
    text = study("growing", (folders["guessing_free"],), out=tmp_path, size=5, experts=3, episodes=5)
    assert "newborn, x4" in text
    assert "dims=5" in text
    assert "3 experts at first" in text
    assert (tmp_path / "growing.png").exists()


def test_study_draws_points_beside_people(folders, tmp_path):
    text = study("points", (folders["ranking_1x2"],), out=tmp_path, episodes=20)
    assert "5 members, 15 items." in text
    assert "people in groups" in text
    assert (tmp_path / "points.png").exists()


def test_study_draws_what_is_worth_what_elsewhere(folders, tmp_path):
    runs = (folders["optimisation_peaks"], folders["guessing_first"])
    text = study("transfer", runs, out=tmp_path, episodes=20, size=3)
    assert "20 test episodes of each landscape" in text
    lines = (tmp_path / "transfer.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 7 + 7 + 6  # evolution plays no bandit
    assert lines[1].startswith('"badger, trained on peaks",sphere,')
    (best,) = [line for line in lines if line.startswith('"evolution, not trained",sphere,')]
    assert 0.2 < float(best.rsplit(",", 4)[1]) < 0.8


def test_study_draws_recall(folders, tmp_path):
    text = study("recall", (folders["memory_one"],), out=tmp_path, episodes=5)
    assert "ports=8" in text
    assert "Mean over 1 runs" in text
    assert (tmp_path / "recall.png").exists()


def test_study_draws_what_learners_keep_and_what_they_learn_of_other_data(folders, tmp_path):
    text = study("forgetting", (folders["stream_blocks"],), out=tmp_path, episodes=20)
    assert "badger, trained on blocks: " in text
    lines = (tmp_path / "forgetting.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 2 * (4 + 6)
    study("sources", (folders["stream_blocks"],), out=tmp_path, episodes=20)
    lines = (tmp_path / "sources.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[-6] for line in lines[1:]] == ["blobs", "digits", "characters"] * 3


def test_study_refuses_bad_usage(folders, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("here")
    for arguments, options, message in (
        (("lives", ()), {}, "DIR must be at least one folder of a run, got none"),
        (("lives", (tmp_path,)), {}, "DIR must be the folder of a run with a trained agent, got"),
        (("lives", (folders["xor3"],)), {}, "DIR must be a run of the guessing game"),
        (("growing", (folders["guessing_first"],)), {}, "DIR must be a run of an agent with free experts"),
        (
            ("growing", (folders["guessing_free"],)),
            {"size": 0},
            "--size must be at least 1 and at most 16777216, got 0",
        ),
        (("growing", (folders["guessing_free"],)), {"episodes": 0}, "--episodes must be at least 1 and at"),
        (
            ("lives", (folders["guessing_first"],)),
            {"episodes": 10**30},
            "--episodes must be .* at most 16777216, got 1000",
        ),
        (("recall", (folders["xor3"],)), {}, "DIR must be runs of Memory for recall to be drawn, got HiddenXOR"),
        (("recall", (folders["memory_one"],)), {"experts": 4}, "experts must be a number .* got 4"),
        (("points", (folders["xor3"],)), {}, "runs must be of Badger/Ranking-v0, got badger on Badger/HiddenXOR-v0"),
        (("points", (folders["ranking_1x2"],)), {"size": 3}, "--size and --experts must be left out with points"),
        (("transfer", (folders["xor3"],)), {}, "runs must be of Badger/Optimisation-v0 or .*, got badger on HiddenXOR"),
        (("transfer", (folders["guessing_first"],)), {"experts": 4}, "--experts must be left out with transfer"),
        (("sources", (folders["xor3"],)), {}, "runs must be of Badger/Stream-v0, got badger on HiddenXOR"),
        (("forgetting", (folders["xor3"],)), {}, "runs must be of Badger/Stream-v0 with an exam, got badger on"),
        (("sources", (folders["stream_blocks"],)), {"size": 3}, "--size and --experts must be left out with sources"),
        (("thinking", (folders["xor3"],)), {}, "runs must be of Badger/Maze-v0, got badger on HiddenXOR"),
        (
            ("rounds", (folders["xor3"], folders["guessing_first"])),
            {},
            "runs must be of one task, got Guessing.*, HiddenXOR",
        ),
        (
            ("ages", (folders["xor3"], folders["guessing_first"])),
            {},
            "runs must be of one task, in lives of any length, got",
        ),
        (("lives", (folders["guessing_first"],)), {"experts": 4}, "experts must be a number .* got 4"),
        (("lives", (folders["guessing_first"],) * 2), {}, "DIR must be one folder for lives, got 2"),
        (("growing", (folders["guessing_free"],) * 2), {}, "DIR must be runs of one agent on one task that differ in"),
        (
            ("growing", (folders["guessing_free"], folders["guessing_first"])),
            {},
            "got .* on .* of seed 0, .* of seed 0",
        ),
        (("lives", (folders["guessing_first"],)), {"out": blocked}, "--out must be a folder that can be written"),
    ):
        with pytest.raises(UsageError, match=message):
            Study(*arguments, **{"out": tmp_path / "out", **options}).run(Console(quiet=True))
