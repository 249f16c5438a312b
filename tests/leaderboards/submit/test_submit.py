import hashlib
import json
import shutil

import numpy as np
import pytest

from baselines.results.comparison import FORMAT, ComparisonResult
from baselines.results.data import with_hash
from baselines.results.run import RunResult, file_sha256
from leaderboards.check.check import check
from leaderboards.schema.benchmark import load_benchmark
from leaderboards.schema.make_benchmark import Chosen, write_benchmark
from leaderboards.schema.submission import FILE, SubmissionError, read_submission
from leaderboards.submit.submit import submit
from tests.helpers.tiny import run_tiny
from tests.leaderboards.helpers.make_submission import BENCHMARKS, make_config, make_weights

WHO = {"authors": ["Ada Lovelace"], "url": "https://example.org/code", "date": "2026-01-02"}
SETTINGS = {"kind": "bptt", "learning_rate": 0.01, "stages": []}
TINY = {"benchmark": "tiny", "benchmarks": BENCHMARKS}


@pytest.fixture
def results(tmp_path):
    """A folder as `baselines compare` writes it: an agent that was trained five times on both problems."""
    folder = tmp_path / "results"
    benchmark = load_benchmark("tiny", BENCHMARKS)
    agents = []
    for problem in benchmark.problems:
        runs = []
        for seed in range(5):
            numbers = np.random.default_rng([seed, len(problem.name)])
            weights, count = make_weights(problem, numbers)
            tests = {}
            for size, at in problem.sizes.items():
                scores = 0.5 + 0.1 * numbers.standard_normal(at.episodes)
                returns = np.clip(at.chance + scores * (at.reference - at.chance), at.lowest, at.highest)
                tests[size] = {
                    "id": problem.id, "arguments": at.arguments, "episode_set": "TEST", "first_episode": 0,
                    "episodes": at.episodes, "chance": at.chance, "reference": at.reference, "score": 0.5,
                    "returns": [float(f"{value:.9g}") for value in returns], "metrics": {}, "mean_reward_of_step": [],
                }  # fmt: skip
            name = f"{problem.name}{seed}"
            specification = {
                "run_version": 5, "badger_envs": "0.1.0", "agent": "two_words", "task": problem.id, "seed": seed,
                "arguments": problem.arguments, "kind": "Badger", "config": {}, "policy": None, "outer_loop": SETTINGS,
                "test_sizes": [], "episode_set": "TEST", "episodes": 8,
            }  # fmt: skip
            curve = [
                {"environment_steps": 100.0 * step, "score": 0.1 * step + 0.01 * seed, "update": step, "cpu_seconds": 1}
                for step in range(60)
            ]
            costs = {"parameters": count, "memory": 1, "parameters_per_memory": count, "flops_per_step": 1}
            run = {
                "hash": name, "specification": specification, "device": "cpu", "training_cpu_seconds": 1.0 + seed,
                "environment_steps": 1000 + seed, "curve": curve, "costs": costs, "tests": tests,
            }  # fmt: skip
            place = folder / "runs" / name
            place.mkdir(parents=True)
            (place / "agent.safetensors").write_bytes(weights)
            about = make_config(problem, hashlib.sha256(weights).hexdigest())
            (place / "agent.json").write_text(json.dumps(about))
            RunResult.of(run | {"agent_sha256": file_sha256(place / "agent.json")}).write(place / "run.json")
            runs.append(
                {"hash": name, "seed": seed, "score": 0.5, "metric": 0.1, "training_cpu_seconds": 1.0 + seed}
                | {"score_at_size": {}, "metric_at_size": {}, "cannot_have_size": [], "curve": [], "probes": {}}
            )
        none = {"problem": problem.name, "failures": [], "trials": [], "episodes": 0, "environment_steps": 0}
        badger = {"agent": "two_words", "label": "Two Words", "description": "It learns.", "handcrafted": False}
        score = {"estimate": 0.5, "low": 0.4, "high": 0.6}
        agents.append(none | badger | {"planned_runs": 5, "runs": runs, "score": score})
        agents[-1] |= {"settings": SETTINGS, "costs": costs}
        chance = {"agent": "chance", "label": "blind", "description": "It does not listen.", "handcrafted": True}
        agents.append(none | chance | {"planned_runs": 1, "runs": [], "score": None, "settings": None, "costs": None})
    command = "python -m baselines compare --suite tiny --out '/home/ada/my results' --jobs 2"
    machine = {"processors": 2, "architecture": "x86_64", "executor": "processes", "jobs": 2, "device": "cpu"}
    versions = {"badger_envs": "0.1.0", "torch": "2.13.0"}
    problems = [
        {"name": p.name, "title": p.name, "task": p.id, "arguments": p.arguments, "outer_loop": "bptt", "size": 2}
        | {"size_argument": p.size_name, "metric": "error", "reference_returns": {}, "first_agent": "two_words"}
        for p in benchmark.problems
    ]
    content = {
        "format": FORMAT, "suite": "tiny", "suite_version": 1, "description": "made up", "problems": problems,
        "invocations": [{"command": command, "versions": versions, "machine": machine, "wall_seconds": 1.0}],
        "search": {"trials": 0, "seeds": 1, "fraction": 0.5}, "agents": agents,
    }  # fmt: skip
    ComparisonResult.of(content).write(folder / "result.json")
    return folder


def change(path, edit):
    content = json.loads(path.read_text())
    del content["sha256"]
    edit(content)
    path.write_text(with_hash(json.dumps(content)))


def test_submit_makes_a_submission_that_passes(results, tmp_path, caplog):
    folder = submit(results, root=tmp_path / "all", **WHO, **TINY)
    assert folder == tmp_path / "all" / "tiny" / "2026-01-02_two-words"
    assert check(folder, benchmarks=BENCHMARKS) == []
    assert caplog.messages == []
    made = read_submission(folder)
    assert (made.title, made.about, made.agent.source) == ("Two Words", "It learns.", "badger")
    assert len(made.rows) == 25
    assert made.training.commands == ("python -m baselines compare --suite tiny --jobs 2",)
    assert made.training.versions == {"badger_envs": "0.1.0", "torch": "2.13.0"}
    assert made.training.environment_steps == {"guess": 1002, "xor": 1002}
    # Of 60 points every other one, the mean over seeds 0 to 4.
    assert made.training.curves["xor"][:2] == ((0, 0.02), (200, 0.22))
    assert len(made.training.curves["xor"]) == 30
    assert made.training.cpu_seconds == {"guess": 3.0, "xor": 3.0}
    run = json.loads((results / "runs" / "xor3" / "run.json").read_text())
    (row,) = (r for r in made.rows if (r.problem, r.size, r.training_seed) == ("xor", 2, 3))
    assert list(row.returns) == run["tests"]["2"]["returns"]
    saved = (results / "runs" / "xor3" / "agent.safetensors").read_bytes()
    assert (folder / "weights" / f"{row.weights_sha256}.safetensors").read_bytes() == saved
    assert [path.name for path in (tmp_path / "all" / "tiny").iterdir()] == [folder.name], "nothing is left beside"


def test_submit_takes_a_family_by_the_members_that_were_chosen(results, tmp_path):
    def in_a_family(content):
        for agent in content["agents"][::2]:  # the others are handcrafted
            agent |= {"family": "multi_agent", "chosen": True}
        other = {**content["agents"][0], "agent": "other", "label": "Other", "chosen": False}
        content["agents"].append(other)

    change(results / "result.json", in_a_family)
    folder = submit(results, root=tmp_path / "board", **{**WHO, "agent": "multi_agent"}, **TINY)
    made = read_submission(folder)
    assert (made.name, made.title) == ("multi-agent", "multi-agent family")
    assert made.about == "on each problem the member that did best on validation episodes: Two Words"
    assert {row.problem for row in made.rows} == {"guess", "xor"}


def test_submit_logs_what_is_missing(results, tmp_path, caplog):
    shutil.rmtree(results / "runs" / "guess4")
    shutil.rmtree(results / "runs" / "xor1")
    for seed in range(5):
        path = results / "runs" / f"guess{seed}" / "run.json"
        if path.is_file():
            change(path, lambda run: (run["tests"].pop("3"), run["cannot_have_size"].append(3)))
    change(results / "runs" / "guess0" / "run.json", lambda run: run["tests"]["1"].update(first_episode=8))
    folder = submit(results, root=tmp_path / "all", **WHO, **TINY)
    assert caplog.messages == [
        "guess, training seed 4: left out, run.json: must be a file that can be read, got: No such file or directory",
        "guess: 4 runs, where an entry needs 5 to be ranked",
        "xor, training seed 1: left out, run.json: must be a file that can be read, got: No such file or directory",
        "xor: left out training seeds 2, 3, 4, since there is none of 1",
        "xor: 1 runs, where an entry needs 5 to be ranked",
        "guess: without dims 1, 3, not tested on the episodes of the benchmark",
    ]
    assert {(row.problem, row.size) for row in read_submission(folder).rows} == {("guess", 2), ("xor", 2), ("xor", 3)}


def test_submit_leaves_out_problems_without_training(results, tmp_path, caplog):
    change(results / "result.json", lambda content: content["agents"].pop(2))
    folder = submit(results, root=tmp_path / "all", **WHO, **TINY)
    assert caplog.messages == ["xor: two_words was not trained on it"]
    assert set(read_submission(folder).training.parameters) == {"guess"}


def test_submit_leaves_out_weights_that_were_not_tested(results, tmp_path, caplog):
    path = results / "runs" / "xor0" / "agent.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
    submit(results, root=tmp_path / "all", **WHO, **TINY)
    assert caplog.messages[0] == "xor, training seed 0: left out, its weights are not those that it was saved with"


def test_submit_leaves_out_what_was_changed_after_the_run(results, tmp_path, caplog):
    path = results / "runs" / "guess4" / "run.json"
    path.write_bytes(path.read_bytes().replace(b'"cpu"', b'"gpu"', 1))
    path = results / "runs" / "xor4" / "agent.json"
    path.write_bytes(path.read_bytes() + b" ")
    submit(results, root=tmp_path / "all", **WHO, **TINY)
    left_out = [message for message in caplog.messages if "training seed 4: left out" in message]
    assert "run.json: sha256: must be that of what stands before it" in left_out[0]
    assert left_out[1] == "xor, training seed 4: left out, agent.json is not the one that run.json is of"


@pytest.mark.parametrize(
    ("fields", "error", "reason"),
    [
        ({"agent": "nobody"}, ValueError, "agent must be one of those trained, two_words, got 'nobody'"),
        ({"agent": "chance"}, ValueError, "agent must be one of those trained, two_words, got 'chance'"),
        ({"benchmark": "v99"}, ValueError, "benchmark must be one of tiny, got 'v99'"),
        ({"url": "http://example.org"}, SubmissionError, "url: must be an address that begins with https://"),
        ({"name": "../evil"}, SubmissionError, "name: must be small letters and digits"),
        ({"title": "<b>"}, SubmissionError, "title: must hold neither < nor >"),
        ({"date": "2999-01-01"}, SubmissionError, "date: must not lie in the future"),
        ({"previous": "2025-01-01_two-words"}, SubmissionError, "previous: must be a submission that is there"),
    ],
)
def test_submit_writes_nothing_that_would_be_refused(results, tmp_path, fields, error, reason):
    root = tmp_path / "all"
    submit(results, root=root, **{**WHO, "date": "2026-01-01"}, **TINY, name="other")
    before = sorted(root.rglob("*"))
    with pytest.raises(error, match=reason):
        submit(results, root=root, **{**WHO, **TINY, **fields})
    assert sorted(root.rglob("*")) == before


def test_submit_refuses_the_same_results_twice(results, tmp_path):
    submit(results, root=tmp_path / "all", **WHO, **TINY)
    with pytest.raises(SubmissionError, match="must not be there yet, got '2026-01-02_two-words'"):
        submit(results, root=tmp_path / "all", **WHO, **TINY)
    with pytest.raises(
        SubmissionError, match=r"must be its own, got exactly the same as 2026-01-02_two-words in 25 rows"
    ):
        submit(results, root=tmp_path / "all", **WHO, **TINY, name="again")


def test_submit_refuses_a_folder_of_something_else(tmp_path):
    with pytest.raises(SubmissionError, match=r"result.json: must be a file that can be read"):
        submit(tmp_path, root=tmp_path / "all", **WHO, **TINY)
    (tmp_path / "result.json").write_text('{"agents": [{}]}')
    with pytest.raises(ValueError, match=r"result.json: format: must be there"):
        submit(tmp_path, root=tmp_path / "all", **WHO, **TINY)


@pytest.mark.slow
def test_submit_takes_what_the_comparison_writes(tmp_path, caplog):
    results, benchmarks = tmp_path / "results", tmp_path / "benchmarks"
    benchmarks.mkdir()
    problems = (
        Chosen("guessing", "Badger/Guessing-v0", {"dims": 3}, (2, 3), 100),
        Chosen("xor3", "Badger/HiddenXOR-v0", {"bits": 3}, (2, 3), 100),
    )
    write_benchmark("small", problems, benchmarks)
    code, said = run_tiny(results, "--progress", "quiet")
    assert code == 0, said
    root = tmp_path / "all"
    for agent in ("badger", "monolithic"):
        submit(results, root=root, **WHO, agent=agent, benchmark="small", benchmarks=benchmarks)
    assert caplog.messages == [
        "guessing: 2 runs, where an entry needs 5 to be ranked",
        "xor3: badger was not trained on it",
        "guessing: 2 runs, where an entry needs 5 to be ranked",
        "xor3: monolithic was not trained on it",
        "guessing: without dims 2, the agent cannot have them",
    ]
    badger, monolithic = (read_submission(root / "small" / f"2026-01-02_{name}") for name in ("badger", "monolithic"))
    assert [(row.size, row.training_seed) for row in badger.rows] == [(2, 0), (3, 0), (2, 1), (3, 1)]
    assert [(row.size, row.training_seed) for row in monolithic.rows] == [(3, 0), (3, 1)]
    assert str(tmp_path) not in (root / "small" / "2026-01-02_badger" / FILE).read_text()
