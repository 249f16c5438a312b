"""One run: its result, where it is stored, and what happens when files of it are missing, cut off or in the way."""

import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from agents import count_parameters, load_agent
from badger_envs.evaluation import evaluate
from baselines.analysis.summary import summarize
from baselines.commands.train import _table
from baselines.execution.runner import execute
from baselines.execution.scheduler import PROGRESS, run_in_worker
from baselines.experiments.agent_spec import AgentSpec
from baselines.experiments.grid import Grid
from baselines.experiments.plan import PlannedAgent
from baselines.experiments.recipe import Recipe
from baselines.experiments.recipes import GUESSING, ROBOT
from baselines.experiments.run import RunSpec
from baselines.experiments.stored import find_result
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.checkpoint import read_checkpoint, write_checkpoint
from baselines.outer_loops.policy import AgentPolicy
from baselines.results.grid import GridResult
from baselines.results.run import ProbeCurve, RunResult
from tests.helpers.runs import without_times

RUN = RunSpec(
    "shared", GUESSING, {"dims": 2, "horizon": 3}, 0,
    "Badger", {"port_features": 3, "hidden_size": 3, "messages": "none"},
    outer_loop=BPTT(updates=6, batch=2), test_sizes=(1, 3), episodes=20, probes=("life",), probe_episodes=4,
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
    return root / RUN.hash / "checkpoint"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": -1}, r"seed must be an integer in \[0, 1073741823\], got -1"),
        ({"seed": 2**30}, r"seed must be an integer in \[0, 1073741823\], got 1073741824"),
        ({"seed": 1.0}, "seed must be an integer in .*, got 1.0"),
        *(
            ({name: value}, rf"{name} must be an integer in \[1, 4294967296\], got {value}")
            for name in ("episodes", "probe_episodes")
            for value in (0, True, 2**32 + 1)
        ),
    ],
)
def test_run_refuses_bad_numbers_before_the_work(change, said):
    with pytest.raises(ValueError, match=said):
        replace(RUN, **change)


def test_run_of_the_largest_seed_and_of_numbers_of_numpy_is_like_any_other(tmp_path):
    assert not execute(replace(RUN, seed=2**30 - 1), tmp_path).failure
    loop = replace(RUN.outer_loop, updates=np.int64(6), batch=np.int32(2))
    same = replace(RUN, seed=np.int64(0), outer_loop=loop, episodes=np.int64(20))
    assert same.hash == RUN.hash
    assert same.specification() == RUN.specification()


def test_execute_is_a_function_of_the_specification(tmp_path):
    one, other = (execute(RUN, tmp_path / name) for name in ("a", "b"))
    for result in (one, other):
        assert result.training_cpu_seconds == result.curve[-1].cpu_seconds
    assert without_times(one) == without_times(other)


def test_hash_changes_with_everything_in_a_specification():
    others = [
        replace(RUN, seed=1),
        replace(RUN, episodes=21),
        replace(RUN, arguments={"dims": 3, "horizon": 5}),
        replace(RUN, config={"port_features": 3, "hidden_size": 6}),
        replace(RUN, outer_loop=replace(RUN.outer_loop, learning_rate=1e-3)),
        replace(RUN, outer_loop=replace(RUN.outer_loop, stages=(Stage(shared_across_batch=True),))),
    ]
    assert len({run.hash for run in (RUN, *others)}) == 1 + len(others)
    for unchanged in (replace(RUN), replace(RUN, problem="another name", probes=(), probe_episodes=3)):
        assert unchanged.hash == RUN.hash


def test_execute_finds_a_finished_run_and_asks_a_later_probe(tmp_path, monkeypatch):
    first = execute(RUN, tmp_path)
    monkeypatch.setattr("baselines.execution.runner.train_and_test", lambda *_: pytest.fail("ran again"))
    assert execute(RUN, tmp_path) == first
    asking = replace(RUN, probes=("life", "forget"), probe_episodes=10)
    assert find_result(asking, tmp_path) is None
    result = execute(asking, tmp_path)
    assert result == first.model_copy(update={"probes": result.probes}) == find_result(asking, tmp_path)
    assert list(result.probes) == ["life", "forget"]
    assert result.probes["life"].x == (1, 3, 10)


def test_execute_records_a_run_that_raises_and_tries_it_again(tmp_path):
    broken = replace(RUN, config={"port_features": 3, "hidden_size": 0})
    result = execute(broken, tmp_path)
    assert "hidden_size must be an integer of at least 1, got 0" in result.failure
    assert result.tests == {}
    assert RunResult.read(tmp_path / broken.hash / "failed.json") == result
    assert find_result(broken, tmp_path) is None


def test_execute_saves_the_agent_that_was_tested(tmp_path):
    result = execute(RUN, tmp_path)
    agent = load_agent(tmp_path / RUN.hash)
    assert count_parameters(agent) == result.costs.parameters
    again = evaluate(AgentPolicy(agent, 2), GUESSING, episodes=20, **RUN.arguments)
    assert again.as_json()["returns"] == list(result.tests[2].returns)


def test_execute_names_sizes_that_an_agent_cannot_have(tmp_path):
    config = {"port_features": 3, "ports": 2, "hidden_size": 4}
    result = execute(replace(RUN, kind="Monolithic", config=config), tmp_path)
    assert list(result.tests) == [2]
    assert result.cannot_have_size == (1, 3)


def test_execute_tests_a_handcrafted_policy_without_training(tmp_path):
    run = RunSpec("probe", GUESSING, {"dims": 2}, 0, policy="reference", test_sizes=(5,), episodes=50)
    result = execute(run, tmp_path)
    assert np.max(result.tests[5].metrics["error"]) < 1e-6


def test_execute_keeps_a_size_without_a_score_and_summaries_leave_it_out(tmp_path):
    """A robot of one module can only stand, so that its reference is no better than chance."""
    run = RunSpec(
        "still", ROBOT, {"modules": 3, "steps": 2}, 0, policy="chance", test_sizes=(1,), episodes=2, problem="robot"
    )
    result = execute(run, tmp_path)
    assert not result.failure
    assert (result.tests[1].score, result.tests[3].score is None) == (None, False)
    assert find_result(run, tmp_path) == result
    recipe = Recipe("robot", "robot", ROBOT, run.arguments, BPTT(), agents=("badger",))
    agent_spec = AgentSpec("still", "still", "", None, {}, policy="chance")
    (agent,) = summarize([PlannedAgent(recipe, agent_spec, (), (), (run,))], {run.hash: result})
    assert set(agent.runs[0].score_at_size) == {3}
    assert set(agent.runs[0].metric_at_size) == {1, 3}
    console = Console(width=120, file=io.StringIO())
    console.print(_table("robot", run, result))
    assert "none: the reference is no better than chance" in console.file.getvalue()


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        *((name, None) for name in ("run.json", "probe_life_v1_4.json", "agent.json", "agent.safetensors")),
        *(("run.json", damage) for damage in ("", "{", "null", '{"specification": {}}')),
    ],
)
def test_execute_completes_a_run_whose_file_was_cut_off(tmp_path, name, damage):
    first = execute(RUN, tmp_path)
    path = tmp_path / RUN.hash / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if damage is None else damage.encode())
    # An agent is missed when a probe has to be asked.
    assert (find_result(RUN, tmp_path) is None) == (not name.startswith("agent"))
    next(path.parent.glob("probe_*")).unlink()
    assert find_result(RUN, tmp_path) is None
    again = execute(RUN, tmp_path)
    assert not again.failure
    assert len(again.set_aside) == (not name.startswith("probe")), "a probe that is not there is no damage"
    again = again.model_copy(update={"set_aside": ()})
    assert without_times(again) == without_times(first) == without_times(find_result(RUN, tmp_path))


def test_execute_sets_every_file_aside_that_lost_a_bit_and_makes_it_again(tmp_path):
    first = execute(RUN, tmp_path)
    for name in ("run.json", "probe_life_v1_4.json"):
        path = tmp_path / RUN.hash / name
        content = bytearray(path.read_bytes())
        content[content.index(b"0.") + 2] ^= 1  # another digit
        path.write_bytes(content)
        assert find_result(RUN, tmp_path) is None
        again = execute(RUN, tmp_path)
        assert without_times(again.model_copy(update={"set_aside": ()})) == without_times(first)
        (line,) = again.set_aside
        assert re.fullmatch(f"{name} was set aside and is made again: .*sha256: must be that of what .*", line)
        assert path.with_name(f"{name}.damaged").read_bytes() == content
        assert find_result(RUN, tmp_path).set_aside == ()


def test_execute_does_not_take_the_probe_of_another_run(tmp_path):
    first, other = execute(RUN, tmp_path), replace(RUN, seed=1)
    execute(other, tmp_path)
    mine, theirs = (tmp_path / run.hash / "probe_life_v1_4.json" for run in (RUN, other))
    mine.write_bytes(theirs.read_bytes())
    assert find_result(RUN, tmp_path) is None
    again = execute(RUN, tmp_path)
    assert f"run: must be {RUN.hash}, got '{other.hash}'" in again.set_aside[0]
    assert again.probes == first.probes
    ProbeCurve(**first.probes["life"].model_dump()).write(mine)  # as before a probe said whose it is
    assert find_result(RUN, tmp_path).probes == first.probes


def without(field):
    return lambda result: result.model_copy(update={field: type(getattr(result, field))()})


def with_test(**changes):
    return lambda result: result.model_copy(
        update={"tests": {size: test.model_copy(update=changes) for size, test in result.tests.items()}}
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (without("tests"), r"tests: must be of the sizes \[1, 2, 3\]"),
        (
            lambda result: result.model_copy(update={"grids": (GridResult(axis="steps", episodes=1, metric={1: {}}),)}),
            r"grids: must be out of \[\], got \[\('steps', \(1,\), 1\)\]",
        ),
        (without("hash"), "specification: must be that of run "),
        (without("curve"), "curve: must rise to update 6"),
        (lambda result: result.model_copy(update={"costs": None}), "costs, agent_sha256: must be those of the trained"),
        (lambda result: result.model_copy(update={"failure": "Killed"}), "failure: must not be there"),
        (with_test(metrics={}), "tests.1.metrics: must have error"),
        (with_test(score=0.99), r"tests.1.score: must be that of the returns, -?\d.*, got 0.99"),
        (with_test(score=None), "tests.2.score: must be there at the size that was trained"),
        (with_test(chance=-9.0), "tests.1.chance: must be -"),
        (with_test(reference=-1e-3), "tests.1.reference: must be -"),
        (with_test(first_episode=1), "tests.1.episodes: must be id, set, first and number"),
        (with_test(arguments={"dims": 1}), "tests.1.arguments: must be {'dims': 1, 'horizon': 3"),
    ],
)
def test_execute_sets_a_run_aside_that_is_whole_but_wrong(tmp_path, change, complaint):
    first = execute(RUN, tmp_path)
    path = tmp_path / RUN.hash / "run.json"
    change(RunResult.read(path)).write(path)
    assert find_result(RUN, tmp_path) is None
    again = execute(RUN, tmp_path)
    assert without_times(again.model_copy(update={"set_aside": ()})) == without_times(first)
    (line,) = again.set_aside
    assert re.search(f"run.json was set aside and is made again: .*run.json: {complaint}", line)


def test_execute_does_not_probe_an_agent_that_another_config_was_put_beside(tmp_path):
    first = execute(RUN, tmp_path)
    path = tmp_path / RUN.hash / "agent.json"
    other = json.loads(path.read_text())
    other["config"]["rounds"] = 3  # the same weights, another policy
    path.write_text(json.dumps(other))
    next(path.parent.glob("probe_*")).unlink()
    again = execute(RUN, tmp_path)
    assert "agent.json was set aside" in again.set_aside[0]
    assert without_times(again.model_copy(update={"set_aside": ()})) == without_times(first)


def test_execute_begins_anew_where_the_checkpoint_is_of_another_training(tmp_path):
    first = execute(RUN, tmp_path / "whole")
    checkpoint = interrupted_after(3, tmp_path)
    content = read_checkpoint(checkpoint)
    for wrong in ({**content, "description": "another"}, {**content, "trained": {}}, {**content, "num_updates": 99}):
        write_checkpoint(checkpoint, wrong)
        again = execute(RUN, tmp_path)
        assert "checkpoint was set aside and is made again: " in again.set_aside[0]
        assert without_times(again.model_copy(update={"set_aside": ()})) == without_times(first)
        (tmp_path / RUN.hash / "run.json").unlink()


@pytest.mark.parametrize("left", [0.0, 0.5, 1.0])
def test_execute_resumes_from_a_checkpoint_or_sets_a_damaged_one_aside(tmp_path, left):
    first = execute(RUN, tmp_path / "whole")
    checkpoint = interrupted_after(3, tmp_path)
    assert read_checkpoint(checkpoint)["num_updates"] < 6
    content = checkpoint.read_bytes()[: int(checkpoint.stat().st_size * left)]
    checkpoint.write_bytes(content)
    again = execute(RUN, tmp_path)
    assert len(again.set_aside) == (left < 1)
    assert without_times(again.model_copy(update={"set_aside": ()})) == without_times(first)
    assert not checkpoint.exists()
    assert [path.read_bytes() for path in tmp_path.rglob("*.damaged")] == ([content] if left < 1 else [])


def test_execute_sweeps_away_what_a_killed_process_had_not_finished_writing(tmp_path):
    half = tmp_path / RUN.hash / "run.json.4711.tmp"
    half.parent.mkdir()
    half.write_text('{"half')
    assert not execute(RUN, tmp_path).failure
    assert not half.exists()


def test_run_in_worker_goes_on_where_progress_cannot_be_written(tmp_path):
    (tmp_path / RUN.hash / PROGRESS).mkdir(parents=True)
    assert not run_in_worker(RUN, tmp_path, "cpu").failure


def test_run_in_worker_fails_a_run_whose_folder_cannot_be_made(tmp_path):
    (tmp_path / RUN.hash).write_text("a file")
    assert "FileExistsError" in run_in_worker(RUN, tmp_path, "cpu").failure


def test_execute_tests_on_grids_of_experts_and_lengths_of_life(tmp_path):
    grids = (Grid("experts", (1, 3, 9), (1, 2, 4), episodes=20), Grid("steps", (4, 40), (2,), episodes=20))
    config = {"port_features": 3, "hidden_size": 4, "membrane": "bonds", "experts": 3, "identity": "random"}
    result = execute(replace(RUN, config=config, grids=grids), tmp_path)
    assert not result.failure
    by_experts, by_steps = result.grids
    assert {value: tuple(at) for value, at in by_experts.metric.items()} == dict.fromkeys((1, 3, 9), (1, 2, 4))
    assert set(by_steps.metric) == {4, 40}
    agent = load_agent(tmp_path / result.hash)
    again = evaluate(AgentPolicy(agent, 4, experts=9), GUESSING, episodes=20, **{**RUN.arguments, "dims": 4})
    assert by_experts.metric[9][4] == pytest.approx(again.metrics["error"].mean())
    longer = evaluate(AgentPolicy(agent, 2), GUESSING, episodes=20, dims=2, horizon=40)
    assert by_steps.metric[40][2] == pytest.approx(longer.metrics["error"].mean())


def test_execute_leaves_out_grids_and_sizes_that_an_agent_cannot_have(tmp_path):
    grids = (Grid("experts", (1,), (2,)), Grid("steps", (4,), (1, 2), episodes=5))
    config = {"port_features": 3, "ports": 2, "hidden_size": 4}
    result = execute(replace(RUN, kind="Monolithic", config=config, grids=grids), tmp_path)
    (by_steps,) = result.grids
    assert (by_steps.axis, set(by_steps.metric[4])) == ("steps", {2})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"axis": "ports"}, "axis must be one of 'experts', 'steps', got 'ports'"),
        ({"values": ()}, r"values must be rising, at least one, got \(\)"),
        ({"sizes": (3, 2)}, r"sizes must be rising, at least one, got \(3, 2\)"),
        ({"sizes": (0, 2)}, r"sizes must be an integer in \[1, 16777216\], got 0"),
        ({"sizes": (True, 2)}, r"sizes must be an integer in \[1, 16777216\], got True"),
        ({"values": (1, 2.5)}, r"values must be an integer in \[1, 16777216\], got 2.5"),
        ({"values": (1, "2")}, r"values must be an integer in \[1, 16777216\], got '2'"),
        ({"values": (1, 10**30)}, r"values must be an integer in \[1, 16777216\], got 1000"),
        ({"values": [1, 2]}, r"values must be a tuple of integers, got \[1, 2\]"),
        ({"episodes": 0}, r"episodes must be an integer in \[1, 4294967296\], got 0"),
    ],
)
def test_grid_refuses_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        Grid(**{"axis": "experts", "values": (1, 2), "sizes": (2, 3), **arguments})


def test_execute_keeps_agents_of_a_quarter_and_a_half_of_the_training_for_the_bottleneck(tmp_path):
    asking = replace(RUN, probes=("bottleneck",), outer_loop=replace(RUN.outer_loop, updates=8))
    curve = execute(asking, tmp_path).probes["bottleneck"]
    assert curve.x == (1, 3, 10)
    assert list(curve.others) == ["after 0.25 of the training", "after 0.5 of the training"]
    assert len({curve.score, *curve.others.values()}) == 3, "three different agents"
