"""Files of a run that were cut off, by a full disk or a lost machine: done again, not crashed."""

import pytest
import torch

from baselines.execution.runner import execute
from baselines.execution.scheduler import PROGRESS, run_in_worker
from baselines.experiments.recipes import GUESSING
from baselines.experiments.run import RunSpec, find_result
from baselines.outer_loops.bptt import BPTT
from tests.helpers.runs import without_times

RUN = RunSpec(
    "shared", GUESSING, {"dims": 2, "horizon": 3}, 0,
    "Badger", {"port_features": 3, "hidden_size": 3, "messages": "none"},
    outer_loop=BPTT(updates=6, batch=2), episodes=10, probes=("life",), probe_episodes=4,
)  # fmt: skip


class Interrupted(BaseException):
    """As Ctrl-C would be."""


def interrupted_after(updates, root):
    """Train the run until so many updates are done; a checkpoint is left."""

    def interrupt(point):
        if point.update == updates:
            raise Interrupted

    with pytest.raises(Interrupted):
        execute(RUN, root, on_update=interrupt)


@pytest.mark.parametrize("name", ["run.json", "probe_life_v1_4.json", "agent.json", "agent.safetensors"])
def test_a_cell_whose_file_was_cut_off_is_completed(tmp_path, name):
    first = execute(RUN, tmp_path)
    folder = tmp_path / RUN.hash
    path = folder / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    # An agent is missed when a probe has to be asked.
    next(folder.glob("probe_*")).unlink()
    assert find_result(RUN, tmp_path) is None
    again = execute(RUN, tmp_path)
    assert not again.failure
    assert without_times(again) == without_times(first)
    assert without_times(find_result(RUN, tmp_path)) == without_times(first)


@pytest.mark.parametrize("left", [0.0, 0.5])
def test_a_damaged_checkpoint_is_set_aside_and_the_training_starts_anew(tmp_path, left):
    first = execute(RUN, tmp_path / "whole")
    interrupted_after(3, tmp_path)
    checkpoint = tmp_path / RUN.hash / "checkpoint.pt"
    cut_off = checkpoint.read_bytes()[: int(checkpoint.stat().st_size * left)]
    checkpoint.write_bytes(cut_off)
    assert without_times(execute(RUN, tmp_path)) == without_times(first)
    assert not checkpoint.exists()
    assert checkpoint.with_suffix(".damaged").read_bytes() == cut_off


def test_a_whole_checkpoint_is_gone_on_from(tmp_path):
    first = execute(RUN, tmp_path / "whole")
    interrupted_after(3, tmp_path)
    assert torch.load(tmp_path / RUN.hash / "checkpoint.pt", weights_only=True)["num_updates"] < 6
    assert without_times(execute(RUN, tmp_path)) == without_times(first)
    assert not list(tmp_path.rglob("*.damaged"))


def test_what_a_killed_process_had_not_finished_writing_is_swept_away(tmp_path):
    half = tmp_path / RUN.hash / "run.json.4711.tmp"
    half.parent.mkdir()
    half.write_text('{"half')
    assert not execute(RUN, tmp_path).failure
    assert not half.exists()


def test_progress_that_cannot_be_written_is_no_reason_to_stop(tmp_path):
    (tmp_path / RUN.hash / PROGRESS).mkdir(parents=True)
    assert not run_in_worker(RUN, tmp_path, "cpu").failure


def test_a_folder_that_cannot_be_made_is_a_failed_cell(tmp_path):
    (tmp_path / RUN.hash).write_text("a file")
    assert "FileExistsError" in run_in_worker(RUN, tmp_path, "cpu").failure
