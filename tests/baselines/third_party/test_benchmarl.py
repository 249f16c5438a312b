"""What the examples refuse, and, where BenchMARL is installed, that it trains on our PettingZoo view and is scored."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec

import pytest

from badger_envs.registry import get_spec, reference_returns
from baselines.third_party.benchmarl import referee
from tests.helpers.paths import ROOT

XOR = ("--id", "Badger/HiddenXOR-v0", "--arguments", "bits=2")

needs_benchmarl = pytest.mark.skipif(
    find_spec("benchmarl") is None,
    reason="BenchMARL needs a virtual environment of its own; see baselines/third_party/benchmarl/README.md",
)


def run(*arguments):
    """The script in a process of its own, on this checkout."""
    command = [sys.executable, "-m", "baselines.third_party.benchmarl.referee", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_referee_help_needs_no_benchmarl():
    done = run("--help")
    assert done.returncode == 0, done.stderr
    assert "--vocabulary" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--id", "Badger/Nothing-v0"), "id must be one of Badger/Guessing-v0, .* got 'Badger/Nothing-v0'"),
        (
            ("--id", "Badger/HiddenXOR-v0", "--arguments", "bits"),
            "arguments must be name=value, each name once, got 'bits'",
        ),
        (
            ("--id", "Badger/HiddenXOR-v0", "--arguments", "words=2"),
            "keyword argument 'words'; it takes bits, ",
        ),
        (("--id", "Badger/HiddenXOR-v0", "--arguments", "bits=1"), r"bits must be .* got 1"),
        (("--id", "Badger/HiddenXOR-v0", "--arguments", "bits=two"), r"bits must be .* got 'two'"),
        ((*XOR, "--bins", "1"), "bins must be .* got 1"),
        ((*XOR, "--vocabulary", "2", "--message", "2"), "either size or vocabulary above 0"),
        ((*XOR, "--message", "2", "--bins", "2"), "bins must be None where a channel takes numbers"),
        ((*XOR, "--vocabulary", "2", "--to", "nobody"), "to must be .* got 'nobody'"),
        ((*XOR, "--frames", "0"), "frames must be at least 1, got 0"),
        ((*XOR, "--seed", "-1"), "seed must be at least 0, got -1"),
        ((*XOR, "--out", "not/there/result.json"), "out must be in a folder that exists"),
        ((*XOR, "--to", "all"), "to and cut need a channel"),
    ],
)
def test_referee_refuses_bad_usage_before_anything_is_trained(arguments, message, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["referee", *arguments])
    with pytest.raises(SystemExit) as caught:
        referee.main()
    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.fullmatch(f"python -m baselines.third_party.benchmarl.referee: error: .*{message}.*", line)


@pytest.mark.skipif(find_spec("benchmarl") is not None, reason="BenchMARL is installed")
def test_referee_says_how_to_install_benchmarl():
    done = run(*XOR)
    assert done.returncode == 1
    assert "BenchMARL is not installed here; see baselines/third_party/benchmarl/README.md" in done.stderr


@pytest.mark.slow
@needs_benchmarl
@pytest.mark.parametrize(
    ("id", "arguments", "options"),
    [
        ("Badger/HiddenXOR-v0", {"bits": 2}, ("--bins", "2", "--vocabulary", "2")),
        ("Badger/HiddenXOR-v0", {"bits": 3}, ("--bins", "3", "--algorithm", "ippo")),
        ("Badger/Guessing-v0", {"dims": 2}, ("--recurrent", "--ids")),
        ("Badger/Guessing-v0", {"dims": 2}, ("--recurrent", "--algorithm", "ippo", "--message", "1", "--to", "all")),
    ],
)
def test_referee_trains_and_scores_on_the_named_test_episodes(id, arguments, options, tmp_path):
    named = [f"{name}={value}" for name, value in arguments.items()]
    out = tmp_path / "result.json"
    settings = ("--frames", "6000", "--episodes", "120", "--out", str(out))
    done = run("--id", id, "--arguments", *named, *options, *settings)
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text())
    (result,) = found["results"]
    levels = reference_returns(get_spec(id).make_task(**arguments))
    assert (result["id"], result["episode_set"], result["episodes"]) == (id, "TEST", 120)
    assert len(result["returns"]) == len(found["sampled"]["returns"]) == 120
    assert all(levels.lowest <= value <= levels.highest for value in result["returns"])
    assert result["score"] == pytest.approx(levels.score(result["returns"]).mean())
    assert found["training"]["steps"] >= 6000
    assert f"score {result['score']:.3f} greedy" in done.stdout


@pytest.mark.slow
@needs_benchmarl
def test_copies_play_what_the_pettingzoo_view_plays():
    code = """
import numpy as np, pettingzoo, torch
from torchrl.envs.utils import check_env_specs
from badger_envs import Channel
from badger_envs.views.benchmarl import GROUP, BadgerTask, Copies

arguments = {"bits": 3, "bins": 2, "channel": Channel(vocabulary=3)}
make = BadgerTask.of("Badger/HiddenXOR-v0", **arguments).make

check_env_specs(Copies(make, 4, 0, True))
env, one = Copies(make, 4, 7, False), pettingzoo.make("parallel", "Badger/HiddenXOR-v0", **arguments)
for named in (False, True):
    if named:
        env.name_episodes(20)
    torch.manual_seed(0)
    played = env.rollout(3)
    for copy in range(4):
        shown, _ = one.reset(options={"episode": 20 + copy}) if named else one.reset(seed=7 * 4 + copy)
        for step in range(3):
            seen = played[copy, step]
            assert np.array_equal(np.stack(list(shown.values())), seen[GROUP, "observation"].numpy())
            if step:
                assert np.array_equal(one.state(), seen["state"].numpy())
            choices = seen[GROUP, "action"].numpy()
            actions = {agent: np.asarray([c // 3, c % 3]) for agent, c in zip(one.possible_agents, choices)}
            shown, rewards, ended, *_ = one.step(actions)
            assert np.allclose(list(rewards.values()), seen["next", GROUP, "reward"][:, 0].numpy())
            assert all(ended.values()) == bool(seen["next", "done"]) == (step == 2)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
