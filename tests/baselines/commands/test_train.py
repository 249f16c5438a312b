"""Recipes and the train command."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console

from agents import build_agent
from badger_envs.registry import get_spec
from baselines.__main__ import main
from baselines.commands.train import Train, plan_recipe
from baselines.commands.usage import UsageError
from baselines.execution.costs import costs
from baselines.execution.runner import execute
from baselines.experiments.agents import AGENTS


def test_costs_equal_those_counted_by_hand():
    task = get_spec("Badger/Guessing-v0").make_task(dims=2)
    agent = build_agent("Monolithic", {"port_features": 3, "ports": 2, "hidden_size": 5})
    found = costs(agent, task)
    # A GRU of 12 inputs (two ports, three numbers and their changes) and 5 units, and a layer to 2 actions.
    assert found.parameters == 3 * 5 * (12 + 5 + 2) + 2 * (5 + 1)
    assert found.memory == 5
    assert found.parameters_per_memory == found.parameters / 5
    assert found.flops_per_step == 2 * (3 * 5 * (12 + 5) + 2 * 5)


def test_train_runs_a_recipe_and_finds_it_again(tmp_path):
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    console = Console(record=True, width=100, quiet=False, file=(tmp_path / "log").open("w"))
    assert Train("guessing_ppo", updates=2, out=tmp_path, tensorboard=tmp_path / "board").run(console) == 0
    assert list((tmp_path / "board" / "guessing_ppo_badger_0").glob("events.*"))
    assert Train("guessing_ppo", updates=2, out=tmp_path).run(console) == 0
    console.file.close()
    text = console.export_text()
    assert text.count("update 2/2") == 1  # the second run found the first one's result
    assert "flops per step" in text
    assert len(list(Path(tmp_path).glob("*/agent.safetensors"))) == 1
    assert not list(Path(tmp_path).glob("*/checkpoint"))


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("chess", {}, "recipe must be one of guessing, .* got 'chess'"),
        ("xor", {"agent": "oracle"}, "--agent must be one of badger, .* got 'oracle'"),
        ("xor", {"agent": ""}, "--agent must be one of badger, .* got ''"),
        ("xor", {"updates": 0}, "--updates must be an integer at least 1, got 0"),
        ("xor", {"seed": -1}, r"--seed must be an integer in \[0, 1073741823\], got -1"),
        ("xor", {"seed": 2**30}, r"--seed must be an integer in \[0, 1073741823\], got 1073741824"),
    ],
)
def test_plan_recipe_refuses_bad_usage(name, how, said):
    with pytest.raises(UsageError, match=said):
        plan_recipe(name, **how)


@pytest.mark.parametrize("device", ["moon", "meta", ""])
def test_train_refuses_devices_that_are_not_there(tmp_path, device):
    with pytest.raises(UsageError, match=f"--device must be one that torch can use here, got '{device}'"):
        Train("xor", updates=1, out=tmp_path, device=device).run(Console(quiet=True))


@pytest.mark.parametrize("option", ["out", "tensorboard"])
def test_train_refuses_a_file_in_place_of_a_folder_before_it_trains(tmp_path, option):
    (tmp_path / "file").write_text("in the way")
    how = {"out": tmp_path / "runs", option: tmp_path / "file"}
    with pytest.raises(UsageError, match=f"--{option} must be a folder that can be written, got .*file"):
        Train("xor", updates=1, **how).run(Console(quiet=True))


def test_train_prints_names_as_they_are(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "argv", ["baselines", "train", "xor2_es", "--updates", "1", "--out", str(tmp_path / "x[/a]")]
    )
    assert main() == 0
    assert "x[/a]" in capsys.readouterr().out.replace("\n", "")


def test_execute_trains_every_agent_on_hidden_xor_and_routing(tmp_path):
    for spec in (get_spec("Badger/HiddenXOR-v0"), get_spec("Badger/Routing-v0")):
        for agent_spec in AGENTS.values():
            run = plan_recipe("xor", agent=agent_spec.name, updates=1)
            task = spec.make_task()
            run = replace(
                run, task=spec.id, arguments={}, config=agent_spec.fitted(task, 8000), test_sizes=(),
                outer_loop=replace(run.outer_loop, stages=type(run.outer_loop)().stages, batch=4), episodes=4,
            )  # fmt: skip
            assert not execute(run, tmp_path).failure


@pytest.mark.slow
def test_xor_recipe_needs_messages(tmp_path):
    scores = {}
    for name, updates in (("badger", None), ("shared", 1000)):  # four times as many change nothing without messages
        result = execute(plan_recipe("xor", agent=name, updates=updates), tmp_path)
        scores[name] = [result.tests[bits].score for bits in (2, 4)]
    assert min(scores["badger"]) > 0.9
    assert max(np.abs(scores["shared"])) < 0.15


@pytest.mark.slow
def test_robot_recipe_moves_the_chain(tmp_path):
    torch.set_num_threads(1)
    result = execute(plan_recipe("robot_ppo", updates=30), tmp_path)
    assert result.tests[4].score > 0.1  # with all of its 100 updates it crawls several times as far
