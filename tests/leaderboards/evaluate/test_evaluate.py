import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from agents import AgentFileError, Badger, BadgerConfig, Monolithic, MonolithicConfig, save_agent
from badger_envs.core.policy import Blind
from badger_envs.envs.guessing.policies import Probe
from badger_envs.envs.guessing.task import Guessing
from badger_envs.envs.hidden_xor.task import HiddenXOR
from badger_envs.evaluation import PolicyError, evaluate
from badger_envs.registry import get_spec
from baselines.outer_loops.policy import AgentPolicy
from leaderboards.evaluate.evaluate import evaluate_benchmark, read_results, write_results
from leaderboards.evaluate.evaluate_to import evaluate_to
from leaderboards.evaluate.sandbox import find_sandbox, isolation_of
from leaderboards.evaluate.saved_agent import SavedAgent, find_bins
from leaderboards.schema.benchmark import load_benchmark
from tests.helpers.paths import ROOT
from tests.leaderboards.helpers.make_submission import BENCHMARKS
from tests.leaderboards.helpers.waves import make

BENCHMARK = load_benchmark("tiny", BENCHMARKS)
SIZES = [("guess", 1), ("guess", 2), ("guess", 3), ("xor", 2), ("xor", 3)]


MINE = """
import numpy as np
from tests.leaderboards.helpers.waves import make

def only_twos(id, arguments, training_seed):
    if "bits" in arguments or arguments["dims"] > 2:
        raise ValueError(f"I know two numbers alone, got {arguments}")
    return make(id, arguments, training_seed)

def nan(id, arguments, training_seed):
    policy = make(id, arguments, training_seed)
    policy.act = lambda observation, reward: np.full((len(reward), policy.width), np.nan)
    return policy
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(MINE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


def write(path, rows, **changes):
    about = {"benchmark": BENCHMARK, "source": "own", "policy": "wave", "command": "python wave.py"}
    return write_results(path, rows, **{**about, **changes})


def test_evaluate_benchmark_returns_nine_digits_of_the_test_episodes():
    rows = evaluate_benchmark(make, BENCHMARK, training_seed=3)
    assert [(row.problem, row.size) for row in rows] == SIZES
    for row in rows:
        at = BENCHMARK.problem(row.problem).sizes[row.size]
        id = BENCHMARK.problem(row.problem).id
        result = evaluate(make(id, at.arguments, 3), id, episodes=8, **at.arguments)
        assert list(row.returns) == result.as_json()["returns"]
        assert (row.training_seed, row.weights_sha256) == (3, None)


def test_evaluate_benchmark_scores_the_reference_one(caplog):
    def probe(id, arguments, training_seed):
        return Probe(Guessing(**arguments))

    wanted = [("guess", 2)]
    evaluate_benchmark(probe, load_benchmark("v1"), training_seed=0, rows=[("guessing", 3)])
    assert caplog.messages[0].startswith("guessing at dims 3: score ")
    assert abs(float(caplog.messages[0].split()[5]) - 1.0) < 0.02
    assert caplog.messages[0].endswith("in 1000 episodes")
    assert [row.size for row in evaluate_benchmark(probe, BENCHMARK, training_seed=0, rows=wanted)] == [2]


def test_evaluate_benchmark_leaves_out_unsupported_sizes(caplog):
    def not_three(id, arguments, training_seed):
        if 3 in arguments.values():
            raise ValueError("three is too many")
        return make(id, arguments, training_seed)

    rows = evaluate_benchmark(not_three, BENCHMARK, training_seed=0)
    assert [(row.problem, row.size) for row in rows] == [("guess", 1), ("guess", 2), ("xor", 2)]
    assert "left out guess at dims 3: three is too many" in caplog.messages


def test_evaluate_benchmark_leaves_out_problems_of_unsupported_train_size(caplog):
    def only_threes(id, arguments, training_seed):
        if 3 not in arguments.values():
            raise ValueError("three or nothing")
        return make(id, arguments, training_seed)

    assert evaluate_benchmark(only_threes, BENCHMARK, training_seed=0) == []
    assert caplog.messages == [
        "left out guess, which is not supported at the train size 2: three or nothing",
        "left out xor, which is not supported at the train size 2: three or nothing",
    ]


def test_evaluate_benchmark_closes_policies():
    made = []

    def remembered(id, arguments, training_seed):
        made.append(make(id, arguments, training_seed))
        return made[-1]

    evaluate_benchmark(remembered, BENCHMARK, training_seed=0)
    assert len(made) == len(SIZES)

    def wide(id, arguments, training_seed):
        remembered(id, arguments, training_seed).width += 1
        return made[-1]

    with pytest.raises(PolicyError, match="must have shape"):
        evaluate_benchmark(wide, BENCHMARK, training_seed=0)
    assert all(policy.closed for policy in made)


def test_evaluate_to_gives_the_same_rows_in_another_process(mine, caplog):
    out = evaluate_to("mine:make", benchmark=BENCHMARK, out=mine / "r.json", seeds=[0, 3], command="evaluate mine:make")
    assert len(caplog.messages) == 2 * len(SIZES)
    found = read_results(out)
    here = {seed: evaluate_benchmark(make, BENCHMARK, training_seed=seed) for seed in (0, 3)}
    assert [(row.problem, row.training_seed, row.size) for row in found.rows] == [
        (problem, seed, size)
        for problem in ("guess", "xor")
        for seed in (0, 3)
        for name, size in SIZES
        if name == problem
    ]
    for row in found.rows:
        (same,) = [each for each in here[row.training_seed] if (each.problem, each.size) == (row.problem, row.size)]
        assert row.returns == same.returns
        assert row.weights_sha256 is None
    assert (found.benchmark, found.source, found.policy) == ("tiny", "own", "mine:make")
    assert found.commands == ["evaluate mine:make"]
    assert {"badger_envs", "numpy", "python", "mujoco"} <= set(found.versions)


def test_evaluate_to_says_what_kept_the_policy_apart(mine):
    about = {"benchmark": BENCHMARK, "out": mine / "r.json", "command": "evaluate"}
    out = evaluate_to("mine:make", **about, seeds=[0], sandbox="off")
    assert read_results(out).isolation == (isolation_of(None),)
    found = find_sandbox().program
    evaluate_to("mine:make", **about, seeds=[1])
    assert read_results(out).isolation == tuple(dict.fromkeys([isolation_of(None), isolation_of(found)]))


def test_result_file_of_format_1_is_read_and_what_is_added_to_it_claims_nothing_for_its_rows(mine):
    path = write(mine / "r.json", evaluate_benchmark(make, BENCHMARK, training_seed=0))
    old = json.loads(path.read_text()) | {"format": 1}
    del old["isolation"]
    path.write_text(json.dumps(old))
    assert read_results(path).isolation == ()
    write(path, evaluate_benchmark(make, BENCHMARK, training_seed=1), isolation=[isolation_of(None)])
    assert [way.program for way in read_results(path).isolation] == ["unknown", "none"]


def test_evaluate_to_leaves_out_unsupported_sizes(mine, caplog):
    out = evaluate_to("mine:only_twos", benchmark=BENCHMARK, out=mine / "r.json", seeds=[0], command="evaluate")
    assert [(row.problem, row.size) for row in read_results(out).rows] == [("guess", 1), ("guess", 2)]
    assert any("left out guess at dims 3: policy mine:only_twos" in line for line in caplog.messages)
    assert any("left out xor, which is not supported at the train size 2" in line for line in caplog.messages)


@pytest.mark.parametrize(
    ("policy", "more", "error"),
    [
        ("mine:nan", {}, "got nan at index"),
        ("mine:missing", {}, "policy mine:missing on Badger/Guessing-v0: AttributeError"),
        ("mine:only_twos", {"problems": ["xor"]}, "policy must support xor, got 'mine:only_twos'"),
        ("mine:make", {"problems": ["yor"]}, "problem must be one of guess, xor, got 'yor'"),
        ("mine:make", {"seeds": []}, "seeds must be at least one"),
        ("mine:make", {"seeds": [1, 1]}, "each once"),
        ("nowhere", {}, "policy must be module:factory, got 'nowhere'"),
    ],
)
def test_evaluate_to_refuses_bad_arguments_and_writes_nothing(mine, policy, more, error):
    about = {"benchmark": BENCHMARK, "out": mine / "r.json", "seeds": [0], "command": "evaluate"}
    with pytest.raises(ValueError, match=error) as caught:
        evaluate_to(policy, **{**about, **more})
    assert "\n" not in str(caught.value)
    assert not (mine / "r.json").exists()


def test_write_results_adds_seeds_and_replaces_only_what_is_new(tmp_path):
    out = tmp_path / "r.json"
    write(out, evaluate_benchmark(make, BENCHMARK, training_seed=1), command="one")
    write(out, evaluate_benchmark(make, BENCHMARK, training_seed=0), command="two")
    write(out, evaluate_benchmark(make, BENCHMARK, training_seed=0, rows=[("guess", 2)]), command="two")
    found = read_results(out)
    places = [(row.problem, row.training_seed, row.size) for row in found.rows]
    assert places == [
        ("guess", 0, 2), ("guess", 1, 1), ("guess", 1, 2), ("guess", 1, 3),
        ("xor", 0, 2), ("xor", 0, 3), ("xor", 1, 2), ("xor", 1, 3),
    ]  # fmt: skip
    assert found.commands == ["one", "two"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"policy": "other"}, "policy must be 'other' to add to this file, got 'wave'"),
        ({"source": "badger"}, "source must be 'badger' to add"),
        ({"benchmark": load_benchmark("v1")}, "suite must be 'v1' to add"),
    ],
)
def test_write_results_refuses_results_of_something_else(tmp_path, changes, error):
    out = write(tmp_path / "r.json", evaluate_benchmark(make, BENCHMARK, training_seed=0))
    before = out.read_bytes()
    with pytest.raises(ValueError, match=error):
        write(out, evaluate_benchmark(make, BENCHMARK, training_seed=1), **changes)
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: text.replace('"suite"', '"sweet"'),
        lambda text: text.replace('"format": 2', '"format": 3'),
        lambda text: text.replace('"training_seed": 0', '"training_seed": "0"'),
        lambda text: text.replace('"returns": [', '"returns": [NaN, ', 1),
        lambda text: text.replace('"format": 2', '"format": 2, "format": 2'),
    ],
)
def test_write_results_never_overwrites_a_damaged_file(tmp_path, damage):
    out = write(tmp_path / "r.json", evaluate_benchmark(make, BENCHMARK, training_seed=0))
    damaged = damage(out.read_text())
    out.write_text(damaged)
    with pytest.raises(ValueError, match=r"r\.json: "):
        write(out, evaluate_benchmark(make, BENCHMARK, training_seed=1))
    assert out.read_text() == damaged
    assert os.listdir(tmp_path) == ["r.json"]


def test_write_results_refuses_no_rows(tmp_path):
    with pytest.raises(ValueError, match="rows: "):
        write(tmp_path / "r.json", [])
    assert not any(tmp_path.iterdir())


def test_evaluate_to_runs_a_saved_agent_as_the_comparison_does(tmp_path, caplog):
    agent = Badger(BadgerConfig(3, hidden_size=4, identity="random"))
    save_agent(agent, tmp_path / "agent")
    out = evaluate_to(
        str(tmp_path / "agent"), benchmark=BENCHMARK, out=tmp_path / "r.json", seeds=[2], command="evaluate"
    )
    found = read_results(out)
    assert [(row.problem, row.size, row.training_seed) for row in found.rows] == [
        ("guess", 1, 2), ("guess", 2, 2), ("guess", 3, 2),
    ]  # fmt: skip
    for row in found.rows:
        task = Guessing(dims=row.size, horizon=4)
        result = evaluate(AgentPolicy(agent, task.ports), "Badger/Guessing-v0", episodes=8, **task.arguments())
        assert list(row.returns) == result.as_json()["returns"]
    assert any("left out xor" in line and "port_features must be 5" in line for line in caplog.messages)
    assert (found.source, found.policy) == ("badger", "Badger")
    assert "torch" in found.versions

    weights = (tmp_path / "agent" / "agent.safetensors").read_bytes()
    sha = hashlib.sha256(weights).hexdigest()
    assert {row.weights_sha256 for row in found.rows} == {sha}
    assert (tmp_path / "weights" / f"{sha}.safetensors").read_bytes() == weights
    about = json.loads((tmp_path / "weights" / f"{sha}.json").read_text())
    assert (about["kind"], about["weights_sha256"]) == ("Badger", sha)
    again = SavedAgent(tmp_path / "weights", f"{sha}.safetensors", f"{sha}.json")
    assert again.sha256 == sha


def test_evaluate_to_runs_a_saved_agent_of_one_size_at_that_size(tmp_path, caplog):
    save_agent(Monolithic(MonolithicConfig(3, 2, hidden_size=4)), tmp_path / "agent")
    out = evaluate_to(
        str(tmp_path / "agent"), benchmark=BENCHMARK, out=tmp_path / "r.json", seeds=[0], command="evaluate"
    )
    assert [(row.problem, row.size) for row in read_results(out).rows] == [("guess", 2)]
    assert any("left out guess at dims 1: ports must be a number that Monolithic" in line for line in caplog.messages)


def test_evaluate_to_refuses_saved_agents_of_several_seeds_or_unfit(tmp_path):
    save_agent(Badger(BadgerConfig(3, hidden_size=4)), tmp_path / "agent")
    about = {"benchmark": BENCHMARK, "out": tmp_path / "r.json", "command": "evaluate"}
    with pytest.raises(ValueError, match="seeds must be one for a saved agent"):
        evaluate_to(str(tmp_path / "agent"), seeds=[0, 1], **about)
    with pytest.raises(ValueError, match="policy must support xor"):
        evaluate_to(str(tmp_path / "agent"), seeds=[0], problems=["xor"], **about)
    (tmp_path / "agent" / "agent.safetensors").write_bytes(b"")
    with pytest.raises(AgentFileError, match="no whole safetensors file"):
        evaluate_to(str(tmp_path / "agent"), seeds=[0], **about)
    assert not (tmp_path / "r.json").exists()
    assert not (tmp_path / "weights").exists()


def test_find_bins_follows_from_the_outputs_of_the_agent():
    task = HiddenXOR(bits=3)
    assert find_bins(Badger(BadgerConfig(5)), task) is None
    agent = Badger(BadgerConfig(5, port_actions=2, hidden_size=4))
    assert find_bins(agent, task) == 2
    policy = AgentPolicy(agent, 3, bins=2)
    policy.reset(4)
    assert set(np.abs(policy.act(np.ones((4, 15), np.float32), np.zeros(4, np.float32))).ravel()) == {1.0}
    with pytest.raises(ValueError, match="port_features must be 5 for .*, got 4 of Badger"):
        find_bins(Badger(BadgerConfig(4)), task)


def test_saved_agent_acts_with_its_bins(tmp_path):
    agent = Badger(BadgerConfig(5, port_actions=3, hidden_size=4))
    save_agent(agent, tmp_path)
    task = HiddenXOR(bits=3)
    policies = SavedAgent(tmp_path)("Badger/HiddenXOR-v0", task.arguments()), AgentPolicy(agent, 3, bins=3)
    one, other = (evaluate(policy, "Badger/HiddenXOR-v0", bits=3, episodes=50).returns for policy in policies)
    assert (one == other).all()


def test_evaluate_benchmark_needs_no_torch(tmp_path):
    script = f"""
import sys
from pathlib import Path
sys.modules["torch"] = sys.modules["agents"] = sys.modules["baselines"] = None
from badger_envs.core.policy import Blind
from badger_envs.registry import get_spec
from leaderboards.evaluate.evaluate import evaluate_benchmark, write_results
from leaderboards.schema.benchmark import load_benchmark
benchmark = load_benchmark("tiny", Path({str(BENCHMARKS)!r}))
make = lambda id, arguments, seed: Blind(get_spec(id).make_task(**arguments))
rows = evaluate_benchmark(make, benchmark, training_seed=0)
write_results("r.json", rows, benchmark=benchmark, source="own", policy="blind", command="-")
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True)
    here = evaluate_benchmark(
        lambda id, arguments, seed: Blind(get_spec(id).make_task(**arguments)), BENCHMARK, training_seed=0
    )
    assert [row.returns for row in read_results(tmp_path / "r.json").rows] == [row.returns for row in here]
