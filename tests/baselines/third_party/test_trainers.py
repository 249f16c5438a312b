"""Trainers of others: records, the page that is made of them, and those that the extra "test" installs run for real."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from badger_envs.registry import SPECS
from baselines.commands.third_party import ThirdParty
from baselines.commands.usage import UsageError
from baselines.results.data import ResultFileError
from baselines.third_party import inside, record
from baselines.third_party.environment import run_script, version_of
from baselines.third_party.page import PAGE, excerpt, make_page
from baselines.third_party.record import FILES, FOLDER, TRAINED, read_record, requirements, sources, trainers
from tests.helpers.paths import ROOT

INSTALLED = {"torchrl": "torchrl", "sb3": "sb3_contrib", "epymarl": "gymnasium"}
"""Trainers that the extra "test" brings, and the module that each is known by."""


def test_every_folder_is_that_of_a_trainer():
    folders = {path.parent.name for path in FOLDER.glob("*/*") if path.is_file()} - {"__pycache__"}
    assert folders == set(trainers())


@pytest.mark.parametrize("trainer", trainers())
class TestRecord:
    def test_folder_has_all_files(self, trainer):
        assert all((FOLDER / trainer / name).is_file() for name in FILES)

    def test_record_is_of_these_files_and_versions(self, trainer):
        found = read_record(trainer)
        assert found.trainer == trainer
        assert found.sources == sources(trainer), f"run python -m baselines third-party {trainer}"
        for name, version in requirements(trainer).items():
            assert version_of(found.packages, name).split("+")[0] == version

    def test_everything_was_tried_on_both_ids(self, trainer):
        runs = read_record(trainer).runs
        for name in {run.name for run in runs}:
            assert {run.id for run in runs if run.name == name} == set(inside.IDS)

    def test_what_trained_took_steps(self, trainer):
        runs = read_record(trainer).runs
        assert any(run.outcome == TRAINED for run in runs)
        assert all(run.steps for run in runs if run.outcome == TRAINED)


def test_page_is_what_the_records_say():
    assert PAGE.read_text() == make_page(), "run python -m baselines third-party"


def test_page_names_the_package_where_it_is_not_the_trainer_by_name():
    rows = [line for line in make_page().splitlines() if line.startswith("| [")]
    assert any(row.startswith("| [torchrl](#torchrl) | 0.") for row in rows)
    assert any(row.startswith("| [sb3](#sb3) | stable-baselines3 2.") for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize("trainer", INSTALLED)
def test_installed_trainer_runs(trainer, tmp_path):
    pytest.importorskip(INSTALLED[trainer])
    runs = run_script(Path(sys.executable), trainer, tmp_path, PYTHONPATH=str(ROOT), OMP_NUM_THREADS="1")
    assert runs
    assert {run["outcome"] for run in runs} == {TRAINED}, runs


def test_ids_are_registered():
    assert set(inside.IDS) <= set(SPECS)


class TestInside:
    def outcome(self, change, steps=5):
        weights = np.zeros(3)

        def function(id):
            yield lambda: {"layer": [weights, 1.0]}
            change(weights)
            return steps

        return inside.train(function, "an id")

    def test_changed_weights_have_trained(self):
        found = self.outcome(lambda weights: weights.__setitem__(1, 0.5))
        assert (found["id"], found["steps"], found["outcome"]) == ("an id", 5, TRAINED)

    def test_same_weights_have_not(self):
        assert self.outcome(lambda weights: None)["outcome"] == "weights unchanged"

    def test_weights_that_are_not_finite_have_not(self):
        found = self.outcome(lambda weights: weights.__setitem__(1, np.nan))
        assert found["outcome"].startswith("ValueError: weights must be finite numbers")

    def test_error_is_the_outcome(self):
        assert self.outcome(lambda weights: weights[9])["outcome"].startswith("IndexError: ")

    def test_no_weights_are_refused(self):
        with pytest.raises(ValueError, match="weights must be finite numbers, got 0 arrays"):
            inside.digest([])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\n", "must have lines between"),
        ("# page: begin\nx = 1\n", "must have lines between"),
        ("# page: begin\n# page: end\n", "must have lines between"),
        ("# page: end\n", "pairs, got '# page: end' twice"),
        ("# page: begin\nx = 1\n# page: begin\n", "pairs, got '# page: begin' twice"),
    ],
)
def test_excerpt_refuses_marks_without_their_other_half(source, message):
    with pytest.raises(ValueError, match=message):
        excerpt(source)


def test_excerpt_is_the_lines_between_the_marks():
    source = "# page: begin\nimport x\n# page: end\nhidden\n"
    source += "    # page: begin\n    if x:\n        y\n    yield y\n    # page: end"
    assert excerpt(source) == "import x\n\nif x:\n    y"


@pytest.mark.parametrize("line", ["torch>=2", "torch", "-r other.txt"])
def test_requirements_that_pin_no_version_are_refused(line, tmp_path, monkeypatch):
    monkeypatch.setattr(record, "FOLDER", tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "requirements.txt").write_text(f"# why\n{line}\n")
    with pytest.raises(ValueError, match=f"requirements of mine must be lines name==version, got '{line}'"):
        requirements("mine")


def test_record_that_was_changed_by_hand_is_refused(tmp_path, monkeypatch):
    text = (FOLDER / trainers()[0] / "record.json").read_text()
    monkeypatch.setattr(record, "FOLDER", tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "record.json").write_text(text.replace('"steps":', '"steps":9'))
    with pytest.raises(ResultFileError, match="sha256"):
        read_record("mine")


def test_command_refuses_an_unknown_trainer_before_the_work():
    with pytest.raises(UsageError, match="NAMES must be among .*torchrl.*, got 'nobody'"):
        ThirdParty(names=(trainers()[0], "nobody")).run(None)


def test_command_line_has_the_command():
    command = [sys.executable, "-m", "baselines", "third-party", "nobody"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "got 'nobody'" in done.stderr
